package profiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"valise/crypto"
	"valise/internal/fault"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/dustin/go-humanize"
	"github.com/google/uuid"
)

// PortableSuffix is what the names of portable files end in.
const PortableSuffix = ".valise"

// Exported says what went into a portable file.
type Exported struct {
	Profile   uuid.UUID     `json:"profile"`
	Name      string        `json:"name"`
	Snapshot  uuid.UUID     `json:"snapshot"`
	When      time.Time     `json:"when"` // the snapshot was saved
	Files     int           `json:"files"`
	Size      int64         `json:"size"`    // bytes of the profile
	Written   int64         `json:"written"` // bytes of the file
	Sites     int           `json:"sites"`
	Cookies   int           `json:"cookies"`
	Passwords int           `json:"passwords"`
	Tabs      int           `json:"tabs"`
	Took      time.Duration `json:"took"` // ns
}

// String is that in words, on one line.
func (x Exported) String() string {
	what := []string{count(x.Sites, "site"), count(x.Cookies, "cookie"), count(x.Tabs, "tab")}
	if x.Passwords > 0 {
		what = append(what, count(x.Passwords, "password"))
	}
	return fmt.Sprintf("%s: exported %s (%s, %s in the file) in %s", x.Name, strings.Join(what, ", "),
		humanize.Bytes(uint64(x.Size)), humanize.Bytes(uint64(x.Written)), x.Took.Round(10*time.Millisecond))
}

// Export writes a snapshot of a profile (zero: the newest) to w, whole, as a portable file that the passphrase opens, and
// nothing of this vault does. Before anything is written it says what is wrong with the passphrase (crypto.ErrNoPassphrase,
// crypto.ErrWeakPassphrase, crypto.ErrOddPassphrase) and with the profile (*NotFoundError, ErrNothingSaved, *InUseError where
// its first session still runs).
func (l *Library) Export(ctx context.Context, profile, at uuid.UUID, w io.Writer, passphrase string, progress func(Progress)) (Exported, error) {
	begun := time.Now()
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return Exported{}, err
	}
	if at == uuid.Nil {
		at = p.Newest
	}
	if at == uuid.Nil {
		return Exported{}, fmt.Errorf("exporting %q: %w", p.Name, p.savedOnce(l.device))
	}
	from, err := l.index(ctx, profile, at)
	if err != nil {
		return Exported{}, fmt.Errorf("exporting %q: %w", p.Name, err)
	}
	meta := from.Meta
	meta.Parent, meta.Origin, meta.Token, meta.Aside = uuid.Nil, nil, 0, "" // of the history that stays here
	meta.Card = &snapshot.Card{Name: p.Name, Colour: p.Colour, Tags: p.Tags}
	index, err := snapshot.CopyPortable(ctx, w, passphrase, meta, l.key, l.source(profile), at, paced(progress))
	if err != nil {
		return Exported{}, fmt.Errorf("exporting %q: %w", p.Name, explain(err))
	}
	sum := index.Summary
	return Exported{
		Profile: profile, Name: p.Name, Snapshot: at, When: meta.When, Files: index.Files(), Size: index.Size(), Written: index.Stored,
		Sites: len(sum.Sites), Cookies: sum.Cookies, Passwords: sum.Passwords, Tabs: len(sum.Tabs), Took: time.Since(begun),
	}, nil
}

// ExportFile is Export to a file (0600), which is there whole or not at all. ErrFileThere: there is one of that name, and it is
// not to be replaced.
func (l *Library) ExportFile(ctx context.Context, profile, at uuid.UUID, path string, replace bool, passphrase string, progress func(Progress)) (Exported, error) {
	file, err := vault.NewOutside(path, replace)
	if err != nil {
		return Exported{}, fileThere(path, err)
	}
	defer file.Abort()
	x, err := l.Export(ctx, profile, at, file, passphrase, progress)
	if err != nil {
		return Exported{}, err
	}
	if err := file.Commit(); err != nil {
		return Exported{}, fmt.Errorf("exporting %q: %w", x.Name, fileThere(path, explain(err)))
	}
	return x, nil
}

