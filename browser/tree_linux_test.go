package browser_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/browser"
)

// treeOf lists the processes in the process group of a browser, dead ones that nobody has buried aside.
func treeOf(p *browser.Process) []string {
	var pids []string
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		raw, err := os.ReadFile(stat)
		if err != nil {
			continue
		}
		var state string
		var parent, group int
		_, rest, _ := strings.Cut(string(raw), ") ")
		fmt.Sscan(rest, &state, &parent, &group)
		// One that is just going has no command line any more, and is not yet a zombie.
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(stat), "cmdline"))
		if group == p.PID() && state != "Z" && len(line) > 0 {
			pids = append(pids, filepath.Base(filepath.Dir(stat)))
		}
	}
	return pids
}

// listening are the TCP addresses, as /proc writes them, on which the processes of a browser take connections.
func listening(t *testing.T, p *browser.Process) []string {
	t.Helper()
	sockets := map[string]bool{}
	for _, pid := range treeOf(p) {
		fds, _ := filepath.Glob("/proc/" + pid + "/fd/*")
		for _, fd := range fds {
			if link, err := os.Readlink(fd); err == nil && strings.HasPrefix(link, "socket:[") {
				sockets[strings.Trim(link, "socket:[]")] = true
			}
		}
	}
	if len(sockets) == 0 {
		t.Fatal("a browser has sockets")
	}
	var addresses []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue // no IPv6
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			const local, state, inode, listen = 1, 3, 9, "0A"
			if f := strings.Fields(lines.Text()); len(f) > inode && f[state] == listen && sockets[f[inode]] {
				addresses = append(addresses, f[local])
			}
		}
	}
	return addresses
}
