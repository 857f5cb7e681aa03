//go:build !linux

package fence

import "net/netip"

// peer admits everybody on this computer: who is at the other end of a connection is asked on Linux only. What keeps pages out
// holds here too (ServeHTTP).
type peer struct{}

func (*peer) admits(string, netip.AddrPort) bool { return true }
