package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"valise/internal/testenv"
)

// tool is a way to save a directory and to have it back.
type tool struct {
	name    string
	grows   bool                           // a second saving adds to the first; otherwise it is a whole one
	s3      bool                           // it can save to a bucket
	prepare func(place) []job              // what is done once, and not measured
	save    func(p place, dir string) job  // dir: a profile
	restore func(p place, dir string) job  // dir: empty
	version func(context.Context) []string // lines
}

// place is where one tool saves to in one round.
type place struct {
	repository string  // a folder; empty: a bucket
	own        string  // what the tool keeps for itself on this computer
	bucket     *bucket // with prefix
	prefix     string
}

const (
	valise  = "Valise"
	restic  = "restic"
	borg    = "borg"
	piped   = "tar, zstd, age"
	tar     = "tar"
	walking = "walk"
	limit   = "limit"
)

// findTools looks for the programs. The order is that of the tables.
func (b *bench) findTools() error {
	for program, debian := range map[string]string{restic: "restic", borg: "borgbackup", "age": "age", "age-keygen": "age", "zstd": "zstd", "tar": "tar"} {
		testenv.Need(b.parts, program, debian)
	}
	keys, err := b.dir("age")
	if err != nil {
		return err
	}
	identity := filepath.Join(keys, "key")
	if out, err := exec.Command("age-keygen", "-o", identity).CombinedOutput(); err != nil {
		return fmt.Errorf("age-keygen: %w: %s", err, out)
	}
	recipient, err := exec.Command("age-keygen", "-y", identity).Output()
	if err != nil {
		return fmt.Errorf("age-keygen: %w", err)
	}
	b.tools = []tool{
		valiseTool(),
		resticTool(),
		borgTool(),
		pipedTool(identity, strings.TrimSpace(string(recipient))),
		tarTool(),
	}
	return nil
}

func valiseTool() tool {
	env := func(p place) []string {
		if p.bucket == nil {
			return nil
		}
		return append(p.bucket.Env(), fmt.Sprintf("VALISE_BENCH_PLACE=s3://%s/%s?endpoint=%s&region=%s",
			p.bucket.Bucket, p.prefix, p.bucket.endpoint(), p.bucket.Region))
	}
	// A vault in a folder is that folder. One in a bucket has a local copy: Valise saves there and sends it on.
	vault := func(p place) string {
		if p.bucket != nil {
			return filepath.Join(p.own, "vault")
		}
		return filepath.Join(p.repository, "vault")
	}
	return tool{
		name: valise, grows: true, s3: true,
		save: func(p place, dir string) job {
			return job{Commands: [][]string{{beside("engine"), "save", vault(p), dir}}, Env: env(p)}
		},
		restore: func(p place, dir string) job {
			return job{Commands: [][]string{{beside("engine"), "restore", vault(p), dir}}, Env: env(p)}
		},
	}
}

func resticTool() tool {
	command := func(p place, dir string, args ...string) job {
		j := job{Dir: dir, Env: []string{"RESTIC_PASSWORD=bench", "RESTIC_REPOSITORY=" + p.repository, "RESTIC_CACHE_DIR=" + filepath.Join(p.own, "cache")}}
		if p.bucket != nil {
			j.Env = append(append(j.Env, p.bucket.Env()...), fmt.Sprintf("RESTIC_REPOSITORY=s3:%s/%s/%s", p.bucket.endpoint(), p.bucket.Bucket, p.prefix))
		}
		j.Commands = [][]string{append([]string{"restic", "--quiet"}, args...)}
		return j
	}
	return tool{
		name: restic, grows: true, s3: true,
		prepare: func(p place) []job { return []job{command(p, "", "init")} },
		save:    func(p place, dir string) job { return command(p, dir, "backup", ".") },
		restore: func(p place, dir string) job { return command(p, dir, "restore", "latest", "--target", dir) },
		version: firstLine("restic", "version"),
	}
}

