package cli

import (
	"context"
	"math"
	"time"

	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func completionCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a completion script for your shell",
		Long: `Print a script that lets your shell complete verbs, flags and the names of
profiles.`,
		Example:   "  valise completion bash > ~/.local/share/bash-completion/completions/valise",
		Args:      takes("SHELL"),
		ValidArgs: []cobra.Completion{"bash", "zsh", "fish", "powershell"},
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(t.out, true)
			case "zsh":
				return root.GenZshCompletion(t.out)
			case "fish":
				return root.GenFishCompletion(t.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(t.out)
			}
			return misuse(c, "%q is no shell that Valise knows", args[0])
		},
	}
}

// anyNumber of arguments is for verbs that take several profiles, and for flags.
const anyNumber = math.MaxInt

// completeProfiles offers the shell the names of profiles, for so many arguments.
func completeProfiles(arguments int, offered func(profiles.Profile) bool) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= arguments {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names, _ := profileNames(c.Context(), offered) // between two keystrokes there is nobody to tell an error to
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// profileNames are those of the vault that is here: asking for them makes none, and a keyring that wants to be unlocked
// does not hold up the prompt.
func profileNames(ctx context.Context, wanted func(profiles.Profile) bool) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	home, err := profiles.FindHome()
	if err != nil {
		return nil, err
	}
	if settings, err := home.Settings(); err != nil || settings.Vault == uuid.Nil {
		return nil, err
	}
	lib, err := profiles.Open(ctx, home, profiles.Options{})
	if err != nil {
		return nil, err
	}
	defer lib.Close()
	all, err := lib.Profiles(ctx)
	var names []string
	for _, p := range all {
		if wanted(p) {
			names = append(names, p.Name)
		}
	}
	return names, err
}

func anyProfile(profiles.Profile) bool   { return true }
func running(p profiles.Profile) bool    { return p.Session != nil }
func inTrash(p profiles.Profile) bool    { return p.State == profiles.StateTrashed }
func notInTrash(p profiles.Profile) bool { return !inTrash(p) }
