package engine_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valise/engine"
)

// base is a session's address without its token.
func base(v session) string {
	address, _, _ := strings.Cut(v.Embed, "?")
	return address
}

func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
}

func TestWhoShowsNoRightGetsNothing(t *testing.T) {
	s := startService(t, engine.Options{})
	v := call[session](s, "POST", "/v0/vm", `{"cdp": true}`)
	revoked, key, err := s.keys.New(t.Context(), "to be revoked")
	if err != nil {
		t.Fatal(err)
	}
	if status, data := s.send("GET", s.url+"/v0/vm", revoked, nil); status != http.StatusOK {
		t.Fatalf("a second key is not taken: %d %s", status, data)
	}
	if err := s.keys.Revoke(t.Context(), key.ID); err != nil {
		t.Fatal(err)
	}
	one := "/v0/vm/" + v.ID
	here := "/vm/" + v.ID
	for _, request := range [][2]string{
		{"POST", "/v0/vm"}, {"GET", "/v0/vm"}, {"GET", one}, {"DELETE", one}, {"POST", one + "/save"},
		{"GET", "/v0/profiles"}, {"POST", "/v0/profiles/import"}, {"POST", "/v0/profiles/x/export"}, {"GET", "/metrics"},
		{"POST", here + "/timeout"}, {"POST", here + "/tabs.query"}, {"POST", here + "/addRoles"}, {"DELETE", here + "/users/x"}, {"DELETE", here},
		{"GET", here}, {"GET", here + "/ws"}, {"GET", here + "/devtools/browser/x"}, {"GET", here + "?token="}, {"GET", here + "?token=" + v.Admin}, {"GET", here + "/devtools/browser/" + v.Admin},
	} {
		for what, token := range map[string]string{"without a key": "", "with a wrong key": s.key + "x", "with a revoked key": revoked, "with another session's token": "guess"} {
			if what != "without a key" && request[0] == "GET" && strings.HasPrefix(request[1], here) {
				continue // these take their token from the address
			}
			status, data := s.send(request[0], s.url+request[1], token, nil)
			s.isRefusal(request[0]+" "+request[1]+" "+what, status, data, http.StatusUnauthorized, "err_unauthorized")
		}
	}
	if now := call[session](s, "GET", one, nil); now.Terminated != "" {
		t.Error("one of these has ended the session")
	}
}

func TestPagesOfOtherOriginsAndNamesOfOthersGetNothing(t *testing.T) {
	s := startService(t, engine.Options{})
	v := call[session](s, "POST", "/v0/vm", `{"cdp": true}`)
	status, data := s.send("GET", s.url+"/v0/vm", s.key, nil, withHeader("Origin", "https://elsewhere.example"))
	s.isRefusal("a page of another origin", status, data, http.StatusForbidden, "err_forbidden")
	status, data = s.send("POST", base(v)+"/timeout", v.Admin, `{}`, withHeader("Origin", "https://elsewhere.example"))
	s.isRefusal("a page of another origin", status, data, http.StatusForbidden, "err_forbidden")
	status, data = s.send("GET", strings.Replace(v.CDP, "ws:", "http:", 1), "", nil, withHeader("Origin", "https://elsewhere.example"))
	s.isRefusal("DevTools for a page", status, data, http.StatusForbidden, "err_forbidden")
	for _, host := range []string{"rebound.example", "rebound.example:80", "127.0.0.1.rebound.example", ""} {
		status, data := s.send("GET", s.url+"/v0/vm", s.key, nil, withHeader("Host", host))
		if host == "" {
			continue // the client fills it in
		}
		s.isRefusal("the host "+host, status, data, http.StatusMisdirectedRequest, "err_wrong_host")
	}
	for _, host := range []string{"localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:8900"} {
		if status, data := s.send("GET", s.url+"/v0/vm", s.key, nil, withHeader("Host", host)); status != http.StatusOK {
			t.Errorf("as %s the engine answers %d %s", host, status, data)
		}
	}
}

func TestKeysAreKeptAsHashesOnly(t *testing.T) {
	s := startService(t, engine.Options{})
	files := 0
	err := filepath.WalkDir(s.home.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), s.key) || strings.Contains(string(data), s.key[len("valise_abcdef_"):]) {
			t.Errorf("%s holds the key", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files were looked at: %v", files, err)
	}
	info, err := os.Stat(filepath.Join(s.home.Dir, "engine-keys.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the keys: %v, %v", info, err)
	}
}

// raw sends bytes as they are, and returns what is answered before the connection ends or time runs out.
func (s *service) raw(lines string, patience time.Duration) string {
	s.t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer connection.Close()
	io.WriteString(connection, lines)
	connection.SetReadDeadline(time.Now().Add(patience))
	answer, _ := bufio.NewReader(connection).ReadString('\n')
	return answer
}

func TestALargeBodyIsRefusedBeforeItIsRead(t *testing.T) {
	s := startService(t, engine.Options{})
	head := fmt.Sprintf("POST /v0/profiles/x/label HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", s.key, 1<<30)
	if answer := s.raw(head+strings.Repeat(" ", 70<<10), 20*time.Second); !strings.Contains(answer, " 404 ") && !strings.Contains(answer, " 413 ") {
		t.Errorf("a gigabyte is answered with %q", answer)
	}
	head = fmt.Sprintf("POST /v0/vm HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", s.key, 1<<30)
	if answer := s.raw(head+strings.Repeat(" ", 2<<20), 20*time.Second); !strings.Contains(answer, " 413 ") {
		t.Errorf("a gigabyte is answered with %q", answer)
	}
}

func TestWhoAsksTooMuchIsNotHeardForAWhile(t *testing.T) {
	s := startService(t, engine.Options{})
	statuses := map[int]int{}
	for range 400 {
		status, _ := s.send("GET", s.url+"/healthz", "", nil)
		statuses[status]++
	}
	if statuses[http.StatusTooManyRequests] == 0 || statuses[http.StatusOK] < 200 {
		t.Errorf("400 requests at once were answered %v", statuses)
	}
}
