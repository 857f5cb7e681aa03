package live

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
)

// download is a file that a page gave. It lies under a name of the browser's making until a viewer has fetched it.
type download struct {
	id, name    string
	state       string // "inProgress", "completed", "canceled"
	size, total int64
	fetching    bool
}

// shownDownload is a download as viewers get it.
type shownDownload struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	State    string `json:"state"` // or "gone", when somebody has fetched it
	Received int64  `json:"received"`
	Total    int64  `json:"total"`
}

// Bounds of downloads.
const (
	mostDownloads    = 50      // offered at a time
	mostDownloadSize = 4 << 30 // bytes each
)

// downloadBegins gets a new one. The lock is held.
func (r *Room) downloadBegins(raw []byte) {
	var p struct{ GUID, SuggestedFilename string }
	if json.Unmarshal(raw, &p) != nil || p.GUID == "" || filepath.Base(p.GUID) != p.GUID {
		return
	}
	if len(r.downloads) >= mostDownloads {
		r.dropDownload(r.downloads[0])
	}
	d := &download{id: p.GUID, name: fileName(p.SuggestedFilename), state: "inProgress"}
	r.downloads = append(r.downloads, d)
	r.showDownload(d)
}

// downloadGoesOn hears how far one is. The lock is held.
func (r *Room) downloadGoesOn(raw []byte) {
	var p struct {
		GUID, State               string
		ReceivedBytes, TotalBytes float64
	}
	if json.Unmarshal(raw, &p) != nil {
		return
	}
	d := r.downloadCalled(p.GUID)
	if d == nil {
		return
	}
	d.state, d.size, d.total = p.State, int64(p.ReceivedBytes), int64(p.TotalBytes)
	if d.state == "inProgress" && d.size > mostDownloadSize {
		r.line.Send("", "Browser.cancelDownload", params{"guid": d.id}, nil)
	}
	r.showDownload(d)
	if d.state == "canceled" {
		r.dropDownload(d)
	}
}

func (r *Room) downloadCalled(id string) *download {
	if i := slices.IndexFunc(r.downloads, func(d *download) bool { return d.id == id }); i >= 0 {
		return r.downloads[i]
	}
	return nil
}

// dropDownload removes one. The lock is held.
func (r *Room) dropDownload(d *download) {
	if d.state == "inProgress" {
		r.line.Send("", "Browser.cancelDownload", params{"guid": d.id}, nil)
	}
	r.downloads = slices.DeleteFunc(r.downloads, func(other *download) bool { return other == d })
	if d.state != "canceled" {
		d.state = "gone"
		r.showDownload(d)
	}
	os.Remove(filepath.Join(r.dir, d.id))
}

func (r *Room) showDownload(d *download) {
	for _, v := range r.viewers {
		v.showDownload(d)
	}
}

// showDownload tells a viewer of a download, in the place of what it has not yet heard of the same one. The lock is held.
func (v *viewer) showDownload(d *download) {
	if !v.room.may(v, control) {
		return
	}
	v.queue = slices.DeleteFunc(v.queue, func(m outgoing) bool { return m.Download != nil && m.Download.ID == d.id })
	v.post(outgoing{Type: "download", Download: &shownDownload{d.id, d.name, d.state, d.size, d.total}})
}

// ServeDownload gives a file that a page gave to a viewer who may have it. It is removed once somebody has all of it.
func (r *Room) ServeDownload(w http.ResponseWriter, req *http.Request, who Viewer, id string) {
	r.mu.Lock()
	d := r.downloadCalled(id)
	mayHave := slices.Contains(r.rolesOf(who.ID), control) || who.Admin
	ready := d != nil && mayHave && d.state == "completed" && !d.fetching
	if ready {
		d.fetching = true
	}
	r.mu.Unlock()
	if !ready {
		http.Error(w, "this file is not there", http.StatusNotFound)
		return
	}
	whole := false
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		d.fetching = false
		if whole {
			r.dropDownload(d)
		}
	}()
	file, err := os.Open(filepath.Join(r.dir, d.id))
	if err != nil {
		http.Error(w, "this file is not there", http.StatusNotFound)
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // whatever it is, it is not to be shown here
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	h.Set("Cache-Control", "no-store")
	h.Set("Access-Control-Allow-Origin", "*")
	if req.Method == http.MethodHead {
		return
	}
	whole = copyTo(w, file) == nil && req.Context().Err() == nil
}

// copyTo copies a file to a viewer.
func copyTo(w io.Writer, file *os.File) error {
	_, err := io.Copy(w, file)
	return err
}
