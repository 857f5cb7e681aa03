package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"valise/internal/fault"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// startPatience bounds a start: a cold one on a slow, busy machine takes ten seconds.
const startPatience = 60 * time.Second

// Options of a start.
type Options struct {
	Dir      string    // the working directory of the session; Dir/profile is the user data directory, Dir/cache the HTTP cache. Both 0700, made when missing.
	URLs     []string  // opened in addition to the restored tabs
	Headless bool      // without a window
	Port     bool      // also open a DevTools port on 127.0.0.1 (chosen by the browser) for other tools
	Args     []string  // further arguments; VALISE_CHROMIUM_ARGS is added by Start itself
	Log      io.Writer // gets what the browser prints; may be nil

	Surroundings // what a site finds around it

	taken []string // extensions that may read files, but not in this session
}

// Start prepares the profile directory (see prepare) and starts the browser on it over the DevTools pipe; it returns when
// DevTools answers and there is a tab. The browser outlives the context. If this program dies, the pipe ends with it, and the browser closes
// in order by itself.
//
// Errors: ErrRoot, ErrNoScreen, ErrBadArguments, ErrInUse, ErrForeignKeys, ErrDidNotStart, ErrNotFenced, and what is wrong with the surroundings.
func Start(ctx context.Context, b Browser, o Options) (*Process, error) {
	ambient, err := ambientArgs()
	if err != nil {
		return nil, err
	}
	if err := canRunHere(o, ambient); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if o.Extensions, err = realPaths(o.Extensions); err != nil {
		return nil, err
	}
	for _, dir := range []string{UserDataDir(o.Dir), cacheDir(o.Dir), crashDir(o.Dir)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("making the directory of the browser: %w", err)
		}
	}
	if err := prepare(ctx, &o); err != nil {
		return nil, err
	}

	fault.Point("starting: the directory is prepared")
	at := o.placeholder()
	p, err := launch(b, o, flags(b, at, ambient))
	if err != nil {
		return nil, ErrDidNotStart.Because(err)
	}
	fault.Point("starting: the browser is launched")
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if err := p.answer(ctx); err != nil {
		return nil, err
	}
	noteSocket(o.Dir)
	fault.Point("starting: it answers")
	p.waitForTab(ctx)
	fault.Point("starting: a tab is open")
	if o.Fenced || o.toldToTabs() || !slices.Equal(at.URLs, o.URLs) {
		if err := p.surround(ctx, b, o, at); err != nil {
			p.didNotStart(ctx)
			return nil, fmt.Errorf("preparing the surroundings of the session: %w", err)
		}
	}
	if o.Port {
		if err := p.readPort(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// launch starts the process, in a process group of its own, so that Ctrl-C in a terminal reaches Valise alone. It must not be tied
// to the life of this program by Pdeathsig: the end of the pipe lets it close in order.
func launch(b Browser, o Options, args []string) (*Process, error) {
	w, err := newWire()
	if err != nil {
		return nil, err
	}
	defer w.closeTheirs()

	cmd := exec.Command(b.Path, args...)
	cmd.Env = append(o.environment(environment()), "BREAKPAD_DUMP_LOCATION="+crashDir(o.Dir))
	cmd.Stdout, cmd.Stderr = w.theirOutput, w.theirOutput
	cmd.SysProcAttr = ownGroup()
	if err := w.join(cmd); err != nil {
		w.closeOurs()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		w.closeOurs()
		return nil, err
	}

	p := &Process{
		cmd:    cmd,
		dir:    o.Dir,
		lent:   o.Extensions,
		taken:  o.taken,
		pipe:   newBypass(chromedp.NewPipeConn(w.ourAnswers, w.ourCommands)),
		output: follow(w.ourOutput, o.Log),
		hurry:  make(chan struct{}),
		done:   make(chan struct{}),
	}
	// The driver reads the pipe for as long as it lives, so that the browser never blocks on it. It cannot fail on an open pipe, and
	// its log has only what it does not know of the protocol.
	quiet := func(string, ...any) {}
	p.driver, _ = chromedp.NewBrowserTransport(context.Background(), p.pipe,
		chromedp.WithBrowserLogf(quiet), chromedp.WithBrowserErrorf(quiet))
	go p.watch()
	return p, nil
}

// environment is that of this program, but for its secrets: a browser has no use for them.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "VALISE_") || strings.HasPrefix(entry, "AWS_")
	})
}

// answer waits until DevTools answers. A browser that does not is ended.
func (p *Process) answer(ctx context.Context) error {
	_, err := cdp.Call(ctx, p.driver, cdpbrowser.GetVersion, cdp.Empty{})
	if err == nil {
		return nil
	}
	select {
	case <-p.done:
	case <-ctx.Done():
	case <-time.After(10 * time.Second): // the pipe is lost, the process ought to be ending
	}
	return p.didNotStart(ctx)
}

// tabPatience bounds the wait for the first tab: with flags of the person's own there may never be one.
const tabPatience = 5 * time.Second

// waitForTab waits until the browser has opened, or restored, its first tabs. DevTools answers some 50 ms earlier, in the middle of the
// start, and a browser that is asked to close just then may hang.
func (p *Process) waitForTab(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, tabPatience)
	defer cancel()
	for {
		if tab, err := p.page(ctx); err != nil || tab != "" {
			return // what is wrong will show with the next command
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// readPort waits for the file in which the browser says on which port DevTools listens, and for whom.
func (p *Process) readPort(ctx context.Context) error {
	file := filepath.Join(UserDataDir(p.dir), portFile)
	for {
		raw, _ := os.ReadFile(file)
		if port, path, ok := bytes.Cut(bytes.TrimSpace(raw), []byte("\n")); ok {
			p.webSocketURL = fmt.Sprintf("ws://127.0.0.1:%s%s", bytes.TrimSpace(port), path)
			return nil
		}
		select {
		case <-p.done:
			return p.didNotStart(ctx)
		case <-ctx.Done():
			return p.didNotStart(ctx)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// didNotStart ends what is left and says why the start failed.
func (p *Process) didNotStart(ctx context.Context) error {
	hurried, cancel := context.WithCancel(context.Background())
	cancel()
	p.Close(hurried)
	code := p.cmd.ProcessState.ExitCode()
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("starting the browser: %w", context.Canceled)
	case code == exitProfileInUse, code == 0 && inUse(p.dir):
		// It found another one on the directory, handed its URLs over and ended well.
		return ErrInUse
	case ctx.Err() != nil:
		return ErrDidNotStart.Because(fmt.Errorf("no answer within %v: %s", startPatience, p.output.lastLines()))
	}
	return ErrDidNotStart.Because(fmt.Errorf("it ended with code %d: %s", code, p.output.lastLines()))
}

// exitProfileInUse is chrome::RESULT_CODE_PROFILE_IN_USE.
const exitProfileInUse = 21
