package engine

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"valise/crypto"
	"valise/problem"
	"valise/profiles"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// Profiles leave and come in as portable files. Their passphrase is in a body, never in an address, and goes into no log. A
// file that comes in is kept, sealed as it is, in a folder of the engine's own until its profile is made.

type exportRequest struct {
	Passphrase string `json:"passphrase"`
	At         string `json:"at,omitempty"` // a snapshot's id or label; empty: the newest
}

type importRequest struct {
	Passphrase string `json:"passphrase"`
	Name       string `json:"name,omitempty"` // empty: the one that it had, numbered where that is taken
}

// defaultImport is how large a file may be that is imported, in bytes, unless Options.MaxImport says otherwise.
const defaultImport = 4 << 30

// mostCarriers is how many exports and imports may be under way at a time: each takes memory, and an import room on the disk.
const mostCarriers = 4

// carry lets an export or an import begin, unless too many are under way. done must be called at its end.
func (e *Engine) carry() (done func(), err error) {
	select {
	case e.carriers <- struct{}{}:
		return func() { <-e.carriers }, nil
	default:
		return nil, refuse(http.StatusTooManyRequests, codeTooMany, "%d exports and imports are under way already; wait for one to end", mostCarriers)
	}
}

// export answers with the file, while it is made. What goes wrong before the first byte is an error as any other; later the
// connection is cut, so that nobody takes the part for the whole.
func (e *Engine) export(c *call, p profiles.Profile) (any, error) {
	var want exportRequest
	if _, err := decode(c.Body, &want); err != nil {
		return nil, err
	}
	var at uuid.UUID
	if want.At != "" {
		var err error
		if at, err = e.snapshot(c, p, want.At); err != nil {
			return nil, err
		}
	}
	done, err := e.carry()
	if err != nil {
		return nil, err
	}
	defer done()
	c.received()
	file := &download{w: c.w, name: p.Name + profiles.PortableSuffix}
	_, err = e.lib.Export(c.Context(), p.ID, at, file, want.Passphrase, nil)
	if err != nil && !file.begun {
		return nil, callersFault(err)
	}
	if err != nil {
		if c.Context().Err() == nil {
			e.log.Error("an export was cut short", "profile", p.ID, "error", err)
		}
		panic(http.ErrAbortHandler) // net/http's way to cut the connection; it recovers
	}
	return nil, errAnswered
}

// download is the answer that is a file. Whoever does not take it in time loses it.
type download struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
		h.Set("Cache-Control", "no-store")
	}
	answer := http.NewResponseController(d.w)
	answer.SetWriteDeadline(time.Now().Add(bodyPatience)) // not all writers have one, and those are tests'
	defer answer.SetWriteDeadline(time.Time{})
	return d.w.Write(b)
}

// importProfile makes a profile of the file in a form.
func (e *Engine) importProfile(c *call) (any, error) {
	done, err := e.carry()
	if err != nil {
		return nil, err
	}
	defer done()
	dir, err := e.lent.make("import")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	want, file, err := e.readImport(c, filepath.Join(dir, "file"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	c.received()
	receipt, err := e.lib.Import(c.Context(), file, info.Size(), want.Passphrase, want.Name, nil)
	if errors.Is(err, crypto.ErrNewerFormat) {
		return nil, refuse(http.StatusBadRequest, codeBadFile, "%v", err)
	}
	return receipt, callersFault(err)
}

// readImport reads the form: the part "body" is the JSON, and the part "file" becomes the file of that name. Both come once,
// in either order.
func (e *Engine) readImport(c *call, name string) (want importRequest, file *os.File, err error) {
	defer func() {
		if err != nil && file != nil {
			file.Close()
		}
	}()
	kind, parameters, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return want, nil, invalid("this call takes a form (multipart/form-data) with the parts body, which is JSON, and file")
	}
	form, asked := multipart.NewReader(patientBody{c}, parameters["boundary"]), false
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return want, file, badBody(err, "the form cannot be read")
		}
		switch {
		case part.FormName() == "body" && !asked:
			asked = true
			if _, err := decode(http.MaxBytesReader(nil, part, mostJSON), &want); err != nil {
				return want, file, err
			}
		case part.FormName() == "file" && file == nil:
			if file, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
				return want, nil, err
			}
			if err := receive(file, part, cmp.Or(e.options.MaxImport, defaultImport)); err != nil {
				return want, file, err
			}
		default:
			return want, file, invalid("the form has a part too many, %q: there is one body and one file", shorten(part.FormName()))
		}
	}
	if !asked || file == nil {
		return want, file, invalid("the form needs both parts: body, which is JSON, and file")
	}
	return want, file, nil
}

// receive writes what comes into a file, if it is no more than so many bytes.
func receive(file *os.File, from io.Reader, most int64) error {
	into := &onDisk{File: file}
	n, err := io.Copy(into, io.LimitReader(from, most+1))
	switch {
	case into.failed != nil && vault.DiskFull(into.failed):
		return vault.ErrDiskFull.Because(into.failed)
	case into.failed != nil:
		return into.failed
	case err != nil:
		return badBody(err, "the file cannot be read to its end")
	case n > most:
		return refuse(http.StatusRequestEntityTooLarge, codeTooLarge, "the file is larger than the %d bytes that this engine takes", most)
	}
	return nil
}

// onDisk tells errors of the disk from those of the caller.
type onDisk struct {
	*os.File
	failed error
}

func (d *onDisk) Write(b []byte) (n int, err error) {
	n, err = d.File.Write(b)
	d.failed = err
	return n, err
}

// patientBody reads a large body: the caller has its time for each piece of it, not for all.
type patientBody struct{ *call }

func (p patientBody) Read(b []byte) (int, error) {
	http.NewResponseController(p.w).SetReadDeadline(time.Now().Add(bodyPatience))
	return p.Body.Read(b)
}

// received says that the body is here: what takes long from now on is not the caller's fault.
func (c *call) received() { http.NewResponseController(c.w).SetReadDeadline(time.Time{}) }

// callersFault takes what the library says of a passphrase or a name for the caller's fault.
func callersFault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if next := problem.NextStep(err); next != "" && refusalFor(err).Code == codeInternal {
		return invalid("%v. %s", err, next)
	}
	return err
}
