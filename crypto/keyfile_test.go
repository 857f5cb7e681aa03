package crypto

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"valise/internal/testenv"
	"valise/problem"

	"github.com/gofrs/flock"
)

func TestKeyFileKeepsTheKeyOfAVault(t *testing.T) {
	keepsKeys(t, KeyFile(filepath.Join(t.TempDir(), "made", "when", "missing", "keys")))
}

func TestKeyFileMayBeMadeEmptyBeforehand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	write(t, path, "")
	keepsKeys(t, KeyFile(path))
}

func TestKeyFileOutlivesTheProgramAndLeavesNothingElseBehind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	set(t, path, "vault 1", "first")
	set(t, path, "vault 2", "second")
	want := keyFileTitle + "\nvault 1 \"first\"\nvault 2 \"second\"\n"
	if content := read(t, path); content != want {
		t.Errorf("the file holds\n%s\nnot\n%s", content, want)
	}
	var names []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "keys keys.lock" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestReadingAKeyFileMakesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "keys")
	if _, err := KeyFile(path).Get(t.Context(), "name"); !errors.Is(err, ErrNoSuchKey) {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("the folder was made")
	}
}

func TestWhatIsNotAKeyFileIsLeftAlone(t *testing.T) {
	for name, content := range map[string]string{
		"foreign":          "PATH=/usr/bin\n",
		"newer":            strings.Replace(keyFileTitle, "1", "2", 1) + "\n",
		"cut in the title": keyFileTitle[:20],
		"cut in a secret":  keyFileTitle + "\nvault 1 \"hunter2\"\nvault 2 \"hunt",
		"cut behind it":    keyFileTitle + "\nvault 1 \"hunter2\"",
		"no secret":        keyFileTitle + "\nhunter2\n",
		"no name":          keyFileTitle + "\n \"hunter2\"\n",
		"not quoted":       keyFileTitle + "\nvault hunter2\n",
		"empty line":       keyFileTitle + "\n\nvault 1 \"hunter2\"\n",
		"a name twice":     keyFileTitle + "\nvault \"hunter2\"\nvault \"hunter2\"\n",
		"zeros":            strings.Repeat("\x00", 512),
		"more behind it":   keyFileTitle + "\nvault 1 \"hunter2\" hunter2\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "keys")
			write(t, path, content)
			ring := KeyFile(path)
			_, get := ring.Get(t.Context(), "vault 1")
			for what, err := range map[string]error{
				"get": get, "set": ring.Set(t.Context(), "vault 1", "new"), "delete": ring.Delete(t.Context(), "vault 1"),
			} {
				if !errors.Is(err, ErrKeyFileDamaged) || problem.NextStep(err) == "" {
					t.Errorf("%s: got %v", what, err)
				} else if strings.Contains(err.Error(), "hunt") {
					t.Errorf("%s quotes a secret: %v", what, err)
				}
			}
			if got := read(t, path); got != content {
				t.Errorf("it was changed to %q", got)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != 1 {
				t.Errorf("something was put beside it: %v", entries)
			}
		})
	}
}

func TestKeyFileRefusesNamesThatItCouldNotReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	set(t, path, "good", "secret")
	for _, name := range []string{"", "two\nlines", `with "quotes`, "with\x00zero"} {
		if err := KeyFile(path).Set(t.Context(), name, "secret"); err == nil {
			t.Errorf("it took %q", name)
		}
	}
	if got, err := KeyFile(path).Get(t.Context(), "good"); err != nil || got != "secret" {
		t.Errorf("got %q, %v", got, err)
	}
}

// writersVariable has the test program itself be one of several processes that write to a key file.
const writersVariable = "VALISE_TEST_KEY_FILE_WRITER"

func TestSeveralProcessesMayWriteToOneKeyFile(t *testing.T) {
	const writers, each = 4, 15
	if writer := os.Getenv(writersVariable); writer != "" {
		for i := range each {
			set(t, os.Getenv(KeyFileVariable), fmt.Sprintf("%s-%d", writer, i), "secret")
		}
		return
	}
	path := filepath.Join(t.TempDir(), "keys")
	var processes []*testenv.Process
	for w := range writers {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", writersVariable, w+1), KeyFileVariable+"="+path)
		processes = append(processes, testenv.Start(t, cmd))
	}
	var goroutines sync.WaitGroup
	for i := range each {
		goroutines.Go(func() { set(t, path, fmt.Sprintf("0-%d", i), "secret") })
	}
	goroutines.Wait()
	for _, p := range processes {
		if err := p.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	for w := range writers + 1 {
		for i := range each {
			if _, err := KeyFile(path).Get(t.Context(), fmt.Sprintf("%d-%d", w, i)); err != nil {
				t.Errorf("what writer %d wrote is lost: %v", w, err)
			}
		}
	}
}

func TestWaitingForAnotherWriterEndsWithTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	set(t, path, "name", "old")
	other := flock.New(path + ".lock")
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := KeyFile(path).Set(ctx, "name", "new"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, err := KeyFile(path).Get(t.Context(), "name"); err != nil || got != "old" {
		t.Errorf("reading does not wait for writers: got %q, %v", got, err)
	}
}

func set(t *testing.T, path, name, secret string) {
	t.Helper()
	if err := KeyFile(path).Set(t.Context(), name, secret); err != nil {
		t.Error(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
