package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"

	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

// sessionFlags say how a session is opened. new has those of the browser, open and run have all.
type sessionFlags struct {
	urls          []string
	headless, cdp bool

	at, saveAs, saveOver string
	throwaway            bool
}

func (f *sessionFlags) addBrowser(c *cobra.Command, headless bool) {
	flags := c.Flags()
	flags.StringArrayVar(&f.urls, "url", nil, "open this `URL` too (repeatable)")
	flags.BoolVar(&f.headless, "headless", headless, "no window")
	flags.BoolVar(&f.cdp, "cdp", false, "open a DevTools port, and print its address")
	c.RegisterFlagCompletionFunc("url", cobra.NoFileCompletions)
}

func (f *sessionFlags) addLoadAndSave(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.at, "at", "", "load an earlier `SNAPSHOT`, by its id or label")
	flags.BoolVar(&f.throwaway, "throwaway", false, "save nothing")
	flags.StringVar(&f.saveAs, "save-as", "", "save to a new profile of this `NAME`")
	flags.StringVar(&f.saveOver, "save-over", "", "save to this other `PROFILE`, on top of what it has")
	c.RegisterFlagCompletionFunc("at", cobra.NoFileCompletions)
	c.RegisterFlagCompletionFunc("save-as", cobra.NoFileCompletions)
	c.RegisterFlagCompletionFunc("save-over", completeProfiles(1, notInTrash))
}

// check finds contradictions before anything is opened.
func (f *sessionFlags) check(c *cobra.Command, _ []string) error {
	var chosen []string
	for _, name := range []string{"throwaway", "save-as", "save-over"} {
		if c.Flags().Changed(name) {
			chosen = append(chosen, "--"+name)
		}
	}
	if len(chosen) > 1 {
		return misuse(c, "%s contradict each other", strings.Join(chosen, " and "))
	}
	for _, name := range []string{"at", "save-as", "save-over"} {
		if c.Flags().Changed(name) && c.Flag(name).Value.String() == "" {
			return misuse(c, "--%s is empty", name)
		}
	}
	return nil
}

// how finds what the flags name, and asks before a session may save over another profile.
func (f *sessionFlags) how(ctx context.Context, t *terminal, lib *profiles.Library, profile string) (profiles.How, error) {
	how := f.browser()
	loaded, err := lib.Find(ctx, profile)
	if err != nil {
		return how, err
	}
	how.Load, how.Save = loaded.ID, profiles.SaveSame
	if f.at != "" {
		snapshot, err := lib.FindSnapshot(ctx, loaded.ID, f.at)
		if err != nil {
			return how, err
		}
		how.At = snapshot.ID
	}
	switch {
	case f.throwaway:
		how.Save = profiles.SaveNowhere
	case f.saveAs != "":
		how.Save, how.Name = profiles.SaveNew, f.saveAs
	case f.saveOver != "":
		over, err := lib.Find(ctx, f.saveOver)
		if err != nil {
			return how, err
		}
		how.Save, how.Over = profiles.SaveOver, over.ID
		if !t.agrees(fmt.Sprintf("When the browser closes, its state becomes the newest snapshot of %q. Go on?", over.Name)) {
			return how, errDeclined
		}
	}
	return how, nil
}

func (f *sessionFlags) browser() profiles.How {
	return profiles.How{URLs: f.urls, Headless: f.headless, Port: f.cdp}
}

var errDeclined = errors.New("nothing was opened")

// open opens a session, and says how to get past another one that has the profile.
func (t *terminal) open(ctx context.Context, lib *profiles.Library, how profiles.How) (*profiles.Session, error) {
	session, err := lib.Open(ctx, how)
	var inUse *profiles.InUseError
	if errors.As(err, &inUse) {
		return nil, &advised{err, fmt.Sprintf("Close it first, with `valise stop %q`; or open it beside that one with --throwaway, or with --save-as NAME.", inUse.Name)}
	}
	return session, err
}

// advised is an error with a next step that fits the command line better than the error's own.
type advised struct {
	error
	next string
}

func (a *advised) NextStep() string { return a.next }
func (a *advised) Unwrap() error    { return a.error }

// attend stays with a session until it is over, and prints the receipt.
func (t *terminal) attend(ctx context.Context, lib *profiles.Library, session *profiles.Session) error {
	if address := session.Info().DevTools; address != "" {
		fmt.Fprintf(t.out, "DevTools listening on %s\n", address)
	}
	select {
	case <-session.Done():
	case <-ctx.Done():
	}
	return t.finish(ctx, lib, session)
}

// finish closes a session if it is not over yet, and sees its saving through to the vault's place. ctx may be cancelled
// already, by the signal that asked for this; it is the next signal that hurries the browser and gives up the sync.
func (t *terminal) finish(ctx context.Context, lib *profiles.Library, session *profiles.Session) error {
	hurried, stop := signal.NotifyContext(context.WithoutCancel(ctx), endings()...)
	defer stop()
	receipt, err := session.Close(hurried)
	if err != nil {
		return err
	}
	t.receipt(receipt)
	if receipt.Snapshot != uuid.Nil {
		t.settle(hurried, lib)
	}
	return nil
}
