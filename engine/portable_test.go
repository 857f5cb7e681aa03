package engine_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/browser"
	"valise/engine"
	"valise/internal/testenv"
	"valise/profiles"
)

// form is a multipart form of parts, which are names and contents in turn.
func form(t *testing.T, parts ...string) (io.Reader, func(*http.Request)) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(parts); i += 2 {
		part, err := w.CreateFormFile(parts[i], parts[i])
		if err == nil {
			_, err = io.WriteString(part, parts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, withHeader("Content-Type", w.FormDataContentType())
}

// imports sends a form to be imported.
func (s *service) imports(t *testing.T, parts ...string) (int, []byte) {
	t.Helper()
	body, change := form(t, parts...)
	return s.send("POST", s.url+"/v0/profiles/import", s.key, body, change)
}

// A profile goes from one engine to another, which has another vault, and the site knows its visitor.
func TestAProfileGoesToAnotherEngineInAFile(t *testing.T) {
	first, site := startService(t, engine.Options{}), testenv.NewSite(t)
	id := first.logIn("true", site, "ada").ID
	here := "/v0/profiles/" + id
	call[profiles.Profile](first, "PATCH", here, `{"name": "Größer; \"Shop\""}`)
	adas := first.history(id)[0].ID.String()
	first.logIn(quoted(id), site, "bob")

	export := func(body string) (string, http.Header) {
		t.Helper()
		var header http.Header
		r, err := http.NewRequestWithContext(t.Context(), "POST", first.url+here+"/export", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+first.key)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		file, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("it answers %d %.200s, %v", response.StatusCode, file, err)
		}
		header = response.Header
		return string(file), header
	}
	file, header := export(`{"passphrase": "from engine to engine"}`)
	_, about, err := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err != nil || about["filename"] != `Größer; "Shop".valise` || header.Get("Content-Type") != "application/octet-stream" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v, %v", header, err)
	}
	if strings.Contains(file, "Größer") || strings.Contains(file, "bob") {
		t.Error("the file has something in plain")
	}
	earlier, _ := export(`{"passphrase": "from engine to engine", "at": ` + quoted(adas) + `}`)
	first.refused("POST", here+"/export", `{"passphrase": "short"}`, 400, "err_invalid_request")
	first.refused("POST", here+"/export", `{}`, 400, "err_invalid_request")
	first.refused("POST", here+"/export", `{"passphrase": "from engine to engine", "at": "nowhere"}`, 404, "err_snapshot_not_found")
	first.refused("POST", "/v0/profiles/nobody/export", `{"passphrase": "from engine to engine"}`, 404, "err_profile_not_found")

	second := startService(t, engine.Options{MaxImport: 4 << 20})
	const body = `{"passphrase": "from engine to engine"}`
	for _, test := range []struct {
		what   string
		parts  []string
		status int
		code   string
	}{
		{"a wrong passphrase", []string{"body", `{"passphrase": "from engine to motor"}`, "file", file}, 400, "err_wrong_passphrase"},
		{"no passphrase", []string{"body", `{}`, "file", file}, 400, "err_invalid_request"},
		{"half a file", []string{"body", body, "file", file[:len(file)/2]}, 400, "err_bad_file"},
		{"a file of another kind", []string{"body", body, "file", "PK"}, 400, "err_bad_file"},
		{"a newer file", []string{"body", body, "file", "VALISEP\x02" + file[8:]}, 400, "err_bad_file"},
		{"an empty file", []string{"file", "", "body", body}, 400, "err_bad_file"},
		{"a large file", []string{"body", body, "file", strings.Repeat(" ", 4<<20+1)}, 413, "err_too_large"},
		{"a huge file", []string{"body", body, "file", strings.Repeat(" ", 6<<20)}, 413, "err_too_large"},
		{"a large body", []string{"body", strings.Repeat(" ", 65<<10), "file", file}, 413, "err_too_large"},
		{"no JSON", []string{"body", "passphrase", "file", file}, 400, "err_invalid_request"},
		{"no body", []string{"file", file}, 400, "err_invalid_request"},
		{"no file", []string{"body", body}, 400, "err_invalid_request"},
		{"two files", []string{"body", body, "file", file, "file", file}, 400, "err_invalid_request"},
		{"something else", []string{"body", body, "file", file, "more", ""}, 400, "err_invalid_request"},
		{"a name that cannot be", []string{"body", `{"passphrase": "from engine to engine", "name": "\u0007"}`, "file", file}, 400, "err_invalid_request"},
	} {
		status, data := second.imports(t, test.parts...)
		f := second.isRefusal(test.what, status, data, test.status, test.code)
		if strings.Contains(f.Message, "from engine") {
			t.Errorf("%s: the answer repeats the passphrase: %s", test.what, f.Message)
		}
	}
	second.refused("POST", "/v0/profiles/import", body, 400, "err_invalid_request")
	if all := second.profiles(); len(all) > 0 {
		t.Errorf("of nothing came %v", all)
	}

	received := func(status int, data []byte) (r profiles.Receipt) {
		t.Helper()
		if err := json.Unmarshal(data, &r); err != nil || status != http.StatusOK || r.Outcome != profiles.Saved || r.Ended != "imported" {
			t.Fatalf("it answers %d %s", status, data)
		}
		return r
	}
	newest := received(second.imports(t, "body", body, "file", file))
	atAda := received(second.imports(t, "file", earlier, "body", `{"passphrase": "from engine to engine", "name": "Ada's"}`))
	if newest.Name != `Größer; "Shop"` || atAda.Name != "Ada's" {
		t.Errorf("they are called %q and %q", newest.Name, atAda.Name)
	}
	status, data := second.imports(t, "body", `{"passphrase": "from engine to engine", "name": "ADA'S"}`, "file", file)
	second.isRefusal("a name that is taken", status, data, 409, "err_conflict")
	for id, person := range map[string]string{newest.Profile.String(): "bob", atAda.Profile.String(): "ada"} {
		if got := second.loggedIn(`{"load": `+quoted(id)+`}`, site); got != person {
			t.Errorf("the site takes the visitor for %q, not %q", got, person)
		}
	}
	if left, err := filepath.Glob(filepath.Join(second.home.Dir, "lent", "*", "import-*")); err != nil || len(left) > 0 {
		t.Errorf("of files on their way in are left %v, %v", left, err)
	}
	for _, s := range []*service{first, second} {
		if _, metrics := s.send("GET", s.url+"/metrics", s.key, nil); bytes.Contains(metrics, []byte("from engine")) {
			t.Error("the figures have the passphrase")
		}
	}
}

