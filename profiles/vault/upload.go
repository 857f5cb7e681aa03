package vault

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// upload is an upload in parts that is under way: what is needed to go on with it.
type upload struct {
	Place    string // Store.String
	Name     string
	ID       string // what the server calls it
	Nonce    string // the metadata by which its object is known
	Size     int64
	PartSize int64 // of all but the last

	sent map[int]sentPart
}

// sentPart is a part that the server has taken.
type sentPart struct {
	Part int
	MD5  string // of what was sent, in hex
	ETag string // what the server made of it: the same as MD5, unless it encrypts
}

// parts is how many there are.
func (u *upload) parts() int { return int((u.Size + u.PartSize - 1) / u.PartSize) }

// span is where the part lies in the object; they count from 1.
func (u *upload) span(part int) (offset, length int64) {
	offset = int64(part-1) * u.PartSize
	return offset, min(u.PartSize, u.Size-offset)
}

// uploadNotes is a directory with a file for each upload that is under way, by which the next Sync goes on with it, of this
// process or of another; empty: nothing is written down. Who syncs holds the vault's lock, and so is alone here.
//
// A file has the upload in its first line and a line for each part; it is only ever appended to. A line that is lost, or
// torn by a power cut, costs the sending of a part. The server is asked what it has in any case.
type uploadNotes string

const uploadsDir = "uploads" // in .sync

func (v *Vault) uploadNotes() uploadNotes { return uploadNotes(v.syncPath(uploadsDir)) }

func (n uploadNotes) file(place, name string) string {
	sum := sha256.Sum256([]byte(place + "\n" + name))
	return filepath.Join(string(n), hex.EncodeToString(sum[:16]))
}

// find is what was noted of the upload of an object; nil: nothing, or not of one of this size.
func (n uploadNotes) find(place, name string, size int64) *upload {
	u := readUpload(n.file(place, name))
	if u == nil || u.Place != place || u.Name != name || u.Size != size {
		return nil
	}
	return u
}

// readUpload reads a note; nil if it is none.
func readUpload(file string) *upload {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	u := &upload{sent: map[int]sentPart{}}
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), u) != nil || u.ID == "" || u.PartSize <= 0 {
		return nil
	}
	for lines.Scan() {
		var p sentPart
		if json.Unmarshal(lines.Bytes(), &p) == nil {
			u.sent[p.Part] = p
		}
	}
	return u
}

// add writes the upload down.
func (n uploadNotes) add(u *upload) error {
	if n == "" {
		return nil
	}
	if err := os.MkdirAll(string(n), 0o700); err != nil {
		return err
	}
	return appendLine(n.file(u.Place, u.Name), os.O_CREATE|os.O_TRUNC, u)
}

// addPart writes a part of it down.
func (n uploadNotes) addPart(u *upload, p sentPart) error {
	if n == "" {
		return nil
	}
	return appendLine(n.file(u.Place, u.Name), 0, p)
}

// appendLine writes one line in one write, with a line feed before it, too, lest a torn line spoil it.
func appendLine(path string, flags int, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if flags == 0 {
		text = append([]byte("\n"), text...)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|flags, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}

// remove forgets the upload.
func (n uploadNotes) remove(u *upload) {
	if n != "" {
		os.Remove(n.file(u.Place, u.Name))
	}
}

// noted is an upload and when anything was last written of it.
type noted struct {
	*upload
	touched time.Time
}

// all are the uploads that were noted; what is no note is removed.
func (n uploadNotes) all() []noted {
	var found []noted
	entries, _ := os.ReadDir(string(n)) // none: nothing is under way
	for _, entry := range entries {
		path := filepath.Join(string(n), entry.Name())
		info, err := entry.Info()
		if err != nil {
			continue
		}
		if u := readUpload(path); u != nil {
			found = append(found, noted{u, info.ModTime()})
		} else {
			os.Remove(path)
		}
	}
	return found
}
