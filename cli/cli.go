// Package cli is the command line of Valise: the same profiles, sessions and vault that the window shows, for a
// terminal, a script or a test run.
//
// It promises what docs/commands.md says of each verb: results on standard output and nothing else there; receipts,
// progress and errors on standard error; an error in one line, followed by the next step; exit codes that a script can
// tell apart (exit.go). It decides nothing about profiles: every verb is a few calls of profiles.Library.
//
// Start reading with Run; then one file for each verb. What the verbs share: session.go is the way of a session from
// opening to receipt, library.go how a verb gets at the vault, terminal.go what may be printed where.
package cli

import (
	"context"
	"io"
	"os/signal"

	"github.com/spf13/cobra"
)

// Run carries out one command line, which is without the program's name, and returns the exit code. The first signal
// that asks the program to end interrupts the verb, a second one ends the program at once; but where a session is open
// it goes on until that is saved (see terminal.session).
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, version string) int {
	ctx, stop := signal.NotifyContext(ctx, endings()...)
	defer stop()
	context.AfterFunc(ctx, stop) // from then on signals end the program

	t := &terminal{in: stdin, out: stdout, err: stderr}
	root := rootCommand(t)
	root.Version = version
	root.SetArgs(append([]string{}, args...)) // cobra takes nil for "those of the process"
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)

	err := root.ExecuteContext(ctx)
	t.explain(err)
	return exitCode(err)
}

// The groups in which the help lists the verbs.
const (
	groupSessions = "sessions"
	groupProfiles = "profiles"
	groupVault    = "vault"
	groupHelp     = "help"
)

func rootCommand(t *terminal) *cobra.Command {
	cobra.EnableCommandSorting = false // the order below is the order of use
	root := &cobra.Command{
		Use:   "valise",
		Short: "Pack up a logged-in browser. Open it anywhere.",
		Long: `Pack up a logged-in browser. Open it anywhere.

Without a verb, Valise opens its window. PROFILE is a name, an id, or the
beginning of an id that no other profile shares.`,
		Example: `  valise new shop --url https://shop.example   # log in, close the browser: saved
  valise open shop                             # logged in again`,
		Args:          cobra.ArbitraryArgs,
		RunE:          needsVerb,
		SilenceErrors: true, // explain prints them
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("valise {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return misuse(c, "%v", err) })
	root.CompletionOptions.DisableDefaultCmd = true // completionCommand is in its place
	root.SetHelpCommand(helpCommand())
	root.SetUsageTemplate(usageTemplate)
	root.Flags().Bool("version", false, "print the version")

	group := func(id, title string, verbs ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: id, Title: title})
		for _, verb := range verbs {
			verb.GroupID = id
			root.AddCommand(verb)
		}
	}
	group(groupSessions, "Sessions:",
		newCommand(t), openCommand(t), runCommand(t), sessionsCommand(t), saveCommand(t), stopCommand(t), serveCommand(t), enginesCommand(t))
	group(groupProfiles, "Profiles:",
		listCommand(t), historyCommand(t), diffCommand(t), labelCommand(t), rollbackCommand(t), forkCommand(t), renameCommand(t), tagCommand(t), pinCommand(t), expireCommand(t),
		trashCommand(t), untrashCommand(t), purgeCommand(t), exportCommand(t), importCommand(t))
	group(groupVault, "The vault:",
		syncCommand(t), vaultCommand(t))
	group(groupHelp, "Help:",
		doctorCommand(t), completionCommand(t))
	addHelp(root)
	return root
}
