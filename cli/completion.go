package cli

import (
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
