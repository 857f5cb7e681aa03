package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// usageError says that the command line is wrong, whatever the state of the vault.
type usageError struct{ what, next string }

func (e *usageError) Error() string    { return e.what }
func (e *usageError) NextStep() string { return e.next }

// misuse is a usageError that shows how the verb is used.
func misuse(c *cobra.Command, format string, a ...any) error {
	return &usageError{
		what: fmt.Sprintf(format, a...),
		next: fmt.Sprintf("Usage: %s\n`%s -h` says more.", c.UseLine(), c.CommandPath()),
	}
}

// takes lets a verb have exactly these arguments. The last one may be repeated if it ends in "...".
func takes(names ...string) cobra.PositionalArgs { return takesFrom(len(names), names...) }

// takesFrom is takes, where only the first few are necessary.
func takesFrom(least int, names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		many := len(names) > 0 && strings.HasSuffix(names[len(names)-1], "...")
		switch {
		case len(args) < least:
			return misuse(c, "%s is missing", strings.TrimSuffix(names[len(args)], "..."))
		case len(args) > len(names) && !many:
			return misuse(c, "%q is one argument too many", args[len(names)])
		}
		for i, arg := range args {
			if arg == "" {
				return misuse(c, "%s is empty", strings.TrimSuffix(names[min(i, len(names)-1)], "..."))
			}
		}
		return nil
	}
}

// needsVerb is what a command does that has verbs of its own, when it is given none that it knows.
func needsVerb(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return misuse(c, "%s needs a verb", c.CommandPath())
	}
	c.SuggestionsMinimumDistance = 2 // typing errors; cobra sets it only where it looks for verbs itself
	if similar := c.SuggestionsFor(args[0]); len(similar) > 0 {
		return misuse(c, "%q is no verb of %s; did you mean %q?", args[0], c.CommandPath(), similar[0])
	}
	return misuse(c, "%q is no verb of %s", args[0], c.CommandPath())
}
