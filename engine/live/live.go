// Package live shows a running browser to people elsewhere, in their browsers, and takes their input.
//
// A Room stands between one browser and its viewers. It watches the browser over a DevTools line of its own; whatever it turns on
// there is turned off with it. Each viewer has a WebSocket: pictures of the tab in front go out, newest only, and the next one is asked
// for when somebody has taken the last; mouse, keys, touch, text and files come in. A viewer who is slow gets fewer pictures, never
// later ones, and holds nobody up; one who misbehaves loses the connection, and nothing else happens.
//
// Start reading at Open here, then tabs.go and screen.go for what is shown, viewer.go for the connection and input.go for what comes in;
// the folder viewer has the page, and the module that other pages embed.
package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"valise/browser"
)

// Options of a room. The zero value of each is sensible.
type Options struct {
	Width, Height int    // of the page, in CSS pixels; 1280 by 720
	FPS           int    // pictures a second at most, 24 to 60; 24
	HideCursor    bool   // viewers see no pointer over the page
	Kiosk         bool   // no address bar and no tabs
	Quality       string // "smooth" (which it is without), "sharp" or "blocky"

	Search      string   // where words go that are typed as an address: a URL with %s in it
	Roles       []string // what a viewer who comes may do; nil: everything
	MostViewers int      // 20

	Dir string // in which files on their way to and from viewers are kept, in a private directory that goes with the room; "": the system's

	// Zoom sets how much larger than usual a tab is drawn that shows an address, unless factor is nil, and tells how much it is then; 0 asks
	// for what is usual. ErrNoTab: no tab shows the address. nil: the room has no zoom.
	Zoom func(ctx context.Context, address string, factor *float64) (float64, error)

	Allowed func(url string) error  // asked before the room goes anywhere on somebody's wish; nil: only the web
	Admit   Admit                   // asked before somebody who comes sees anything; nil: they all may
	Admin   func(token string) bool // whether a viewer who shows this token may do everything; nil: nobody
	Changed func()                  // a viewer has come or gone, or there was input (once a second at most)
	Log     *slog.Logger
}

// Bounds of a room.
const (
	MaxArea = 1920 * 1080 // of the page
	minSide = 100
	maxSide = 4096

	mostViewers = 20
	mostTabs    = 100
)

// Room shows one browser. Its methods may be called from several goroutines.
type Room struct {
	o    Options
	line *browser.Line
	life context.Context // of the room
	die  context.CancelFunc
	dir  string

	mu         sync.Mutex
	width      int
	height     int
	tabs       []*tab
	windows    map[int]bool // that have the size of the room
	lastTab    int
	front      *tab // nil: none
	viewers    []*viewer
	arriving   int                 // who is not let in yet
	passes     map[string]string   // of viewers who were let in, by pass
	granted    map[string][]string // roles by viewer, where they are not Options.Roles
	screen     screen
	downloads  []*download
	choice     choice
	lastChoice int
	lastDialog int
	wish       *wish // for files; nil: none
	lastWish   int
	received   int64 // bytes of files that viewers sent
	lastInput  time.Time
	lastLeft   time.Time
	toldAt     time.Time // Changed, of input
	ended      string    // why; "" while it lives
}

// Standing is what timeouts go by.
type Standing struct {
	Viewers   int
	LastInput time.Time // of anybody; zero: there was none
	LastLeft  time.Time // when somebody left last; zero: nobody did
}

