package crypto

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gofrs/flock"
)

// keyFileTitle is the first line of a key file. A file without it is somebody else's, and is left alone.
const keyFileTitle = "# Valise key file 1. Whoever reads it can open the vaults."

// KeyFile is a keyring in a text file, for computers without one. Behind its title it has a line for each secret: the
// name, a space, and the secret as a quoted Go string. Only its owner may have rights to it, which is not looked at on
// Windows, where folders pass theirs on. It is made at the first Set, with its folder where that is missing.
//
// Several processes may use one file: changes are made one after the other, under a lock on a file beside it, and each
// replaces the file as a whole.
func KeyFile(path string) Keyring { return keyFile(path) }

type keyFile string

func (f keyFile) String() string { return "the key file " + string(f) }

func (f keyFile) Get(_ context.Context, name string) (string, error) {
	secrets, err := f.read()
	if err != nil {
		return "", err
	}
	secret, ok := secrets[name]
	if !ok {
		return "", ErrNoSuchKey
	}
	return secret, nil
}

func (f keyFile) Set(ctx context.Context, name, secret string) error {
	if !fitsKeyFile(name) {
		return fmt.Errorf("%q cannot be a name in a key file", name)
	}
	return f.change(ctx, func(secrets map[string]string) error {
		secrets[name] = secret
		return nil
	})
}

func (f keyFile) Delete(ctx context.Context, name string) error {
	return f.change(ctx, func(secrets map[string]string) error {
		if _, ok := secrets[name]; !ok {
			return ErrNoSuchKey
		}
		delete(secrets, name)
		return nil
	})
}

// change reads, edits and replaces the file while no other process does.
func (f keyFile) change(ctx context.Context, edit func(map[string]string) error) error {
	if _, err := f.read(); err != nil {
		return err // nothing is put beside a file that is not ours
	}
	if err := os.MkdirAll(filepath.Dir(string(f)), 0o700); err != nil {
		return fmt.Errorf("make the folder of %v: %w", f, err)
	}
	if target, err := filepath.EvalSymlinks(string(f)); err == nil {
		f = keyFile(target) // a link stays one, and has the lock of what it leads to
	}
	lock := flock.New(string(f)+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return fmt.Errorf("lock %v: %w", f, err)
	}
	defer lock.Close()
	secrets, err := f.read()
	if err != nil {
		return err
	}
	if err := edit(secrets); err != nil {
		return err
	}
	if err := f.write(secrets); err != nil {
		return fmt.Errorf("write %v: %w", f, err)
	}
	return nil
}

// read returns what the file holds: nothing, if it is not there.
func (f keyFile) read() (map[string]string, error) {
	if info, err := os.Stat(string(f)); err == nil && !info.Mode().IsRegular() {
		return nil, ErrKeyFileDamaged.Because(fmt.Errorf("%s is no ordinary file", string(f))) // and opening a pipe would wait
	}
	file, err := os.Open(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %v: %w", f, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %v: %w", f, err)
	}
	if exposed(info) {
		return nil, ErrKeyFileExposed.Because(fmt.Errorf("%s has mode %v", string(f), info.Mode()))
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read %v: %w", f, err)
	}
	return parseKeyFile(string(content))
}

// parseKeyFile reads the text of a key file. An empty one is a key file that somebody made beforehand. The errors name
// the line and quote nothing of it.
func parseKeyFile(content string) (map[string]string, error) {
	secrets := map[string]string{}
	if len(content) == 0 {
		return secrets, nil
	}
	title, lines, _ := strings.Cut(content, "\n")
	if title != keyFileTitle {
		return nil, ErrKeyFileDamaged.Because(errors.New("it does not begin as a key file does"))
	}
	number := 1
	for line := range strings.Lines(lines) {
		number++
		line, whole := strings.CutSuffix(line, "\n")
		name, quoted, _ := strings.Cut(line, ` "`)
		secret, err := strconv.Unquote(`"` + quoted)
		if _, twice := secrets[name]; !whole || err != nil || twice || !fitsKeyFile(name) {
			return nil, ErrKeyFileDamaged.Because(fmt.Errorf("line %d is cut off, repeats a name, or is not a name with a quoted secret", number))
		}
		secrets[name] = secret
	}
	return secrets, nil
}

func formatKeyFile(secrets map[string]string) string {
	var text strings.Builder
	fmt.Fprintln(&text, keyFileTitle)
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		fmt.Fprintf(&text, "%s %q\n", name, secrets[name])
	}
	return text.String()
}

// fitsKeyFile tells whether a name can be read back from a line.
func fitsKeyFile(name string) bool {
	return name != "" && !strings.Contains(name, `"`) && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// write replaces the file as a whole: a reader, and a computer that loses its power, has the old one or the new one.
func (f keyFile) write(secrets map[string]string) error {
	temp, err := os.CreateTemp(filepath.Dir(string(f)), ".valise-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // nothing is there any more when all went well
	defer temp.Close()
	if _, err := temp.WriteString(formatKeyFile(secrets)); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return replace(temp.Name(), string(f))
}
