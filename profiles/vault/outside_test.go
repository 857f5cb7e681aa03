package vault

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestAFileOutsideNeverReplacesOneThatCameMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.valise")
	for _, replace := range []bool{false, true} {
		os.Remove(path)
		o, err := NewOutside(path, replace)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Write([]byte("ours")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("somebody's"), 0o644); err != nil {
			t.Fatal(err)
		}
		err = o.Commit()
		want := "ours"
		if !replace {
			want = "somebody's"
			if !errors.Is(err, ErrExists) {
				t.Errorf("got %v", err)
			}
		} else if err != nil {
			t.Error(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("there is %q, %v; want %q", got, err, want)
		}
		o.Abort() // does nothing any more
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("in the folder are %v, %v", entries, err)
		}
	}
}
