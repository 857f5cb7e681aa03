package profiles

import (
	"context"
	"time"

	"valise/browser"

	"github.com/google/uuid"
)

// How often a session is looked at for a picture of its last page, and how long a look may take. The person waits for the last
// look, when they close the browser in Valise; when they close it by itself, the one before counts.
const (
	lookEvery = 10 * time.Second
	longLook  = 3 * time.Second
	lastLook  = time.Second
)

// album has a small picture of the last page of a running session.
type album struct {
	turn    chan struct{} // holds a token while somebody looks or reads
	page    browser.Page  // in the picture
	settled bool          // it looked the same twice
	when    time.Time     // the picture was taken
	picture []byte
}

func newAlbum() *album { return &album{turn: make(chan struct{}, 1)} }

// follow looks at a browser from time to time until it ends.
func (a *album) follow(b *browser.Process) {
	for {
		select {
		case <-b.Done():
			return
		case <-time.After(lookEvery):
			a.look(context.Background(), b, longLook)
		}
	}
}

// look takes a picture of the page in front when it is another one than before, and once more when it has settled; of an old
// picture the last look takes another. Where there is no page to show, an empty tab for instance, the picture stays. So it does
// when something goes wrong: it is only a picture.
func (a *album) look(ctx context.Context, b *browser.Process, patience time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return
	}
	front, err := b.Front(ctx, a.page)
	if err != nil || !front.Web() {
		return
	}
	same := front == a.page
	if same && (a.settled && patience != lastLook || time.Since(a.when) < lookEvery/2) {
		return
	}
	if picture, err := b.Picture(ctx, front); err == nil {
		a.page, a.settled, a.when, a.picture = front, same, time.Now(), picture
	}
}

// last is the picture of now; nil: none.
func (a *album) last() []byte {
	a.turn <- struct{}{}
	defer func() { <-a.turn }()
	return a.picture
}

// follow has pictures taken of a session that is saved, unless the person does not want them.
func (s *Session) follow(b *browser.Process) {
	if s.info.Throwaway() || !s.library.wantsPictures() {
		return
	}
	s.folder.album = newAlbum()
	go s.folder.album.follow(b)
}

// picture is that of the last page of a session, for a snapshot of it; nil: none. While none was taken it is that of the snapshot
// that the session began with.
func (l *Library) picture(ctx context.Context, f *folder) []byte {
	if !l.wantsPictures() {
		return nil
	}
	if f.album != nil {
		if p := f.album.last(); p != nil {
			return p
		}
	}
	if f.record.At == uuid.Nil {
		return nil
	}
	from, err := l.index(ctx, f.record.Loads, f.record.At)
	if err != nil {
		return nil
	}
	return from.Summary.Picture
}

func (l *Library) wantsPictures() bool {
	s, err := l.home.Settings()
	return err == nil && !s.NoPictures
}
