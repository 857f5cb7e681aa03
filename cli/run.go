package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"valise/profiles"

	"github.com/spf13/cobra"
)

// addressVariable is where the command that run runs finds the browser.
const addressVariable = "VALISE_CDP_URL"

// Exit codes of shells and of env(1) for a command that cannot be run, and for one that a signal ended.
const (
	exitCannotRun = 126
	exitNoCommand = 127
	exitSignal    = 128 // plus the signal's number
)

func runCommand(t *terminal) *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use:   "run PROFILE [flags] -- COMMAND [ARG ...]",
		Short: "Run a command with a profile's browser beside it",
		Long: `Open a profile in a browser without a window and run COMMAND, which finds the
browser's DevTools in VALISE_CDP_URL. When COMMAND ends, the browser is closed
and saved as the flags say, and valise ends with COMMAND's exit code.`,
		Example: "  valise run shop --throwaway -- npx playwright test",
		Args: func(c *cobra.Command, args []string) error {
			dash := c.ArgsLenAtDash()
			if dash < 0 || dash == len(args) {
				return misuse(c, "COMMAND is missing; it stands after --")
			}
			return takes("PROFILE")(c, args[:dash])
		},
		DisableFlagsInUseLine: true,
		PreRunE:               f.check,
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			if _, err := exec.LookPath(args[1]); err != nil {
				return cannotRun(err) // before a browser is opened
			}
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				how, err := f.how(ctx, t, lib, args[0])
				if err != nil {
					return err
				}
				how.Port = true
				return t.session(ctx, lib, how, func(s *profiles.Session) error {
					if f.cdp {
						t.announce(s)
					}
					return t.lend(func() error { return t.runBeside(s, exec.Command(args[1], args[2:]...)) })
				})
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
	f.addLoadAndSave(c)
	f.addBrowser(c, true) // --headless=false lets a person watch
	return c
}

// runBeside runs the command to its end, and hands on to it the signals that this process gets meanwhile: they are meant
// for the command, and the browser has to outlive it.
func (t *terminal) runBeside(session *profiles.Session, command *exec.Cmd) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, endings()...)
	defer signal.Stop(signals)

	command.Stdin, command.Stdout, command.Stderr = t.in, t.out, t.err
	command.Env = append(os.Environ(), addressVariable+"="+session.Info().DevTools)
	if err := command.Start(); err != nil {
		return cannotRun(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for {
		select {
		case sig := <-signals:
			if sig == os.Interrupt && isTerminal(t.in) {
				continue // Ctrl-C: the terminal has sent it to the command too
			}
			command.Process.Signal(sig) // its error is that the command has just ended
		case err := <-ended:
			return commandEnd(err)
		}
	}
}

// commandEnd makes of what exec.Cmd.Wait returns the code that a shell would end with.
func commandEnd(err error) error {
	if err == nil {
		return nil
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case !ok:
		return fmt.Errorf("waiting for the command: %w", err)
	case exit.ExitCode() >= 0:
		return &commandExit{code: exit.ExitCode()}
	}
	status, _ := exit.Sys().(syscall.WaitStatus)
	return &commandExit{code: exitSignal + int(status.Signal())}
}

func cannotRun(err error) error {
	code := exitCannotRun
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		code = exitNoCommand
	}
	return &commandExit{code: code, err: &advised{
		fmt.Errorf("the command cannot be run: %w", err),
		"Check its name and its rights. What follows -- is run as it is, without a shell.",
	}}
}
