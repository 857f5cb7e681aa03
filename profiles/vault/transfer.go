package vault

import (
	"context"
	"errors"
	"fmt"
	"io"

	"valise/crypto"
	"valise/internal/fault"
)

// send puts an object of the local copy into the remote place and notes that in the ledger. false: it was there.
func (v *Vault) send(ctx context.Context, remote Store, name string) (sent bool, err error) {
	file, info, err := v.local.open(ctx, name)
	if err != nil {
		return false, err
	}
	defer file.Close()
	// What a failing disk has cut must not become the object for good.
	if err := v.checkWhole(name, file, info.Size()); err != nil {
		return false, err
	}
	fault.Point("sending: an object is about to go")
	if bucket, ok := remote.(*S3); ok {
		err = bucket.put(ctx, name, file, info.Size(), v.uploadNotes())
	} else {
		err = remote.Put(ctx, name, file, info.Size())
	}
	fault.Point("sending: it has arrived")
	if errors.Is(err, ErrExists) { // put there since the place was listed
		var there Info
		switch there, err = stat(ctx, remote, name); {
		case err == nil && there.Size != info.Size():
			err = sizesDiffer(name, info.Size(), there.Size)
		case errors.Is(err, ErrNotFound): // which would mean that it is not here any more
			err = ErrForbidden.Because(fmt.Errorf("%s takes no object of the name %s, and lists none", remote, name))
		}
	} else if err == nil {
		sent = true
	}
	if err != nil {
		return false, err
	}
	return sent, v.addToLedger(ledgerName(remote), name)
}

// fetch brings an object of the remote place into the local copy, where it becomes visible only when it has the listed
// size and looks whole.
func (v *Vault) fetch(ctx context.Context, remote Store, listed Info) error {
	p, err := v.local.newPartial()
	if err != nil {
		return err
	}
	defer p.abort()
	if err := receive(ctx, p, remote, listed); err != nil {
		return err
	}
	fault.Point("fetching: an object has arrived")
	if err := v.checkWhole(listed.Name, p.file, listed.Size); err != nil {
		return err
	}
	// The ledger comes first: the object must never be taken for one that waits.
	if err := v.addToLedger(ledgerName(remote), listed.Name); err != nil {
		return err
	}
	fault.Point("fetching: the outbox knows of it")
	if err := p.commit(listed.Name); !errors.Is(err, ErrExists) {
		return err
	}
	return nil // another process or goroutine was faster
}

// receive copies the object to p, and goes on where a broken connection left it as long as each brings something.
func receive(ctx context.Context, p *partial, remote Store, listed Info) error {
	for have, idle := int64(0), 0; ; {
		body, err := remote.Get(ctx, listed.Name, have, -1)
		if err != nil {
			return err // the store has tried again already
		}
		n, err := io.Copy(p, io.LimitReader(body, listed.Size-have+1))
		body.Close()
		have += n
		switch {
		case err == nil && have != listed.Size:
			return crypto.ErrDamaged.Because(fmt.Errorf("%s: the listing says %d bytes, but it has other ones", listed.Name, listed.Size))
		case err == nil:
			return nil
		case !errors.Is(err, ErrUnreachable):
			return err
		}
		if idle++; n > 0 {
			idle = 0
		}
		if idle == attempts {
			return err
		}
		if err := backOff(ctx, idle); err != nil {
			return err
		}
	}
}

func sizesDiffer(name string, here, there int64) error {
	return crypto.ErrDamaged.Because(fmt.Errorf("%s has %d bytes here and %d at the remote place", name, here, there))
}