// Nobody takes the part of a file that could be made for the whole.
func TestAnExportThatFailsOnTheWayIsCut(t *testing.T) {
	s := startService(t, engine.Options{})
	opened, err := s.lib.Open(t.Context(), profiles.How{Save: profiles.SaveNew, Name: "Large", Headless: true})
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 8<<20)
	rand.Read(noise)
	large := filepath.Join(browser.UserDataDir(opened.Dir()), "Default", "noise")
	if err := os.WriteFile(large, noise, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := opened.Close(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	export := func() (*http.Response, []byte, error) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/v0/profiles/"+r.Profile.String()+"/export", strings.NewReader(`{"passphrase": "cut in the middle"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+s.key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		return response, data, err
	}
	_, whole, err := export()
	if err != nil || len(whole) < 1<<20 {
		t.Fatalf("whole, it has %d bytes, %v", len(whole), err)
	}
	objects, err := filepath.Glob(filepath.Join(s.home.Dir, "vaults", "*", "profiles", r.Profile.String(), r.Snapshot.String()+".valise"))
	if err != nil || len(objects) != 1 {
		t.Fatalf("the objects are %v, %v", objects, err)
	}
	object, err := os.ReadFile(objects[0])
	if err != nil {
		t.Fatal(err)
	}
	damage := func(at int) {
		harmed := bytes.Clone(object)
		harmed[at] ^= 1
		if err := errors.Join(os.Chmod(objects[0], 0o600), os.WriteFile(objects[0], harmed, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	damage(len(object) * 3 / 4)
	response, data, err := export()
	if err == nil || response.StatusCode != http.StatusOK || len(data) == 0 {
		t.Errorf("damaged near the end, it answers %d with %d bytes, %v", response.StatusCode, len(data), err)
	}
	damage(200)
	if response, data, err = export(); err != nil {
		t.Fatal(err)
	}
	s.isRefusal("damaged at the beginning", response.StatusCode, data, 500, "err_profile_damaged")
}

// So many callers send files that no further one is heard; when they are gone, the next one is.
func TestFilesComeInAFewAtATime(t *testing.T) {
	s := startService(t, engine.Options{})
	var ends []*io.PipeWriter
	for range 4 {
		body, end := io.Pipe()
		ends = append(ends, end)
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/v0/profiles/import", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+s.key)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		go func() {
			if response, err := http.DefaultClient.Do(r); err == nil {
				response.Body.Close()
			}
		}()
		io.WriteString(end, "--x\r\nContent-Disposition: form-data; name=file\r\n\r\nVALISEP")
	}
	answers := func(status int) func() bool {
		return func() bool {
			got, _ := s.imports(t, "body", "{}", "file", "PK")
			return got == status
		}
	}
	testenv.Until(t, "the fifth to be refused", answers(http.StatusTooManyRequests))
	for _, end := range ends {
		end.CloseWithError(errors.New("gone"))
	}
	testenv.Until(t, "the next to be heard", answers(http.StatusBadRequest))
}
