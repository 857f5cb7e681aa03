package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// portFile is where a browser says on which port DevTools listens. It stays behind, so it is removed before a start: what is
// in it afterwards is true.
const portFile = "DevToolsActivePort"

// prepare makes the directory of a session ready for a start: nobody else has it open, no lock of a dead browser is left, every
// value in it can be decrypted here, and its preferences bring back what was open.
func prepare(ctx context.Context, o *Options) error {
	if inUse(o.Dir) {
		return ErrInUse
	}
	userDataDir := UserDataDir(o.Dir)
	if err := clearLocks(userDataDir); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(userDataDir, portFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the port of an earlier start: %w", err)
	}
	if err := checkKeys(ctx, userDataDir); err != nil {
		return err
	}
	if err := seedPolicies(userDataDir, o.Surroundings); err != nil {
		return fmt.Errorf("preparing the policies of the browser: %w", err)
	}
	if err := seedPreferences(userDataDir); err != nil || !o.Fenced {
		return err
	}
	taken, err := fileAccess(userDataDir, false, nil)
	if err == nil {
		o.taken = taken
		err = denyFileAccess(userDataDir, o.Extensions)
	}
	if err != nil {
		return fmt.Errorf("taking access to files from extensions: %w", err)
	}
	return nil
}
