package engine

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"valise/browser"
	"valise/engine/fence"
	"valise/engine/live"
	"valise/profiles"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// vm is a session of the API, from the moment in which it is asked for: "vm" is the contract's word. It ends once, whoever
// ends it, and what is said of it then stays.
type vm struct {
	engine  *Engine
	id      uuid.UUID
	want    createRequest
	how     profiles.How
	created time.Time
	admin   token // its calls, and all that viewers may do
	view    token // in embed_url: looking and input
	devtool token // in cdp_url; empty: none was asked for
	clock   *clock

	lent []string // the folders of the extensions that it has

	opening context.Context // done: the opening is given up
	abandon context.CancelFunc
	opened  chan struct{} // closed when the browser is there, or err
	err     error

	drivers drivers // DevTools clients

	ending  sync.Once
	gone    chan struct{} // closed when all is saved
	mu      sync.Mutex
	work    *work     // while the browser is there
	over    time.Time // when it ended; zero: it runs
	receipt profiles.Receipt
	failure error // of the saving
}

// work is what there is of a session while its browser is there.
type work struct {
	session *profiles.Session
	room    *live.Room
	fence   *fence.Fence
	devport uint16 // of its DevTools; 0: it has none
}

// launch starts a session, or finds the running one of the tag. It returns when the browser is there.
func (e *Engine) launch(ctx context.Context, want createRequest) (*vm, error) {
	if want.Profile.load != uuid.Nil || want.Profile.over != uuid.Nil {
		e.settle(ctx) // another engine of the vault may have saved it a moment ago
	}
	v, mine, err := e.register(ctx, want)
	if err != nil {
		return nil, err
	}
	if mine {
		v.open()
	}
	select {
	case <-v.opened:
		return v, v.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// register makes the vm, which has its tag from then on. mine: the caller is to open it.
func (e *Engine) register(ctx context.Context, want createRequest) (v *vm, mine bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, false, refuse(http.StatusServiceUnavailable, codeClosing, "the engine is about to end; ask another one, or again in a while")
	}
	if running := e.tags[want.Tag]; want.Tag != "" && running != nil {
		return running, false, nil
	}
	if len(e.vms)-len(e.ended) >= e.options.MaxSessions {
		return nil, false, refuse(http.StatusTooManyRequests, codeFull,
			"%d sessions are running, which is as many as this engine allows; end one first", e.options.MaxSessions)
	}
	v = &vm{
		engine: e, id: uuid.New(), want: want, created: now(), admin: newToken(), view: newToken(),
		clock: newClock(want.Timeout), opened: make(chan struct{}), gone: make(chan struct{}),
	}
	if want.CDP {
		v.devtool = newToken()
	}
	if want.Tag != "" {
		ctx = context.WithoutCancel(ctx) // others may wait for the same session, and its caller finds it again
	}
	v.opening, v.abandon = context.WithCancel(ctx)
	v.how = v.plan()
	e.vms[v.id] = v
	if want.Tag != "" {
		e.tags[want.Tag] = v
	}
	e.all.Add(1)
	return v, true, nil
}

// settled is how long a caller waits for the vault's place: what is saved here is safe without it, and known to this engine.
const settled = 15 * time.Second

// settle brings vault and place together, where there is one, so that engines which share nothing but the place see what
// each other saved before their callers do. That it cannot be reached is no failure: the library goes on trying.
func (e *Engine) settle(ctx context.Context) {
	if e.lib.Place() == (vault.Location{}) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, settled)
	defer cancel()
	if _, err := e.lib.Sync(ctx); err != nil {
		e.log.Warn("the vault's place could not be reached for a session", "error", err)
	}
}

// plan says how the library is to open the session.
func (v *vm) plan() profiles.How {
	w := v.want
	how := profiles.How{
		Session: v.id, Load: w.Profile.load, Save: w.Profile.save, Over: w.Profile.over,
		Headless: true, Port: w.CDP,
		Surroundings: browser.Surroundings{
			Width: w.Width, Height: w.Height, Languages: w.Locale.Language, UserAgent: browser.UserAgent(w.UserAgent),
			Dark: w.Dark, NoWebGL: w.WebGL != nil && !*w.WebGL, Fenced: true,
		},
	}
	if how.Save == profiles.SaveNew {
		how.Expires = profiles.APIExpiry
	}
	if w.StartURL != "" {
		how.URLs = []string{w.StartURL}
	}
	return how
}

