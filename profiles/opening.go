package profiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"valise/browser"
	"valise/internal/fault"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// plan is a How with everything that it names looked up.
type plan struct {
	how     How
	record  record
	browser browser.Browser
	at      KnownEngine // where the session is to be, if elsewhere
}

// Open opens a session. It returns when the browser is there; how far it has come is told by events. *InUseError: the
// profile that it would save to is open already. *NotFoundError, *NameTakenError, and what browser.Start says.
func (l *Library) Open(ctx context.Context, how How) (*Session, error) {
	if _, err := l.Recover(ctx); err != nil { // what a crash left of this profile comes before its next session
		l.watchers.emit(Event{Trouble: err})
	}
	s, p, err := l.reserve(ctx, how)
	if err != nil {
		return nil, err
	}
	opening, abandon := context.WithCancel(ctx)
	defer abandon()
	s.abandon = abandon
	l.mu.Lock()
	l.sessions[s.info.ID] = s
	l.mu.Unlock()
	s.tell(Progress{})
	l.changed(s.info.SavesTo)
	if err := s.begin(opening, p); err != nil {
		if opening.Err() != nil && ctx.Err() == nil {
			s.settle(Receipt{Session: s.info.ID, Name: s.info.Name, Outcome: Discarded, Where: InThisComputer}, nil)
			return nil, fmt.Errorf("opening %q: %w", p.record.Name, ErrGivenUp)
		}
		err = fmt.Errorf("opening %q: %w", p.record.Name, explain(err))
		s.settle(Receipt{}, err)
		return nil, err
	}
	if how.Load != uuid.Nil {
		l.tidying.Go(func() { l.opened(context.WithoutCancel(ctx), how.Load) })
	}
	s.checkpoints.begin()
	go s.checkpointNowAndThen()
	go s.finish()
	return s, nil
}

// reserve plans a session, and locks the profile that it saves to on this computer.
func (l *Library) reserve(ctx context.Context, how How) (*Session, plan, error) {
	if how.Save != SaveSame { // else the lease tells whether there is something newer
		l.syncing.freshen(ctx)
	}
	p, err := l.plan(ctx, how)
	if _, unknown := errors.AsType[*NotFoundError](err); unknown && how.Save == SaveSame { // perhaps it is new elsewhere
		l.syncing.freshen(ctx)
		p, err = l.plan(ctx, how)
	}
	if err != nil {
		return nil, p, err
	}
	s := &Session{library: l, done: make(chan struct{}), info: SessionInfo{
		ID: p.record.Session, Name: p.record.Name, Loads: p.record.Loads, SavesTo: p.record.SavesTo,
		Stage: StageRestoring, Since: p.record.Opened, Headless: how.Headless, Here: true, PID: os.Getpid(),
		Engine: p.at.Name, Carried: p.at.Name != "",
	}}
	if how.Save != SaveNowhere {
		if s.lock, err = l.lockProfile(p.record.SavesTo, s.info); err != nil {
			return nil, p, err
		}
		s.wantsLease = !p.record.New && l.vault.Remote() != nil
	}
	fault.Point("opening: the profile is locked")
	return s, p, nil
}

// plan looks up what how names, and checks that it makes sense before anything is done.
func (l *Library) plan(ctx context.Context, how How) (plan, error) {
	p := plan{how: how, record: record{
		Session: how.Session, Vault: l.vault.Description().Vault, Loads: how.Load, Opened: l.now().UTC(),
	}}
	r := &p.record
	if r.Session == uuid.Nil {
		r.Session = uuid.New()
	}
	if how.Load != uuid.Nil {
		loaded, err := l.Find(ctx, how.Load.String())
		if err != nil {
			return p, err
		}
		r.Name, r.At = loaded.Name, how.At
		if how.At == uuid.Nil {
			if err := loaded.savedOnce(l.device); err != nil {
				return p, fmt.Errorf("opening %q: %w", loaded.Name, err)
			}
			r.At = loaded.Newest
		}
		r.Live = l.isCheckpoint(how.Load, r.At)
		if how.Save == SaveSame {
			r.SavesTo, r.Parent = loaded.ID, loaded.Newest
		}
	}
	switch how.Save {
	case SaveSame:
		if how.Load == uuid.Nil {
			return p, fmt.Errorf("a session that loads nothing has no profile to save back to")
		}
	case SaveNew:
		name, err := l.newName(ctx, how.Name)
		if err != nil {
			return p, err
		}
		r.Name, r.SavesTo, r.New, r.Expires = name, r.Session, true, how.Expires
	case SaveOver:
		over, err := l.Find(ctx, how.Over.String())
		if err != nil {
			return p, err
		}
		r.Name, r.SavesTo, r.Parent = over.Name, over.ID, over.Newest
	}
	var err error
	if how.Elsewhere != "" {
		if p.at, _, err = l.Engine(ctx, how.Elsewhere); err != nil {
			return p, err
		}
		if p.at.Kind != Chromium {
			return p, errNotAway
		}
	}
	if p.browser, err = l.Browser(ctx); err != nil {
		return p, err
	}
	r.Browser, r.Version = p.browser.Name, p.browser.Version
	return p, nil
}

