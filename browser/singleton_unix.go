//go:build unix

package browser

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// singletons are the files by which Chromium finds out that a directory is in use: a link "host-pid", and the way to a socket on
// which the running browser takes over what a second start wants.
var singletons = []string{"SingletonLock", "SingletonSocket", "SingletonCookie"}

// inUse says whether a browser runs on the profile of a session. It does not believe the lock: a pid may have been given to
// another process since. A browser that was started by somebody else, under another spelling of the path, answers on its socket.
func inUse(sessionDir string) bool {
	if slices.ContainsFunc(processes(sessionDir), func(p process) bool { return p.main }) {
		return true
	}
	socket, err := os.Readlink(socketLink(sessionDir))
	if err != nil {
		return false
	}
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// lockLeft says whether a browser left its lock behind, as it does when it ends out of order.
func lockLeft(userDataDir string) bool {
	_, err := os.Lstat(filepath.Join(userDataDir, singletons[0]))
	return err == nil
}

// noteSocket writes down, beside the profile directory, where a browser that has just started has its socket: one that is
// killed while it closes in order may have taken the link away, and not the folder.
func noteSocket(sessionDir string) {
	if socket, err := os.Readlink(socketLink(sessionDir)); err == nil {
		os.WriteFile(socketNote(sessionDir), []byte(socket), 0o600) // without it an empty folder might stay
	}
}

func socketLink(sessionDir string) string {
	return filepath.Join(UserDataDir(sessionDir), "SingletonSocket")
}
func socketNote(sessionDir string) string { return filepath.Join(sessionDir, "socket") }

// clearSocket removes the folder among the temporary files in which a browser that was killed has left its socket. One that
// ends in order does so itself, and takes the link to it away.
func clearSocket(sessionDir string) {
	socket, err := os.Readlink(socketLink(sessionDir))
	if err != nil {
		noted, err := os.ReadFile(socketNote(sessionDir))
		if err != nil {
			return
		}
		socket = string(noted)
	}
	if filepath.Base(socket) != "SingletonSocket" {
		return // a link that came with the profile, from wherever
	}
	dir := filepath.Dir(socket)
	os.Remove(socket)
	os.Remove(filepath.Join(dir, "SingletonCookie"))
	os.Remove(dir) // if nothing else is in it
}

// clearLocks removes what a browser left that is gone. Chromium does that itself for a dead process of this computer; for
// one of another computer it shows a dialog and waits.
func clearLocks(userDataDir string) error {
	for _, name := range singletons {
		if err := os.Remove(filepath.Join(userDataDir, name)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("removing a lock that a browser left behind: %w", err)
		}
	}
	return nil
}
