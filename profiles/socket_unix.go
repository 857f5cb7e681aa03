//go:build unix

package profiles

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// longestSocket is the longest path that the address of a Unix socket holds (sockaddr_un.sun_path: 104 bytes on macOS,
// 108 on Linux, with the NUL).
const longestSocket = 103

// listenSocket listens under another name first: between binding and listening a socket refuses, and would be taken for
// one that was left over.
func listenSocket(final string) (net.Listener, error) {
	path := final + ".new"
	short, done, err := shorten(path)
	if err != nil {
		return nil, err
	}
	defer done()
	listener, err := net.Listen("unix", short)
	if err != nil {
		return nil, err
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false) // it may have been bound under another name; peers.close removes it
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, err
	}
	if err := os.Rename(path, final); err != nil {
		listener.Close()
		return nil, err
	}
	return listener, nil
}

func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	short, done, err := shorten(path)
	if err != nil {
		return nil, err
	}
	defer done()
	var d net.Dialer
	return d.DialContext(ctx, "unix", short)
}

// shorten gives a name for path that fits into a socket's address: by way of a link in a folder for temporary files,
// where the home's path is long.
func shorten(path string) (short string, done func(), err error) {
	if len(path) <= longestSocket {
		return path, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "valise-")
	if err != nil {
		return "", nil, fmt.Errorf("the path %s is too long for a socket: %w", path, err)
	}
	link := filepath.Join(dir, "run")
	if err := os.Symlink(filepath.Dir(path), link); err != nil {
		os.RemoveAll(dir)
		return "", nil, fmt.Errorf("the path %s is too long for a socket: %w", path, err)
	}
	return filepath.Join(link, filepath.Base(path)), func() { os.RemoveAll(dir) }, nil
}
