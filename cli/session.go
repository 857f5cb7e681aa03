package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	throwaway, takeOver  bool

	engine string // open alone: the session is to run there
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
	flags.BoolVar(&f.takeOver, "take-over", false, "open it although another device has it open")
	c.RegisterFlagCompletionFunc("at", cobra.NoFileCompletions)
	c.RegisterFlagCompletionFunc("save-as", cobra.NoFileCompletions)
	c.RegisterFlagCompletionFunc("save-over", completeProfiles(anyNumber, notInTrash))
}

// check finds contradictions before anything is opened.
func (f *sessionFlags) check(c *cobra.Command, _ []string) error {
	var chosen []string
	for _, name := range []string{"throwaway", "save-as", "save-over"} {
		if c.Flags().Changed(name) {
			chosen = append(chosen, "--"+name)
		}
	}
	if f.throwaway && f.takeOver {
		return misuse(c, "--throwaway and --take-over contradict each other: a throwaway takes nothing from anyone")
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
	how.Load, how.Save, how.TakeOver = loaded.ID, profiles.SaveSame, f.takeOver
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
		if !t.agrees(ctx, fmt.Sprintf("When the browser closes, its state becomes the newest snapshot of %q. Go on?", over.Name)) {
			return how, errDeclined
		}
	}
	return how, nil
}

func (f *sessionFlags) browser() profiles.How {
	return profiles.How{URLs: f.urls, Headless: f.headless, Port: f.cdp}
}

var errDeclined = errors.New("nothing was opened")

// session opens a session, stays with it for as long as attend does, and sees it through: the browser closed, the state
// saved, the receipt printed, the saving sent to the vault's place.
//
// ctx may be cancelled on the way, by a signal; the next signal then hurries the browser, and gives up the sending.
func (t *terminal) session(ctx context.Context, lib *profiles.Library, how profiles.How, attend func(*profiles.Session) error) error {
	// Between two phases that listen for signals, one must not end this process and leave the browser behind.
	guard := make(chan os.Signal, 1)
	signal.Notify(guard, endings()...)
	defer signal.Stop(guard)

	session, err := lib.Open(ctx, how)
	inUse, ok := errors.AsType[*profiles.InUseError](err)
	switch {
	case ok && inUse.Elsewhere:
		return &advised{err, "Close it there. Or open it here with --throwaway, with --save-as NAME, or with --take-over: what the other device saves then becomes a branch."}
	case ok:
		return &advised{err, fmt.Sprintf("Close it first, with `valise stop %q`; or open it beside that one with --throwaway, or with --save-as NAME.", inUse.Name)}
	case err != nil:
		return err
	}
	attended := attend(session)

	hurried, stop := signal.NotifyContext(context.WithoutCancel(ctx), endings()...)
	defer stop()
	receipt, err := session.Close(hurried)
	if err != nil {
		if attended == nil {
			return err
		}
		t.explain(err)
		return attended
	}
	t.receipt(receipt)
	if receipt.Snapshot != uuid.Nil {
		t.settle(hurried, lib)
	}
	return attended
}

// wait is how new and open attend a session: until the browser is closed, or the command is interrupted.
func (t *terminal) wait(ctx context.Context, session *profiles.Session) error {
	t.announce(session)
	select {
	case <-session.Done():
	case <-ctx.Done():
	}
	return nil
}

// announce prints where the DevTools port is, if one was asked for, in the words that Chromium itself uses.
func (t *terminal) announce(session *profiles.Session) {
	if address := session.Info().DevTools; address != "" {
		t.print("DevTools listening on %s", address)
	}
}

// advised is an error with a next step that fits the command line better than the error's own.
type advised struct {
	error
	next string
}

func (a *advised) NextStep() string { return a.next }
func (a *advised) Unwrap() error    { return a.error }