// open opens the session, and follows it to its end.
func (v *vm) open() {
	e := v.engine
	v.err = errNotBegun
	defer func() {
		if v.err != nil { // a panic leaves it as it was
			v.finish(nil)
		}
		close(v.opened)
	}()
	var w *work
	if w, v.err = v.begin(v.opening); v.err != nil {
		return
	}
	v.mu.Lock()
	v.work = w
	v.mu.Unlock()
	e.figures.opening.Observe(time.Since(v.created).Seconds())
	e.log.Info("a session began", "session", v.id, "profile", v.how.Load, "tagged", v.want.Tag != "")
	go v.watch(w)
	go func() {
		<-w.session.Done()
		v.finish(w)
	}()
}

var errNotBegun = errors.New("the session did not come to be")

// begin makes all that a session is made of. On error nothing is left of it.
func (v *vm) begin(ctx context.Context) (_ *work, err error) {
	e, w := v.engine, &work{}
	for _, id := range []uuid.UUID{v.how.Load, v.how.Over} {
		if err := e.notInTrash(ctx, id); err != nil {
			return nil, err
		}
	}
	if err := v.lend(e.lendAide()); err != nil {
		return nil, err
	}
	if v.want.Adblock || v.want.Ublock {
		if err := v.lend(e.lendAdblock()); err != nil {
			return nil, err
		}
	}
	if v.want.extension != nil {
		if err := v.lend(unpackExtension(v.want.extension, func() (string, error) { return e.lent.make("extension") })); err != nil {
			return nil, err
		}
		v.want.extension = nil
	}
	out, err := fence.New(fence.Rules{Closed: fence.Here(e.closedPorts), PublicOnly: e.options.PublicOnly, Upstream: v.want.upstream})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			out.Close()
		}
	}()
	w.fence, v.how.Proxy = out, out.Address()
	if w.session, err = e.lib.Open(ctx, v.how); err != nil {
		return nil, err
	}
	if address, err := netip.ParseAddrPort(hostOf(w.session.Info().DevTools)); err == nil {
		w.devport = address.Port()
	}
	shown := live.Options{
		Width: v.want.Width, Height: v.want.Height, FPS: v.want.FPS, HideCursor: v.want.HideCursor, Kiosk: v.want.Kiosk, Roles: v.want.roles, Quality: v.want.Quality.Mode,
		Dir: w.session.Dir(), Search: v.want.SearchEngine.url, Allowed: mayShow, Admin: v.admin.is, Log: e.log, Changed: v.clock.look,
		Zoom: func(ctx context.Context, address string, factor *float64) (float64, error) {
			return zoom(ctx, w.session, address, factor)
		},
	}
	if v.want.Auth.webhook != nil {
		shown.Admit = v.admit
	}
	if w.room, err = live.Open(context.WithoutCancel(ctx), w.session.Browser(), shown); err != nil {
		w.session.Close(ctx)
		return nil, err
	}
	return w, nil
}

// notInTrash refuses a profile that was thrown away. To callers it is gone, until they take it out.
func (e *Engine) notInTrash(ctx context.Context, id uuid.UUID) error {
	if id == uuid.Nil {
		return nil
	}
	p, err := e.lib.Find(ctx, id.String())
	if err == nil && !p.Trashed.IsZero() {
		return refuse(http.StatusNotFound, codeNoProfile, "the profile %s is in the trash; POST /v0/profiles/%s/restore takes it out", id, id)
	}
	return nil // where it is not at all, opening says so
}

// lend has the session get an extension, whose folder goes with it.
func (v *vm) lend(folder string, err error) error {
	if folder != "" {
		v.lent = append(v.lent, folder)
		v.how.Extensions = append(v.how.Extensions, folder)
	}
	return err
}

// hostOf is the host and port of an address; "" where it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// now is the session's work; nil: its browser is not there yet, or not any more.
func (v *vm) now() *work {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.work
}