// begin restores the profile into a new folder and starts the browser there. On error nothing is left of it.
func (s *Session) begin(ctx context.Context, p plan) (err error) {
	if err := s.restore(ctx, &p); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.folder.wipe()
		}
	}()
	return s.start(ctx, p)
}

// restore gets the lease of the profile that is saved to, and restores the one that is loaded into a new folder.
func (s *Session) restore(ctx context.Context, p *plan) (err error) {
	l := s.library
	if err := s.withLease(ctx, p); err != nil {
		return err
	}
	if s.folder, err = l.home.makeFolder(p.record); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.folder.wipe()
		}
	}()
	profileDir := browser.UserDataDir(s.folder.dir)
	if err := os.MkdirAll(profileDir, 0o700); err != nil || p.how.Load == uuid.Nil {
		return err
	}
	index, state, err := snapshot.Restore(ctx, l.key, l.source(p.how.Load), p.record.At, profileDir, snapshot.Restoring{
		Progress: paced(s.tell),
	})
	if err != nil {
		return fmt.Errorf("restoring: %w", err)
	}
	fault.Point("opening: the profile is restored")
	if p.record.Live {
		for _, sentence := range l.mend(ctx, profileDir, p.how.Load, index.Meta.Parent, index.Meta.Opened, s.folder.dir) {
			s.warn(sentence)
		}
	}
	return state.Store(s.folder.stateFile())
}

// start starts the browser in the session's folder.
func (s *Session) start(ctx context.Context, p plan) (err error) {
	l := s.library
	if s.away, err = dial(ctx, p.at); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.away.end()
		}
	}()
	fault.Point("opening: the browser may start")
	s.advance(StageStarting)
	if err := s.folder.note(func(r *record) { r.Started = true }); err != nil {
		return err
	}
	log, err := os.OpenFile(s.folder.browserLog(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	var messages io.Writer = log
	if p.how.Log != nil {
		messages = io.MultiWriter(log, p.how.Log)
	}
	options := browser.Options{
		Dir: s.folder.dir, URLs: p.how.URLs, Headless: p.how.Headless, Port: p.how.Port, Log: messages,
		Surroundings: p.how.Surroundings,
	}
	if s.away != nil {
		options = s.away.athome(ctx, options)
	}
	started, err := browser.Start(ctx, p.browser, options)
	if err != nil {
		return err
	}
	fault.Point("opening: the browser is there")
	if s.away != nil {
		if err := s.away.leave(ctx, started, p.how.URLs, l.titles(ctx, p.record)); err != nil {
			started.Close(ctx)
			return err
		}
		fault.Point("opening: the state is elsewhere")
		go s.comeBack()
	} else {
		s.follow(started)
	}
	s.mu.Lock()
	s.browser, s.info.DevTools = started, started.WebSocketURL()
	s.mu.Unlock()
	s.advance(StageRunning)
	return nil
}

// newName is the name for a new profile: the one asked for, if it is free, or else a numbered "New profile".
func (l *Library) newName(ctx context.Context, wanted string) (string, error) {
	taken, err := l.takenNames(ctx)
	if err != nil {
		return "", err
	}
	if wanted = strings.TrimSpace(wanted); wanted != "" {
		if err := checkName(wanted); err != nil {
			return "", err
		}
		if taken[strings.ToLower(wanted)] {
			return "", &NameTakenError{wanted}
		}
		return wanted, nil
	}
	return numbered(unnamed, taken), nil
}

// likeName is the name for a new profile that had one elsewhere: that, numbered where it is taken, if it can be shown here.
func (l *Library) likeName(ctx context.Context, elsewhere string) (string, error) {
	taken, err := l.takenNames(ctx)
	if err != nil {
		return "", err
	}
	if elsewhere = strings.TrimSpace(elsewhere); elsewhere != "" && checkName(elsewhere) == nil {
		if name := numbered(elsewhere, taken); checkName(name) == nil {
			return name, nil
		}
	}
	return numbered(unnamed, taken), nil
}

// unnamed is what a profile is called that nobody gave a name.
const unnamed = "New profile"

func numbered(base string, taken map[string]bool) string {
	name := base
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s %d", base, n)
	}
	return name
}

// takenNames are the names of the profiles outside the trash, in small letters.
func (l *Library) takenNames(ctx context.Context) (map[string]bool, error) {
	all, err := l.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, p := range all {
		if p.Trashed.IsZero() {
			taken[strings.ToLower(p.Name)] = true
		}
	}
	return taken, nil
}

// longestName is in characters; a row of the list shows fewer.
const longestName = 120

// checkName keeps out what would garble a terminal or a list.
func checkName(name string) error {
	if !canBeShown(name, longestName) {
		return errOddName
	}
	return nil
}

// canBeShown says whether a text of at most so many characters fits a line.
func canBeShown(text string, most int) bool {
	return utf8.RuneCountInString(text) <= most && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
