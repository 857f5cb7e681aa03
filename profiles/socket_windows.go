package profiles

import (
	"context"
	"net"
)

// Windows 10 and newer have Unix sockets; the folder's rights keep others away.
func listenSocket(path string) (net.Listener, error) { return net.Listen("unix", path) }

func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}
