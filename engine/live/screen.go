package live

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"
)

// screen is how pictures of the tab in front get to the viewers. The browser makes one picture at a time and waits until it is taken;
// what it shows meanwhile it keeps, and sends the newest. So nothing is made that nobody looks at, and nothing waits in a line.
type screen struct {
	newest *picture
	number uint32 // of the last picture

	owed     int  // the number by which the browser knows the picture that is not taken yet; 0: none
	owedOf   *tab // whose it is
	owedFrom time.Time
	taken    time.Time // when the last was
	timer    *time.Timer

	hands *viewer // who did something last: questions of the page go there
}

// picture is what viewers get as it is: a byte that says so, its number, the width and the height of the page in CSS pixels, a JPEG.
type picture struct {
	number  uint32
	message []byte
}

const (
	pictureKind   = 1
	pictureHeader = 1 + 4 + 2 + 2

	// A picture that waits this long for a viewer with room for it is replaced by a newer one, if there is one.
	pictureAge = 100 * time.Millisecond

	// A viewer who has not taken a picture for this long is not waited for.
	stalledAfter = 2 * time.Second
)

// qualities of JPEG, by Options.Quality.
var qualities = map[string]int{"smooth": 70, "sharp": 90, "blocky": 40}

func (r *Room) quality() int {
	if q, ok := qualities[r.o.Quality]; ok {
		return q
	}
	return qualities["smooth"]
}

// cast has the tab in front make pictures while there is somebody to see them, and none when there is not. The lock is held.
func (r *Room) cast() {
	t := r.front
	if t == nil {
		return
	}
	if !r.present() {
		r.stopCast(t)
		return
	}
	if t.casting {
		return
	}
	t.casting = true
	r.screen.newest = nil
	r.awaitFirst(t)
	r.line.Send(t.session, "Page.startScreencast", params{
		"format": "jpeg", "quality": r.quality(), "maxWidth": r.width, "maxHeight": r.height, "maxFramesInFlight": 1, "sendLastFrame": true,
	}, func(err error) {
		if err != nil {
			r.o.Log.Warn("asking for pictures of a tab", "error", err)
		}
	})
}

// firstPatience is how long the first picture of a tab may take. A browser that has much to do, or a tab that was not drawn yet when it
// was asked, may send none until something moves: it is asked anew.
const firstPatience = 3 * time.Second

func (r *Room) awaitFirst(t *tab) {
	time.AfterFunc(firstPatience, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.ended == "" && t == r.front && t.casting && r.screen.newest == nil {
			r.stopCast(t)
			r.cast()
		}
	})
}

// stopCast ends the pictures of a tab. The lock is held.
func (r *Room) stopCast(t *tab) {
	if t.casting {
		t.casting = false
		r.screen.owed = 0
		r.line.Send(t.session, "Page.stopScreencast", nil, nil)
	}
}

// pictured gets a picture. The lock is held.
func (r *Room) pictured(t *tab, raw []byte) {
	p, image, err := readPicture(raw)
	if err != nil {
		r.o.Log.Warn("a picture of a tab", "error", err)
		return
	}
	if t != r.front || !t.casting {
		return
	}
	s := &r.screen
	s.number++
	message := make([]byte, pictureHeader, pictureHeader+base64.StdEncoding.DecodedLen(len(image)))
	message[0] = pictureKind
	binary.BigEndian.PutUint32(message[1:], s.number)
	binary.BigEndian.PutUint16(message[5:], uint16(p.Metadata.DeviceWidth))
	binary.BigEndian.PutUint16(message[7:], uint16(p.Metadata.DeviceHeight))
	message, err = base64.StdEncoding.AppendDecode(message, image)
	if err != nil {
		r.o.Log.Warn("a picture of a tab", "error", err)
		return
	}
	s.newest = &picture{s.number, message}
	s.owed, s.owedOf, s.owedFrom = p.SessionID, t, time.Now()
	for _, v := range r.viewers {
		v.stir()
	}
	r.pace()
}

type pictureEvent struct {
	SessionID int
	Metadata  struct{ DeviceWidth, DeviceHeight float64 }
}

// readPicture takes the event apart. The image in it, which is nearly all of it, is cut out instead of parsed.
func readPicture(raw []byte) (p pictureEvent, image []byte, err error) {
	const opening = `"data":"`
	from := bytes.Index(raw, []byte(opening))
	if from < 0 {
		return p, nil, errors.New("there is no image in it")
	}
	from += len(opening)
	length := bytes.IndexByte(raw[from:], '"')
	if length < 0 {
		return p, nil, errors.New("the image does not end")
	}
	rest := make([]byte, 0, len(raw)-length)
	rest = append(append(rest, raw[:from]...), raw[from+length:]...)
	return p, raw[from : from+length], json.Unmarshal(rest, &p)
}

// pace tells the browser that its picture is taken, once that is so and the time has come for the next. The lock is held.
func (r *Room) pace() {
	s := &r.screen
	if s.owed == 0 {
		return
	}
	now := time.Now()
	due := s.taken.Add(time.Second / time.Duration(r.o.FPS))
	if !r.taken() {
		if !r.awaited(now) {
			return // whoever takes it calls again
		}
		if stale := s.owedFrom.Add(pictureAge); stale.After(due) {
			due = stale
		}
	}
	if wait := due.Sub(now); wait > 0 {
		if s.timer != nil {
			s.timer.Stop()
		}
		s.timer = time.AfterFunc(wait, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.pace()
		})
		return
	}
	r.line.Send(s.owedOf.session, "Page.screencastFrameAck", params{"sessionId": s.owed}, nil)
	s.owed, s.taken = 0, now
}

// taken says whether the newest picture is on its way to somebody, awaited whether somebody may soon have room for it. The lock is held.
func (r *Room) taken() bool {
	for _, v := range r.viewers {
		if r.screen.newest != nil && v.sent == r.screen.newest.number && !v.paused {
			return true
		}
	}
	return false
}

func (r *Room) awaited(now time.Time) bool {
	for _, v := range r.viewers {
		if !v.paused && now.Sub(v.sentAt) < stalledAfter {
			return true
		}
	}
	return false
}
