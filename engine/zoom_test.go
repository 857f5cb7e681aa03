package engine_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"valise/engine"
	"valise/internal/testenv"
)

// zoomed is a page that has how it is drawn as its title, and what was done to its button.
const zoomed = `<!doctype html><style>body { margin: 0 }</style>
<button style="position: absolute; left: 20px; top: 20px; width: 40px; height: 40px" onclick="did = ' clicked'" ontouchstart="did = ' touched'">B</button>
<select style="position: absolute; left: 100px; top: 60px; width: 90px; height: 30px"><option>one<option>two</select>
<script>
let did = ""
setInterval(() => { document.title = devicePixelRatio + " " + innerWidth + did }, 20)
</script>`

// zoomer is a session with tabs that tell how they are drawn.
type zoomer struct {
	*service
	session
}

func (z zoomer) tabs(method, args string) (int, []byte) {
	z.t.Helper()
	return z.send("POST", z.url+"/vm/"+z.ID+"/tabs."+method, z.Admin, args)
}

// open opens a tab and returns its number.
func (z zoomer) open(address string) string {
	z.t.Helper()
	var tab struct{ ID int }
	status, data := z.tabs("create", `[{"url": `+quoted(address)+`}]`)
	if err := json.Unmarshal(data, &tab); err != nil || status != 200 {
		z.t.Fatalf("a tab is opened with %d %s", status, data)
	}
	return fmt.Sprint(tab.ID)
}

// drawn waits until a tab is drawn as its title is to say.
func (z zoomer) drawn(tab, want string) {
	z.t.Helper()
	var last []byte
	if !testenv.Within(time.Minute, func() bool {
		var is struct{ Title string }
		_, last = z.tabs("get", "["+tab+"]")
		return json.Unmarshal(last, &is) == nil && is.Title == want
	}) {
		z.t.Fatalf("the tab is drawn as %s, want %q", last, want)
	}
}

func (z zoomer) zoom(tab string, want string) {
	z.t.Helper()
	if status, data := z.tabs("getZoom", "["+tab+"]"); status != 200 || strings.TrimSpace(string(data)) != want {
		z.t.Errorf("the zoom of tab %q is %d %s, want %s", tab, status, data, want)
	}
}

func (z zoomer) set(args string) {
	z.t.Helper()
	if status, data := z.tabs("setZoom", args); status != 200 || strings.TrimSpace(string(data)) != "null" {
		z.t.Fatalf("setZoom %s answers %d %s", args, status, data)
	}
}

func startZoomer(t *testing.T) (z zoomer, here, there string) {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, zoomed)
	}))
	t.Cleanup(func() {
		site.CloseClientConnections()
		site.Close()
	})
	s := startService(t, engine.Options{})
	return zoomer{s, call[session](s, "POST", "/v0/vm", `{"profile": true}`)}, site.URL, strings.Replace(site.URL, "127.0.0.1", "localhost", 1)
}

// All pages of a host follow, as when a person zooms one of them, and the profile remembers it.
func TestTheZoomOfATabIsThatOfItsHost(t *testing.T) {
	z, here, there := startZoomer(t)
	one, two, other := z.open(here+"/one"), z.open(here+"/two"), z.open(there+"/one")
	z.drawn(other, "1 1280")
	z.zoom("", "1")

	z.set("[" + one + ", 2]") // while another tab is in front
	z.drawn(one, "2 640")
	z.drawn(two, "2 640")
	z.drawn(other, "1 1280")
	z.zoom(one, "2")
	z.zoom(two, "2")
	z.zoom(other, "1")

	z.set("[0.5]") // of the one in front
	z.drawn(other, "0.5 2560")
	z.zoom("null", "0.5")
	z.set("[null, 0]")
	z.drawn(other, "1 1280")
	z.zoom("", "1")
	z.drawn(one, "2 640")

	for method, all := range map[string][]string{
		"setZoom": {"[]", "[" + one + ", null]", `["x"]`, `[` + one + `, "2"]`, "[-1]", "[0.1]", "[7]", "[" + one + ", 5.01]", "[99, 2]"},
		"getZoom": {"[99]", `["x"]`},
	} {
		for _, args := range all {
			status, data := z.tabs(method, args)
			z.isRefusal(method+" "+args, status, data, 400, "err_invalid_request")
		}
	}
	z.zoom(one, "2")

	z.end(z.session)
	again := zoomer{z.service, call[session](z.service, "POST", "/v0/vm", `{"profile": {"load": `+quoted(z.ID)+`}}`)}
	tab := again.open(here + "/three")
	again.drawn(tab, "2 640")
	again.zoom(tab, "2")
}

// What viewers click on, and where they are shown the list of a choice, follows the zoom.
func TestAViewerZoomsAPageAndWorksInIt(t *testing.T) {
	z, here, _ := startZoomer(t)
	tab := z.open(here)
	z.drawn(tab, "1 1280")
	address, err := url.Parse(z.Embed)
	if err != nil {
		t.Fatal(err)
	}
	address.Scheme = "ws"
	conn, _, err := websocket.Dial(t.Context(), address.JoinPath("ws").String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	send := func(message string) {
		t.Helper()
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	type message struct {
		Type   string
		I      int
		R      any
		E      string
		Choice struct{ X, Y, Width, Height float64 }
	}
	until := func(kind string) (m message) {
		t.Helper()
		for m.Type != kind {
			format, data, err := conn.Read(t.Context())
			if err != nil {
				t.Fatalf("waiting for %s: %v", kind, err)
			}
			if m = (message{}); format == websocket.MessageText && json.Unmarshal(data, &m) != nil {
				t.Fatalf("a message is %s", data)
			}
		}
		return m
	}
	press := func(x, y int) {
		t.Helper()
		for _, kind := range []string{"down", "up"} {
			send(fmt.Sprintf(`{"type": "mouse", "kind": %q, "button": 0, "count": 1, "x": %d, "y": %d}`, kind, x, y))
		}
	}

	send(`{"type": "call", "i": 1, "m": "tabs.setZoom", "a": [2.5]}`)
	if m := until("answer"); m.I != 1 || m.E == "" {
		t.Errorf("without the admin token a call is answered with %+v", m)
	}
	send(`{"type": "call", "i": 2, "m": "tabs.setZoom", "a": [2.5], "t": ` + quoted(z.Admin) + `}`)
	if m := until("answer"); m.I != 2 || m.R != nil || m.E != "" {
		t.Errorf("setZoom is answered with %+v", m)
	}
	send(`{"type": "call", "i": 3, "m": "tabs.getZoom", "a": [], "t": ` + quoted(z.Admin) + `}`)
	if m := until("answer"); m.I != 3 || m.R != 2.5 || m.E != "" {
		t.Errorf("getZoom is answered with %+v", m)
	}
	z.drawn(tab, "2.5 512")
	testenv.Until(t, "the button to be clicked where it is seen", func() bool { // once the room has heard how the page is drawn
		press(140, 140)
		_, data := z.tabs("get", "["+tab+"]")
		return strings.Contains(string(data), "2.5 512 clicked")
	})
	send(`{"type": "touch", "kind": "start", "touches": [{"id": 1, "x": 60, "y": 60}]}`)
	z.drawn(tab, "2.5 512 touched")
	send(`{"type": "touch", "kind": "cancel"}`)
	press(300, 200)
	if c := until("choice").Choice; c.X != 250 || c.Y != 150 || c.Width != 225 || c.Height != 75 {
		t.Errorf("the list of a choice is shown at %+v", c)
	}
}
