package engine_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"valise/engine"
)

// As browsers export them: a list around everything, folders with lists of their own, descriptions, and no end tags for most.
const exported = `<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><A HREF="https://one.example/" ADD_DATE="1700000000">One &amp; only</A>
    <DT><H3 ADD_DATE="1700000000">Folder</H3>
    <DD>What it is about
    <DL><p>
        <DT><A HREF="https://two.example/?a=1&amp;b=2">Zwei, deux, 二</A>
        <DT><A HREF="no address">Nothing</A>
    </DL><p>
    <DT><A HREF="https://three.example/">Three</A>
</DL><p>
`

// Bookmarks are added to a session that runs, stay in its profile, and others are added to them.
func TestBookmarksAreAddedToASession(t *testing.T) {
	s := startService(t, engine.Options{})
	v := call[session](s, "POST", "/v0/vm", `{"profile": true}`)
	add := func(v session, text, token string) (int, []byte) {
		t.Helper()
		return s.send("POST", s.url+"/vm/"+v.ID+"/bookmarks", token, text)
	}
	if status, data := add(v, exported, v.Admin); status != 200 {
		t.Fatalf("bookmarks are answered with %d %s", status, data)
	}
	status, data := s.send("POST", s.url+"/vm/"+v.ID+"/tabs.query", v.Admin, `[{}]`)
	var tabs []json.RawMessage
	if err := json.Unmarshal(data, &tabs); err != nil || status != 200 || len(tabs) != 1 {
		t.Errorf("the tabs are then %s", data)
	}
	for _, none := range []string{"", "<h1>no bookmark</h1>"} {
		status, data := add(v, none, v.Admin)
		s.isRefusal("a body without bookmarks", status, data, 400, "err_invalid_request")
	}
	status, data = add(v, exported, v.Admin+"x")
	s.isRefusal("a wrong token", status, data, 401, "err_unauthorized")
	s.end(v)
	if got := s.bookmarks(v.ID); got != 3 {
		t.Errorf("%d bookmarks are saved, want 3", got)
	}

	again := call[session](s, "POST", "/v0/vm", `{"profile": `+quoted(v.ID)+`}`)
	if status, data := add(again, `<DL><DT><A HREF="https://four.example/">Four</DL>`, again.Admin); status != 200 {
		t.Fatalf("bookmarks are answered with %d %s", status, data)
	}
	s.end(again)
	if got := s.bookmarks(v.ID); got != 4 {
		t.Errorf("%d bookmarks are saved then, want 4", got)
	}
}

// bookmarks is how many the newest snapshot of a profile has.
func (s *service) bookmarks(profile string) int {
	s.t.Helper()
	history, err := s.lib.History(s.t.Context(), uuid.MustParse(profile))
	if err != nil || len(history) == 0 {
		s.t.Fatalf("the history is %v, %v", history, err)
	}
	return history[0].Summary.Bookmarks
}
