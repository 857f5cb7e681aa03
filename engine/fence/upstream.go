package fence

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"valise/problem"
)

// An upstream is a proxy that the caller of a session names: through it the session comes from somewhere else. What it is told depends on
// where it is. One that is elsewhere is given names, since what they mean there is what the session is to see; whatever it reaches, it
// reaches as anybody on the internet does. One that is on this computer or its network could be led back here by a name, so it is given
// the address that was judged.

// ErrUpstream: the address of an upstream proxy cannot be used. It is not quoted: it may hold a password.
var ErrUpstream = problem.New("the upstream proxy is not understood", "Give socks5://user:password@host:port or http://user:password@host:port.")

func checkUpstream(u *url.URL) error {
	if u == nil {
		return nil
	}
	user, password := credentials(u)
	if u.Scheme != "socks5" && u.Scheme != "http" || u.Hostname() == "" || u.Port() == "" || len(user) > 255 || len(password) > 255 {
		return ErrUpstream
	}
	return nil
}

func credentials(u *url.URL) (user, password string) {
	password, _ = u.User.Password()
	return u.User.Username(), password
}

// forwardsTo says whether plain HTTP is handed to an upstream as it is: many refuse tunnels to port 80.
func forwardsTo(u *url.URL) bool { return u != nil && u.Scheme == "http" && !near(u) }

// near says whether an upstream is on this computer or its network. A name counts as elsewhere only when all its addresses do.
func near(u *url.URL) bool {
	ctx, cancel := context.WithTimeout(context.Background(), dialPatience)
	defer cancel()
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	for _, a := range all {
		if a = a.Unmap(); !public(a) || ofThisComputer(a) {
			return true
		}
	}
	return err != nil
}

// judgeName judges what an upstream is to reach. A name that means nothing here may mean something there.
func (f *Fence) judgeName(ctx context.Context, address string) error {
	_, err := f.addressFor(ctx, withPort(address), false)
	return err
}

func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(trimBrackets(host), "80")
}

func trimBrackets(host string) string {
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		return host[1 : n-1]
	}
	return host
}

// addressFor judges every address of host:port and returns what the upstream is told: one of them, or the name.
func (f *Fence) addressFor(ctx context.Context, address string, near bool) (string, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", portText)
	if err != nil {
		return "", err
	}
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		if near {
			return "", err
		}
		all = nil
	}
	for _, a := range all {
		if err := f.allow(netip.AddrPortFrom(a, uint16(port))); err != nil {
			return "", err
		}
	}
	if near {
		return netip.AddrPortFrom(all[0].Unmap(), uint16(port)).String(), nil
	}
	return net.JoinHostPort(host, strconv.Itoa(port)), nil
}

// dialUpstream connects to host:port through the upstream.
func (f *Fence) dialUpstream(ctx context.Context, address string) (net.Conn, error) {
	u := f.rules.Upstream
	to, err := f.addressFor(ctx, address, near(u))
	if err != nil {
		return nil, err
	}
	conn, err := f.dialer.DialContext(ctx, "tcp", u.Host) // which judges it: a caller may have named what is closed
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	if u.Scheme == "socks5" {
		err = throughSOCKS(conn, u, to)
	} else {
		conn, err = throughHTTP(conn, u, to)
	}
	if !stop() {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("through the upstream proxy: %w", err)
	}
	return conn, nil
}

// throughHTTP asks a proxy for a tunnel.
func throughHTTP(conn net.Conn, u *url.URL, to string) (net.Conn, error) {
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: to}, Host: to, Header: http.Header{}}
	if user, password := credentials(u); u.User != nil {
		request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	}
	if err := request.Write(conn); err != nil {
		return conn, err
	}
	answers := bufio.NewReader(conn)
	response, err := http.ReadResponse(answers, request)
	if err != nil {
		return conn, err
	}
	if response.StatusCode != http.StatusOK {
		return conn, fmt.Errorf("it answers %d", response.StatusCode)
	}
	if answers.Buffered() > 0 { // the other end has spoken first
		return readAhead{conn, answers}, nil
	}
	return conn, nil
}

// readAhead is a connection of which something has been read already.
type readAhead struct {
	net.Conn
	first *bufio.Reader
}

func (r readAhead) Read(p []byte) (int, error) { return r.first.Read(p) }

// throughSOCKS is RFC 1928 with the user and password of RFC 1929.
func throughSOCKS(conn net.Conn, u *url.URL, to string) error {
	const version, none, byPassword, connect, ipv4, name, ipv6 = 5, 0, 2, 1, 1, 3, 4
	user, password := credentials(u)
	way := byte(none)
	if u.User != nil {
		way = byPassword
	}
	if _, err := conn.Write([]byte{version, 1, way}); err != nil {
		return err
	}
	answer := make([]byte, 262)
	if _, err := io.ReadFull(conn, answer[:2]); err != nil {
		return err
	}
	if answer[0] != version || answer[1] != way {
		return errors.New("it wants another way to log in")
	}
	if way == byPassword {
		login := append([]byte{1, byte(len(user))}, user...)
		login = append(append(login, byte(len(password))), password...)
		if _, err := conn.Write(login); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, answer[:2]); err != nil {
			return err
		}
		if answer[1] != 0 {
			return errors.New("it refuses user and password")
		}
	}

	host, portText, _ := net.SplitHostPort(to)
	port, _ := strconv.Atoi(portText)
	request := []byte{version, connect, 0}
	if a, err := netip.ParseAddr(host); err != nil {
		if len(host) > 255 {
			return errors.New("the name is too long")
		}
		request = append(append(request, name, byte(len(host))), host...)
	} else if a.Is4() {
		request = append(append(request, ipv4), a.AsSlice()...)
	} else {
		request = append(append(request, ipv6), a.AsSlice()...)
	}
	if _, err := conn.Write(binary.BigEndian.AppendUint16(request, uint16(port))); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, answer[:5]); err != nil {
		return err
	}
	if answer[1] != 0 {
		return fmt.Errorf("it answers %d", answer[1])
	}
	rest := map[byte]int{ipv4: 4 - 1, ipv6: 16 - 1, name: int(answer[4])}[answer[3]] + 2 // the address from which it went out, of which a byte is read
	_, err := io.ReadFull(conn, answer[:rest])
	return err
}

// silent is a log for what a browser may send: it is nobody's business.
var silent = log.New(io.Discard, "", 0)
