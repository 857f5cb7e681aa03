package browser

import (
	"os"
	"path/filepath"
)

// inUse says whether a browser runs on the profile of a session: it holds a file open that nobody else can then open, and that
// Windows removes with the process.
func inUse(sessionDir string) bool {
	file, err := os.OpenFile(filepath.Join(UserDataDir(sessionDir), "lockfile"), os.O_RDWR, 0)
	if err == nil {
		file.Close()
	}
	return err != nil && !os.IsNotExist(err)
}

// lockLeft is never so: see inUse.
func lockLeft(string) bool { return false }

// noteSocket and clearSocket have nothing to do: there is no socket.
func noteSocket(string)  {}
func clearSocket(string) {}

func clearLocks(string) error { return nil }
