//go:build unix

package vault

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Each way of giving an object its name is used on some file system only; each must refuse a name that is taken.
func TestEveryWayOfPublishingRefusesToReplace(t *testing.T) {
	for name, publish := range map[string]func(from, to string) error{
		"in one step": publish, "by a link": publishByLink, "portably": publishPortably,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
			for _, content := range []string{"first", "second"} {
				if err := os.WriteFile(from, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				err := publish(from, to)
				if content == "first" && err != nil {
					t.Fatal(err)
				}
				if content == "second" {
					wants(t, err, fs.ErrExist)
				}
			}
			if got, err := os.ReadFile(to); err != nil || string(got) != "first" {
				t.Errorf("it holds %q, %v", got, err)
			}
		})
	}
}
