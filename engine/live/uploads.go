package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// wish is a page's wish for files of the person's.
type wish struct {
	number   int
	session  string
	node     int
	multiple bool
	tab      *tab
}

// shownWish is a wish as viewers get it; without an id, that there is none.
type shownWish struct {
	ID       string `json:"id,omitempty"`
	Multiple bool   `json:"multiple,omitempty"`
	Accept   string `json:"accept,omitempty"`
	URL      string `json:"url,omitempty"`
}

// sentFile is a file that a viewer is about to send.
type sentFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// upload is what a viewer sends: all bytes of all files in turn, in binary messages.
type upload struct {
	wish  *wish
	files []sentFile
	paths []string
	open  *os.File
	at    int   // the file
	left  int64 // bytes of it
	done  int64
}

// Bounds of files.
const (
	mostFiles    = 100
	mostReceived = 1 << 30 // bytes, in the life of a room
)

// filesWanted gets a wish for files, and asks whoever did something last. The lock is held.
func (r *Room) filesWanted(t *tab, session string, raw []byte) {
	var p struct {
		Mode          string
		BackendNodeID int
	}
	if json.Unmarshal(raw, &p) != nil || p.BackendNodeID == 0 {
		return
	}
	r.lastWish++
	w := &wish{r.lastWish, session, p.BackendNodeID, p.Mode == "selectMultiple", t}
	r.wish = w
	r.errand(func(ctx context.Context) {
		var node struct{ Node struct{ Attributes []string } }
		accept := ""
		if r.line.Call(ctx, session, "DOM.describeNode", params{"backendNodeId": w.node}, &node) == nil {
			for i := 0; i+1 < len(node.Node.Attributes); i += 2 {
				if node.Node.Attributes[i] == "accept" {
					accept = clip(node.Node.Attributes[i+1], 1000)
				}
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		shown := &shownWish{fmt.Sprint(w.number), w.multiple, accept, clip(t.url, 2<<10)}
		for _, v := range r.viewers {
			if r.may(v, control) && (v == r.screen.hands || !r.there(r.screen.hands)) {
				v.state(outgoing{Type: "wish", Wish: shown})
			}
		}
	})
}

// there says whether a viewer is still there. The lock is held.
func (r *Room) there(v *viewer) bool {
	for _, other := range r.viewers {
		if other == v {
			return true
		}
	}
	return false
}

// uploads begins to take files, or hears that there are none to come. The lock is held.
func (r *Room) uploads(v *viewer, m incoming) {
	w := r.wish
	if w == nil || m.ID != fmt.Sprint(w.number) {
		return
	}
	if m.Type == "cancel" {
		r.wish = nil
		v.dropUpload()
		return
	}
	if v.upload != nil {
		return
	}
	var total int64
	for _, f := range m.Files {
		if f.Size < 0 || f.Size > mostReceived {
			total = mostReceived + 1
			break
		}
		total += f.Size
	}
	if len(m.Files) == 0 || len(m.Files) > mostFiles || !w.multiple && len(m.Files) > 1 || r.received+total > mostReceived {
		v.state(outgoing{Type: "notice", Text: "These files are too many or too large."})
		return
	}
	r.received += total
	r.wish = nil
	v.upload = &upload{wish: w, files: m.Files, at: -1}
	if err := v.upload.next(r.dir); err != nil {
		r.o.Log.Error("taking the files of a viewer", "error", err)
		v.dropUpload()
		return
	}
	r.uploaded(v)
}

// next opens the file after this one, and those that are empty.
func (u *upload) next(dir string) error {
	for u.left == 0 {
		if u.open != nil {
			err := u.open.Close()
			u.open = nil
			if err != nil {
				return err
			}
		}
		u.at++
		if u.at == len(u.files) {
			return nil
		}
		into, err := os.MkdirTemp(dir, "sent-") // one for each: two may have the same name
		if err != nil {
			return err
		}
		path := filepath.Join(into, fileName(u.files[u.at].Name))
		if u.open, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return err
		}
		u.paths = append(u.paths, path)
		u.left = u.files[u.at].Size
	}
	return nil
}

// fileName makes a name that a viewer or a page chose into one that leads nowhere else.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || strings.ContainsRune(`<>:"|?*`, c) || c == unicode.ReplacementChar {
			return '_'
		}
		return c
	}, name)
	name = strings.TrimRight(clip(strings.TrimLeft(name, " "), 200), " .")
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	return name
}

var errNotAsked = errors.New("nothing was asked for")

// takeBytes takes a piece of what a viewer sends. Files are written without the lock: only the reader of this viewer does.
func (v *viewer) takeBytes(piece []byte) error {
	r := v.room
	r.mu.Lock()
	u := v.upload
	r.mu.Unlock()
	if u == nil {
		return nil // it was given up while this was on its way
	}
	for len(piece) > 0 {
		if u.open == nil {
			return errNotAsked // more than was announced
		}
		some := piece[:min(int64(len(piece)), u.left)]
		if _, err := u.open.Write(some); err != nil {
			return err
		}
		piece = piece[len(some):]
		u.left -= int64(len(some))
		u.done += int64(len(some))
		if err := u.next(r.dir); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.uploaded(v)
	return nil
}

// uploaded tells a viewer how far it is, and gives the page the files once they are whole. The lock is held.
func (r *Room) uploaded(v *viewer) {
	u := v.upload
	v.state(outgoing{Type: "received", Received: u.done})
	if u.open != nil {
		return
	}
	v.upload = nil
	r.active(v)
	r.line.Send(u.wish.session, "DOM.setFileInputFiles", params{"files": u.paths, "backendNodeId": u.wish.node}, func(err error) {
		text := ""
		if err != nil {
			text = "The page no longer takes these files."
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		v.post(outgoing{Type: "uploaded", Text: text})
	})
}

// dropUpload forgets what a viewer has not sent to its end. The lock is held, and the viewer's reader does not write.
func (v *viewer) dropUpload() {
	if v.upload == nil {
		return
	}
	if v.upload.open != nil {
		v.upload.open.Close()
	}
	for _, path := range v.upload.paths {
		os.RemoveAll(filepath.Dir(path))
	}
	v.upload = nil
}
