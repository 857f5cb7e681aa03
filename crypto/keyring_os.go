package crypto

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// service is the name under which the OS keyring shows all of our secrets.
const service = "Valise"

// OSKeyring is the keyring of the operating system: the Secret Service on Linux (GNOME Keyring, KWallet, KeePassXC),
// the Keychain on macOS, the Credential Manager on Windows. Windows takes secrets of up to 2,560 bytes, macOS of about
// 2,900.
//
// A locked keyring asks the person to unlock it, so a call can take as long as a person does, and is not for the
// goroutine that draws. It gives up with ErrKeyringLocked when ctx ends or nobody answered for a while.
func OSKeyring() Keyring { return osKeyring{patience: osPatience()} }

// osKeyring bounds the calls of go-keyring, which have no deadline.
type osKeyring struct{ patience time.Duration }

// Where there is no screen to ask on, a keyring has no reason to take long; where there is, somebody has to find the
// dialog and type a password.
const (
	patienceWithScreen    = 90 * time.Second
	patienceWithoutScreen = 10 * time.Second
)

func (osKeyring) String() string { return osKeyringName }

func (r osKeyring) Get(ctx context.Context, name string) (string, error) {
	return r.ask(ctx, func() (string, error) { return keyring.Get(service, name) })
}

func (r osKeyring) Set(ctx context.Context, name, secret string) error {
	_, err := r.ask(ctx, func() (string, error) { return "", keyring.Set(service, name, secret) })
	return err
}

func (r osKeyring) Delete(ctx context.Context, name string) error {
	_, err := r.ask(ctx, func() (string, error) { return "", keyring.Delete(service, name) })
	return err
}

// ask makes the call in a goroutine, which is left behind when it does not come back in time: nothing can end it.
func (r osKeyring) ask(ctx context.Context, call func() (string, error)) (string, error) {
	bounded, cancel := context.WithTimeoutCause(ctx, r.patience, fmt.Errorf("it did not answer within %v", r.patience))
	defer cancel()

	type reply struct {
		secret string
		err    error
	}
	answered := make(chan reply, 1) // buffered: the call may end when nobody waits any more
	go func() {
		secret, err := guarded(call)
		answered <- reply{secret, err}
	}()
	select {
	case a := <-answered:
		return a.secret, a.err
	case <-bounded.Done():
	}
	if errors.Is(bounded.Err(), context.Canceled) {
		return "", fmt.Errorf("wait for %s: %w", osKeyringName, context.Cause(bounded))
	}
	return "", ErrKeyringLocked.Because(context.Cause(bounded))
}

// guarded makes the call and names what went wrong. go-keyring panics when the bus goes away while it waits for a
// dialog; that must not end the program, and with it the sessions.
func guarded(call func() (string, error)) (secret string, err error) {
	defer func() {
		if r := recover(); r != nil {
			secret, err = "", ErrNoKeyring.Because(errors.New("the keyring went away during the call"))
		}
	}()
	if err := osKeyringReachable(); err != nil {
		return "", err
	}
	secret, err = call()
	switch {
	case err == nil:
		return secret, nil
	case errors.Is(err, keyring.ErrNotFound):
		return "", ErrNoSuchKey
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return "", fmt.Errorf("the secret is longer than %s takes", osKeyringName)
	}
	return "", explain(err)
}