// watch ends the session when its time is up.
func (v *vm) watch(w *work) {
	standing := func() activity { return v.standing(w) }
	why := v.clock.run(w.session.Done(), standing, func(why ending, at time.Time) {
		if why != endOffline { // nobody is there to be warned
			w.room.Tell(warning(why, at))
		}
	})
	if why == "" {
		return
	}
	v.engine.log.Info("a session's time is up", "session", v.id, "timeout", why)
	v.end(context.Background(), why)
	if hook := v.clock.webhook(); hook != nil {
		if err := hook.call(context.Background(), v.id, why); err != nil {
			v.engine.log.Warn("a timeout's webhook was not reached", "session", v.id, "error", err)
		}
	}
}

// warning is the message that the viewer's page expects before a timeout; the zero time takes it back.
func warning(why ending, at time.Time) any {
	type deadline struct {
		Delay     int64  `json:"delay"` // ms
		CloseDate string `json:"closeDate"`
	}
	message := struct {
		Type string `json:"type"`
		Data struct {
			Type     ending    `json:"type"`
			Deadline *deadline `json:"deadline"`
		} `json:"data"`
	}{Type: "close_warning"}
	message.Data.Type = why
	if !at.IsZero() {
		message.Data.Deadline = &deadline{time.Until(at).Milliseconds(), at.UTC().Format(time.RFC3339Nano)}
	}
	return message
}

// viewers is how many people and programs are connected with it.
func (v *vm) viewers() int {
	w := v.now()
	if w == nil {
		return 0
	}
	return v.standing(w).Viewers
}

// standing is how its viewers, and what drives it over DevTools, stand.
func (v *vm) standing(w *work) activity {
	room, driven := w.room.Standing(), v.drivers.standing()
	return activity{
		Viewers:   room.Viewers + driven.Viewers,
		LastInput: later(room.LastInput, driven.LastInput),
		LastLeft:  later(room.LastLeft, driven.LastLeft),
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// end ends the session and waits until it is saved, whoever asked first. Cancelling ctx hurries the browser.
func (v *vm) end(ctx context.Context, why ending) error {
	v.abandon()
	<-v.opened
	if w := v.now(); w != nil {
		v.ending.Do(func() { v.tellWhy(w, why) })
		w.session.Close(ctx)
	}
	<-v.gone
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failure
}

// tellWhy tells the viewers, and the figures, why the session ends.
func (v *vm) tellWhy(w *work, why ending) {
	v.engine.figures.sessions.WithLabelValues(string(why)).Inc()
	w.room.End(string(why))
}

// finish notes the session's end: from here on only that is left of it. w is nil where it never came to be.
func (v *vm) finish(w *work) {
	e := v.engine
	v.abandon()
	if w != nil {
		v.ending.Do(func() { v.tellWhy(w, endRequested) }) // its browser ended by itself
		receipt, err := w.session.Result()
		w.fence.Close()
		if err != nil {
			e.log.Error("a session could not be saved", "session", v.id, "error", err)
		}
		if receipt.Outcome == profiles.Saved {
			e.figures.saving.Observe(receipt.Took.Seconds())
			e.settle(context.Background())
		}
		v.mu.Lock()
		v.receipt, v.failure, v.work = receipt, err, nil
		v.mu.Unlock()
	}
	for _, folder := range v.lent {
		os.RemoveAll(folder)
	}
	v.mu.Lock()
	v.over = now()
	v.mu.Unlock()
	e.forget(v)
	close(v.gone)
	e.all.Done()
}

func (v *vm) running() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.over.IsZero()
}

// atWork waits until the browser is there, for those who want something of it. errEnded: it is gone.
func (v *vm) atWork(ctx context.Context) (*work, error) {
	select {
	case <-v.opened:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if w := v.now(); w != nil {
		return w, nil
	}
	return nil, errEnded
}

var errEnded = refuse(http.StatusGone, codeSessionEnded, "the session has ended")

func sortByCreation(list []*vm) {
	slices.SortFunc(list, func(a, b *vm) int {
		return cmp.Or(a.created.Compare(b.created), bytes.Compare(a.id[:], b.id[:]))
	})
}