func borgTool() tool {
	command := func(p place, dir string, args ...string) job {
		return job{Dir: dir, Commands: [][]string{append([]string{"borg"}, args...)}, Env: []string{
			"BORG_PASSPHRASE=bench", "BORG_REPO=" + filepath.Join(p.repository, "borg"), "BORG_BASE_DIR=" + p.own,
			"BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes", "BORG_RELOCATED_REPO_ACCESS_IS_OK=yes",
		}}
	}
	count := 0
	return tool{
		name: borg, grows: true,
		prepare: func(p place) []job { return []job{command(p, "", "init", "--encryption", "repokey-blake2")} },
		save: func(p place, dir string) job {
			count++
			return command(p, dir, "create", "--compression", "zstd,1", fmt.Sprintf("::%08d", count), ".")
		},
		restore: func(p place, dir string) job { return command(p, dir, "extract", fmt.Sprintf("::%08d", count)) },
		version: firstLine("borg", "--version"),
	}
}

func pipedTool(identity, recipient string) tool {
	return tool{
		name: piped,
		save: func(p place, dir string) job {
			return job{Out: filepath.Join(p.repository, "profile.tar.zst.age"),
				Commands: [][]string{{"tar", "-c", "-C", dir, "."}, {"zstd", "-q", "-1", "-T2"}, {"age", "-r", recipient}}}
		},
		restore: func(p place, dir string) job {
			return job{Commands: [][]string{{"age", "-d", "-i", identity, filepath.Join(p.repository, "profile.tar.zst.age")},
				{"zstd", "-q", "-d"}, {"tar", "-x", "-C", dir}}}
		},
		version: func(ctx context.Context) []string {
			return append(append(firstLine("tar", "--version")(ctx), firstLine("zstd", "--version")(ctx)...),
				"age "+strings.Join(firstLine("age", "--version")(ctx), ""))
		},
	}
}

// tarTool is the control: a plain copy of the tree, neither compressed nor sealed.
func tarTool() tool {
	return tool{
		name: tar,
		save: func(p place, dir string) job {
			return job{Commands: [][]string{{"tar", "-c", "-f", filepath.Join(p.repository, "profile.tar"), "-C", dir, "."}}}
		},
		restore: func(p place, dir string) job {
			return job{Commands: [][]string{{"tar", "-x", "-f", filepath.Join(p.repository, "profile.tar"), "-C", dir}}}
		},
	}
}

func firstLine(program string, args ...string) func(context.Context) []string {
	return func(ctx context.Context) []string {
		out, err := exec.CommandContext(ctx, program, args...).Output()
		if err != nil {
			return []string{fmt.Sprintf("%s (%v)", program, err)}
		}
		line, _, _ := strings.Cut(string(out), "\n")
		return []string{strings.Trim(line, "* ")}
	}
}

// tool finds one by its name.
func (b *bench) tool(name string) tool {
	for _, t := range b.tools {
		if t.name == name {
			return t
		}
	}
	panic(failure("no tool " + name))
}

// at makes a new place for a tool, and prepares it.
func (b *bench) at(ctx context.Context, t tool, inBucket bool) (place, error) {
	var p place
	var err error
	if p.own, err = b.dir("tools", t.name, "own"); err != nil {
		return p, err
	}
	if inBucket {
		p.bucket, p.prefix = b.server, b.server.newPrefix()
	} else if p.repository, err = b.dir("tools", t.name, "repository"); err != nil {
		return p, err
	}
	if t.prepare != nil {
		for _, j := range t.prepare(p) {
			if err := do(ctx, j); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// elsewhere is the same place, seen from a computer that has nothing yet.
func (b *bench) elsewhere(t tool, p place) (place, error) {
	if p.bucket == nil {
		return p, nil
	}
	var err error
	p.own, err = b.dir("tools", t.name, "elsewhere")
	return p, err
}

// stored is what lies in a place: bytes and files. Names with a dot are what a tool keeps there for the moment.
func (p place) stored() (bytes int64, objects int, err error) {
	dir := p.repository
	if p.bucket != nil {
		dir = filepath.Join(p.bucket.DataDir, p.bucket.Bucket, p.prefix)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err) && path == dir:
			return filepath.SkipAll // nothing was saved yet
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return filepath.SkipDir
		case d.IsDir() || strings.HasSuffix(path, ".state"):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		bytes += info.Size()
		objects++
		return nil
	})
	return bytes, objects, err
}
