package vault

import "fmt"

// Writer takes a new object. Nothing is there under its name before Commit.
type Writer struct {
	name    string
	partial *partial
}

// Writer begins the object of this name; names that ParseName does not know are refused. One of Commit and Abort must follow.
func (v *Vault) Writer(name string) (*Writer, error) {
	if _, _, _, ok := ParseName(name); !ok {
		return nil, ErrBadName.Because(fmt.Errorf("%q", name))
	}
	p, err := v.local.newPartial()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return &Writer{name, p}, nil
}

// Write adds to the object. ErrDiskFull: nothing is left of it after Abort or Commit.
func (w *Writer) Write(p []byte) (int, error) { return w.partial.Write(p) }

// Commit makes the object durable and shows it; from then on it waits for the remote place, if there is one. After an
// error, or when a Write had failed, nothing is left. ErrExists; ErrDiskFull.
func (w *Writer) Commit() error {
	if err := w.partial.commit(w.name); err != nil {
		return fmt.Errorf("save %s: %w", w.name, err)
	}
	return nil
}

// Abort leaves nothing of the object. After Commit it does nothing.
func (w *Writer) Abort() { w.partial.abort() }
