package vault

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// The outbox is not a list of what waits, but of what does not: for each remote place, .sync has a ledger, a file with
// the names of the objects that the place is known to hold. What waits is what is here and not in the ledger.
//
// The invariant: a name is in the ledger only after the place was seen to hold the whole object, by a listing with the
// same size, by a Put that succeeded, or by fetching it from there. Hence
//   - an object waits from the instant that it is visible, since nobody has to note it down: no crash and no other
//     process can come between;
//   - whatever is lost of a ledger (a line that a power cut tore, the whole file) makes objects wait that need not,
//     and never the reverse; the next Sync lists the place and writes the ledger anew;
//   - only the holder of the lock on .sync adds to it, but for Vault.Open, whose one line is appended in one write.
const (
	syncDir   = ".sync"
	placeFile = "place" // the name of the current place's ledger; there is none until the first SetRemote
	freshFile = "fresh" // there after a disconnection, until the next Sync: the place may be empty again

	ledgerPrefix = "at-" // and a hash of what the place is called
)

// SetRemote sets the remote place for this process; nil takes it away. From the first place on, which is noted in the
// vault's directory, what the place is not known to hold waits; it goes on waiting while there is none. Nothing is sent
// yet. ErrSamePlace.
func (v *Vault) SetRemote(s Store) error {
	if folder, ok := s.(*Folder); ok && v.holds(folder) {
		return ErrSamePlace.Because(errors.New(folder.dir))
	}
	if err := v.local.makeDirectory(syncDir); err != nil {
		return fmt.Errorf("set the vault's remote place: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	file, text := freshFile, ""
	if s != nil {
		file, text = placeFile, ledgerName(s)
	}
	if v.noted(file) != text || s == nil {
		if err := v.note(file, text); err != nil {
			return fmt.Errorf("set the vault's remote place: %w", err)
		}
	}
	v.remote = s
	return nil
}

// holds says whether folder is the local copy itself, by whatever path.
func (v *Vault) holds(folder *Folder) bool {
	a, err1 := os.Stat(v.local.dir)
	b, err2 := os.Stat(folder.dir)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// Remote is the remote place of this process, or nil.
func (v *Vault) Remote() Store {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.remote
}

// Waiting is the number of objects in the outbox, and their bytes: what the remote place is not known to hold. Without a
// remote place in this process it is about the last one that there was; where there never was one, nothing waits.
func (v *Vault) Waiting() (objects int, bytes int64, err error) {
	waiting, err := v.waiting()
	for _, info := range waiting {
		bytes += info.Size
	}
	return len(waiting), bytes, err
}

// Waits says of objects that are here whether they are in the outbox, as Waiting counts them.
func (v *Vault) Waits() (waits func(name string) bool, err error) {
	ledger := v.ledger()
	if ledger == "" {
		return func(string) bool { return false }, nil
	}
	held, err := v.readLedger(ledger)
	return func(name string) bool { return !held[name] }, err
}

// ledger is the name of the ledger that the outbox goes by; empty: there never was a remote place.
func (v *Vault) ledger() string {
	if remote := v.Remote(); remote != nil {
		return ledgerName(remote)
	}
	return v.noted(placeFile)
}

func (v *Vault) waiting() ([]Info, error) {
	if v.ledger() == "" {
		return nil, nil
	}
	waits, err := v.Waits()
	if err != nil {
		return nil, err
	}
	var waiting []Info
	for info, err := range v.List("") {
		if err != nil {
			return nil, fmt.Errorf("look through the outbox: %w", err)
		}
		if waits(info.Name) {
			waiting = append(waiting, info)
		}
	}
	return waiting, nil
}

// ledgerName tells places apart by what they are called; it does not say where they are.
func ledgerName(s Store) string {
	sum := sha256.Sum256([]byte(s.String()))
	return ledgerPrefix + hex.EncodeToString(sum[:16])
}

func (v *Vault) syncPath(file string) string { return filepath.Join(v.local.dir, syncDir, file) }

// readLedger returns the names in a ledger. Each stands behind a line feed, so that one that a power cut tore spoils no
// other; what is left of it is no object's name.
func (v *Vault) readLedger(ledger string) (map[string]bool, error) {
	held := map[string]bool{}
	text, err := os.ReadFile(v.syncPath(ledger))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the outbox: %w", v.local.problem(err))
	}
	for name := range strings.FieldsSeq(string(text)) {
		held[name] = true
	}
	return held, nil
}

// addToLedger notes that the place holds the object. A line that is lost costs a look at the place's listing, so it is
// not worth waiting for the disk.
func (v *Vault) addToLedger(ledger, name string) error {
	file, err := os.OpenFile(v.syncPath(ledger), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("write the outbox: %w", v.local.problem(err))
	}
	_, err = file.WriteString("\n" + name)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the outbox: %w", v.local.problem(err))
	}
	return nil
}

// settleLedger makes a ledger say what a listing has shown.
func (v *Vault) settleLedger(ledger string, held map[string]bool) error {
	before, err := v.readLedger(ledger)
	if err != nil || maps.Equal(before, held) {
		return err
	}
	var text strings.Builder
	for name := range held {
		text.WriteString("\n" + name)
	}
	if err := v.note(ledger, text.String()); err != nil {
		return fmt.Errorf("write the outbox: %w", err)
	}
	return nil
}

// noted is the text of a file in .sync; empty if there is none.
func (v *Vault) noted(file string) string {
	text, _ := os.ReadFile(v.syncPath(file))
	return string(text)
}

// note writes a file in .sync, whole or not at all.
func (v *Vault) note(file, text string) error {
	p, err := v.local.newPartial()
	if err != nil {
		return err
	}
	defer p.abort()
	if _, err := p.Write([]byte(text)); err != nil {
		return err
	}
	return p.replace(filepath.Join(syncDir, file))
}