// Open begins to show a browser, and returns when its tabs are known.
func Open(ctx context.Context, b *browser.Process, o Options) (*Room, error) {
	if o.Width == 0 && o.Height == 0 {
		o.Width, o.Height = 1280, 720
	}
	if err := checkSize(o.Width, o.Height); err != nil {
		return nil, err
	}
	if o.FPS == 0 {
		o.FPS = 24
	}
	o.FPS = min(max(o.FPS, 24), 60)
	if o.MostViewers == 0 {
		o.MostViewers = mostViewers
	}
	if o.Search == "" {
		o.Search = "https://duckduckgo.com/?q=%s"
	}
	if o.Roles == nil {
		o.Roles = allRoles
	}
	if o.Allowed == nil {
		o.Allowed = onlyWeb
	}
	if o.Admin == nil {
		o.Admin = func(string) bool { return false }
	}
	if o.Changed == nil {
		o.Changed = func() {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := os.MkdirTemp(o.Dir, "room-") // 0700
	if err != nil {
		return nil, fmt.Errorf("making the directory of the room: %w", err)
	}
	line, err := b.Line(ctx)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	r := &Room{o: o, line: line, dir: dir, width: o.Width, height: o.Height, granted: map[string][]string{}, passes: map[string]string{}, windows: map[int]bool{}}
	r.life, r.die = context.WithCancel(context.Background())
	go r.listen()
	if err := r.begin(ctx); err != nil {
		r.End("unknown")
		return nil, fmt.Errorf("showing the browser: %w", err)
	}
	return r, nil
}

// listen hears what the browser says until one of the two has ended.
func (r *Room) listen() {
	for e := range r.line.Events() {
		r.hear(e)
	}
	select {
	case <-r.life.Done():
	case <-time.After(endPatience): // whoever ended the browser says why
		r.End("unknown")
	}
}

// endPatience is how long the room waits for End once the browser is gone.
const endPatience = 2 * time.Second

// errandPatience bounds a conversation with the browser that nobody waits for.
const errandPatience = 20 * time.Second

// errand does something that takes an answer of the browser, while the room goes on.
func (r *Room) errand(do func(ctx context.Context)) {
	go func() {
		ctx, cancel := context.WithTimeout(r.life, errandPatience)
		defer cancel()
		do(ctx)
	}()
}

// Standing tells who is there and when there was input.
func (r *Room) Standing() Standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Standing{len(r.viewers), r.lastInput, r.lastLeft}
}

// Tell sends a message to all viewers and to the pages that embed them, such as
// {"type": "close_warning", "data": {"type": "inactive", "deadline": {"delay": 60000}}}.
func (r *Room) Tell(message any) {
	text, err := json.Marshal(message)
	if err != nil {
		r.o.Log.Error("a message to viewers", "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.viewers {
		v.post(outgoing{Type: "tell", Message: text})
	}
}

// End tells all viewers that it is over and why ("request", "inactive", "absolute", "kicked", "unauthorized", "unknown"), and lets the
// browser go. Its viewers' connections are closed, and their files gone, when it returns.
func (r *Room) End(reason string) {
	r.mu.Lock()
	if r.ended != "" {
		r.mu.Unlock()
		return
	}
	r.ended = reason
	viewers := slices.Clone(r.viewers)
	r.mu.Unlock()
	var all sync.WaitGroup
	for _, v := range viewers {
		all.Go(func() { v.dismiss(reason) })
	}
	all.Wait()
	r.line.Close()
	r.die()
	if err := os.RemoveAll(r.dir); err != nil {
		r.o.Log.Error("removing the files of a room", "error", err)
	}
}

// present says whether somebody is there. The lock is held.
func (r *Room) present() bool { return len(r.viewers) > 0 }

// occupy turns on what only viewers need when the first one comes, and off when the last one goes. The lock is held.
func (r *Room) occupy() {
	for _, t := range r.tabs {
		r.attend(t)
	}
	r.cast()
}

// attend has dialogs for files come to viewers, while there are some; without them a page's wish for files is the browser's to refuse.
// The lock is held.
func (r *Room) attend(t *tab) {
	if there := r.present(); t.attended != there {
		t.attended = there
		r.line.Send(t.session, "Page.setInterceptFileChooserDialog", params{"enabled": there}, nil)
	}
}

// params are those of a command.
type params = map[string]any
