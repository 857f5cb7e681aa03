package fence

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
)

var errClosed = errors.New("this address is closed to the session")

// dial connects a session to host:port, directly or through the upstream.
func (f *Fence) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	if strings.Contains(address, "%") {
		return nil, errClosed // a zone: what is on the same cable
	}
	if f.rules.Upstream != nil {
		return f.dialUpstream(ctx, address)
	}
	return f.dialer.DialContext(ctx, network, address)
}

// judge is asked by the dialer with each address that it is about to dial, after all resolving: there is no other way to it.
func (f *Fence) judge(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q is no address", errClosed, address)
	}
	return f.allow(to)
}

// allow says whether a session may reach an address.
func (f *Fence) allow(to netip.AddrPort) error {
	if to.Addr().Zone() != "" {
		return errClosed
	}
	for _, to := range meanings(to) {
		if fences.has(to) || f.rules.Closed != nil && f.rules.Closed(to) || f.rules.PublicOnly && !public(to.Addr()) {
			return errClosed
		}
	}
	return nil
}

// meanings are all the addresses that a packet to this one can end at: an IPv4 address may be wrapped in an IPv6 one, and the one
// that means "any" reaches this computer.
func meanings(to netip.AddrPort) []netip.AddrPort {
	all := []netip.AddrPort{netip.AddrPortFrom(to.Addr().Unmap(), to.Port())}
	if inner, ok := embedded(all[0].Addr()); ok {
		all = append(all, netip.AddrPortFrom(inner, to.Port()))
	}
	for _, to := range all {
		if to.Addr().IsUnspecified() {
			all = append(all, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), to.Port()), netip.AddrPortFrom(netip.IPv6Loopback(), to.Port()))
		}
	}
	return all
}

// embedded is the IPv4 address to which a gateway, or this computer, may translate an IPv6 one: RFC 6052 (NAT64), RFC 3056
// (6to4) and the old IPv4-compatible form.
func embedded(a netip.Addr) (netip.Addr, bool) {
	if !a.Is6() || a == netip.IPv6Loopback() || a.IsUnspecified() {
		return netip.Addr{}, false
	}
	b := a.As16()
	switch {
	case nat64.Contains(a), nat64Local.Contains(a), compatible.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}

var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	nat64Local = netip.MustParsePrefix("64:ff9b:1::/48")
	compatible = netip.MustParsePrefix("::/96")
	sixToFour  = netip.MustParsePrefix("2002::/16")
)

// public says whether an address is one of the internet. What is not: the registries of special addresses at IANA, as far as
// nobody on the internet can be behind them.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false // loopback, link-local with the metadata of clouds, multicast, unspecified, 10/8, 172.16/12, 192.168/16, fc00::/7
	}
	for _, special := range notPublic {
		if special.Contains(a) {
			return false
		}
	}
	return true
}

var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),        // this network
	netip.MustParsePrefix("100.64.0.0/10"),    // between a provider and its customers, and the metadata of some clouds
	netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments, and the metadata of some clouds
	netip.MustParsePrefix("192.0.2.0/24"),     // documentation
	netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"),  // documentation
	netip.MustParsePrefix("203.0.113.0/24"),   // documentation
	netip.MustParsePrefix("240.0.0.0/4"),      // reserved, and broadcast
	netip.MustParsePrefix("168.63.129.16/32"), // a public address that is the host of a virtual machine in Azure
	netip.MustParsePrefix("100::/64"),         // to be discarded
	netip.MustParsePrefix("2001::/32"),        // Teredo
	netip.MustParsePrefix("2001:db8::/32"),    // documentation
	netip.MustParsePrefix("fec0::/10"),        // site-local, deprecated
}

// Here is a Rules.Closed for what listens on this computer on one of the ports, whichever of its addresses is dialled. ports is asked each time.
func Here(ports func() []uint16) func(netip.AddrPort) bool {
	return func(to netip.AddrPort) bool {
		for _, port := range ports() {
			if port == to.Port() && ofThisComputer(to.Addr()) {
				return true
			}
		}
		return false
	}
}

// ofThisComputer says whether an address leads back here.
func ofThisComputer(a netip.Addr) bool {
	if a.IsLoopback() || a.IsUnspecified() {
		return true
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return true // who does not know its own addresses is careful
	}
	for _, o := range own {
		if prefix, err := netip.ParsePrefix(o.String()); err == nil && prefix.Addr().Unmap().WithZone("") == a {
			return true
		}
	}
	return false
}

// fences are the addresses of all fences of this program. Each is closed to every session.
var fences = addresses{open: map[netip.AddrPort]bool{}}

type addresses struct {
	mu   sync.Mutex
	open map[netip.AddrPort]bool
}

func (a *addresses) add(of netip.AddrPort) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open[of] = true
}

func (a *addresses) remove(of netip.AddrPort) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.open, of)
}

// has: they listen on 127.0.0.1 only, but that is one address with many names.
func (a *addresses) has(to netip.AddrPort) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return to.Addr().IsLoopback() && a.open[netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), to.Port())]
}