func fileThere(path string, err error) error {
	if errors.Is(err, vault.ErrExists) {
		return ErrFileThere.Because(errors.New(filepath.Base(path)))
	}
	return err
}

// LookAtPortable says whether a file of that size may be a portable one, as far as can be told without its passphrase.
// snapshot.ErrNotPortable, ErrFileDamaged, crypto.ErrNewerFormat.
func LookAtPortable(file io.ReaderAt, size int64) error {
	return fileDamaged(snapshot.LookAtPortable(file, size))
}

// Import makes a new profile of a portable file of that size, whole or not at all. An empty name stands for the one that it
// had, numbered where that is taken. Besides the errors of LookAtPortable: crypto.ErrNoPassphrase, crypto.ErrWrongPassphrase,
// *NameTakenError.
func (l *Library) Import(ctx context.Context, file io.ReaderAt, size int64, passphrase, name string, progress func(Progress)) (Receipt, error) {
	r, err := l.imports(ctx, file, size, passphrase, name, paced(progress))
	if err != nil {
		return Receipt{}, fmt.Errorf("importing: %w", explain(fileDamaged(err)))
	}
	return r, nil
}

func (l *Library) imports(ctx context.Context, file io.ReaderAt, size int64, passphrase, name string, progress snapshot.Progress) (Receipt, error) {
	begun := time.Now()
	if name != "" {
		var err error
		if name, err = l.newName(ctx, name); err != nil { // before any work
			return Receipt{}, err
		}
	}
	p, err := snapshot.OpenPortable(file, size, passphrase)
	if err != nil {
		return Receipt{}, err
	}
	// First everything is verified, then everything is copied: half of the way each.
	half := func(before int64) snapshot.Progress {
		return func(done, total int64) {
			if total > 0 {
				progress(before+int64(float64(size)*float64(done)/float64(total)), 2*size)
			}
		}
	}
	if err := p.Check(ctx, half(0)); err != nil {
		return Receipt{}, err
	}
	was := snapshot.Card{}
	if p.Index.Meta.Card != nil {
		was = *p.Index.Meta.Card
	}
	if name == "" {
		if name, err = l.likeName(ctx, was.Name); err != nil {
			return Receipt{}, err
		}
	}
	from := p.Index.Meta
	meta := l.meta(uuid.New(), uuid.Nil, snapshot.Imported)
	meta.Origin = &snapshot.Origin{Profile: from.Profile, Snapshot: from.ID}
	meta.OS, meta.Browser, meta.Version = from.OS, from.Browser, from.Version
	r, err := l.write(ctx, name, meta, func(w io.Writer) (*snapshot.Index, error) {
		index, err := p.Copy(ctx, w, l.key, meta, half(size))
		if err != nil {
			return nil, err
		}
		fault.Point("importing: the snapshot is written")
		// The profile begins with its snapshot, which counts when this returns: so its card comes before.
		err = l.changeCard(ctx, meta.Profile, func(c *card) error {
			c.Name, c.Tags = name, fitTags(was.Tags)
			if colour := strings.ToLower(was.Colour); colourPattern.MatchString(colour) {
				c.Colour = colour
			}
			return nil
		})
		fault.Point("importing: the card is written")
		return index, err
	})
	r.Took = time.Since(begun)
	return r, err
}

// fileDamaged tells damage of a file from damage of the vault, which has another remedy.
func fileDamaged(err error) error {
	if errors.Is(err, crypto.ErrDamaged) {
		return ErrFileDamaged.Because(err)
	}
	return err
}

// fitTags leaves out what no profile here could have.
func fitTags(tags []string) (fit []string) {
	for _, tag := range tags {
		if kept, err := tidyTags(append(fit, tag)); err == nil {
			fit = kept
		}
	}
	return fit
}
