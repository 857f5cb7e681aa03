package cli

import (
	"context"
	"os/signal"

	"valise/engine/client"
	"valise/profiles"
)

// remote opens a profile on an engine, shows it in a window of the local browser, and stays with it until that is closed,
// the session ends over there, or the command is interrupted. It then ends the session, and prints the receipt.
func (t *terminal) remote(ctx context.Context, lib *profiles.Library, name string, how profiles.How) error {
	there, err := client.Known(ctx, lib, name)
	if err != nil {
		return err
	}
	session, err := client.Open(ctx, lib, there, how)
	if err != nil {
		return err
	}
	t.say("opened on %s", there.Name)
	shown := t.show(ctx, lib, session, how.Headless)

	ending, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- there.Wait(ending, session.ID) }()
	var lost error
	select {
	case <-shown.Done():
	case <-ctx.Done():
	case lost = <-ended:
	}
	stop()
	hurried, unhurry := signal.NotifyContext(context.WithoutCancel(ctx), endings()...)
	defer unhurry()
	shown.Close(hurried)
	if lost != nil && ctx.Err() == nil {
		return lost
	}
	receipt, err := there.Close(hurried, lib, session.ID)
	if err != nil {
		return err
	}
	t.receipt(receipt)
	return nil
}

// waitAway stays with a session that is in a Chromium elsewhere, until its tabs there are closed or the command is interrupted.
func (t *terminal) waitAway(ctx context.Context, session *profiles.Session) error {
	t.say("opened on %s", session.Info().Engine)
	for _, sentence := range session.Carried() {
		t.say("%s", sentence)
	}
	t.say("Close its tabs there, or interrupt this command (Ctrl-C), to bring back and save what has changed.")
	return t.wait(ctx, session)
}

// view is what shows a session: a window, or nothing but the line with its address.
type view interface {
	Done() <-chan struct{}
	Close(context.Context)
}

type noWindow struct{}

func (noWindow) Done() <-chan struct{} { return nil }
func (noWindow) Close(context.Context) {}

// show opens the window. Where it cannot be opened, the session goes on, and its address is printed for another browser.
func (t *terminal) show(ctx context.Context, lib *profiles.Library, s client.Session, headless bool) view {
	if !headless {
		w, err := client.Show(ctx, lib, s)
		if err == nil {
			return w
		}
		t.warn(err)
	}
	t.print("Showing at %s", s.EmbedURL)
	return noWindow{}
}
