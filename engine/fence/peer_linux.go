package fence

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// peer knows who comes. A proxy on loopback is open to every program of the computer, and Chromium has no way to prove to it who it is: no
// password for a proxy without a dialog, no Unix socket. So the kernel is asked: which process has the other end of the connection, and is
// it a descendant of this program? The browser that comes first is the one that the fence is for.
//
// A page that finds out the port cannot speak as a browser speaks to its proxy (ServeHTTP), so it is programs that are kept out here: those of
// other users, of the same user, and the browsers of other sessions.
type peer struct {
	mu      sync.Mutex
	browser int // the child of this program that the fence is for; 0: nobody has come yet
	network int // its process that opened the last connection: mostly the next one too
}

// admits says whether a connection comes from the browser of the session.
func (p *peer) admits(remote string, own netip.AddrPort) bool {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	inode, ok := socketOf(from, own)
	if !ok {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.network != 0 && holds(p.network, inode) {
		return true
	}
	ours := descendants(os.Getpid())
	if _, runs := ours[p.browser]; !runs {
		p.browser = 0
	}
	for pid, child := range ours {
		if p.browser != 0 && child != p.browser || !holds(pid, inode) {
			continue
		}
		p.browser, p.network = child, pid
		return true
	}
	return false
}

// socketOf is the inode of the socket whose ends are from and to, as /proc/net/tcp has it: addresses in hexadecimal digits, little-endian.
func socketOf(from, to netip.AddrPort) (inode string, ok bool) {
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return "", false
	}
	wanted := fmt.Appendf(nil, " %s %s ", inTable(from), inTable(to))
	i := bytes.Index(table, wanted)
	if i < 0 {
		return "", false
	}
	line, _, _ := bytes.Cut(table[i:], []byte("\n"))
	fields := bytes.Fields(line) // local, remote, state, queues, timer, retransmits, user, timeout, inode
	if len(fields) < 9 {
		return "", false
	}
	return string(fields[8]), true
}

func inTable(a netip.AddrPort) string {
	b := a.Addr().Unmap().As4()
	return fmt.Sprintf("%02X%02X%02X%02X:%04X", b[3], b[2], b[1], b[0], a.Port())
}

// holds says whether a process has a socket open.
func holds(pid int, inode string) bool {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	d, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	for _, name := range names {
		if target, err := os.Readlink(filepath.Join(dir, name)); err == nil && target == "socket:["+inode+"]" {
			return true
		}
	}
	return false
}

// descendants are the processes below one, each with the child of it that it descends from.
func descendants(of int) map[int]int {
	d, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	parents := map[int]int{}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", name, "stat"))
		if err != nil {
			continue
		}
		// The name of the program is in brackets, and may be anything; state and parent follow.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) > 1 && fields[0] != "Z" { // one that has ended and was not waited for yet comes no more
			parents[pid], _ = strconv.Atoi(fields[1])
		}
	}
	found := map[int]int{}
	for pid := range parents {
		child := pid
		for steps := 0; steps < 64; steps++ {
			parent, ok := parents[child]
			if !ok {
				break
			}
			if parent == of {
				found[pid] = child
				break
			}
			child = parent
		}
	}
	return found
}
