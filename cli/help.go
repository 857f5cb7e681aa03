package cli

import "github.com/spf13/cobra"

// usageTemplate is what -h prints after a verb's description. It differs from cobra's own in that it speaks of verbs, and
// lists no `help` beside -h.
const usageTemplate = `Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} VERB{{else}}{{.UseLine}}{{end}}

For example:
{{.Example}}
{{- if .Groups}}{{$verbs := .Commands}}
{{- range $group := .Groups}}

{{.Title}}
{{- range $verbs}}{{if and (eq .GroupID $group.ID) .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}
{{- else if .HasAvailableSubCommands}}

Verbs:
{{- range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{- end}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{- if .HasAvailableSubCommands}}

{{.CommandPath}} VERB -h explains a verb.
{{- end}}
`

// addHelp gives a command and all below it their -h.
func addHelp(c *cobra.Command) {
	c.Flags().BoolP("help", "h", false, "explain this")
	for _, verb := range c.Commands() {
		addHelp(verb)
	}
}

// helpCommand makes `valise help VERB` the same as `valise VERB -h`. It is not listed: -h works everywhere.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "help [VERB]",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			verb, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return needsVerb(verb, rest)
			}
			return verb.Help()
		},
	}
}
