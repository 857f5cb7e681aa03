package cli

import (
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var (
	documentedVerb = regexp.MustCompile("(?m)^### `valise (.+)`$")
	documentedFlag = regexp.MustCompile("`--([a-z-]+)")
	mentionedVerb  = regexp.MustCompile("(?m)(?:`|^    (?:.* )?)valise ((?:vault |serve key |engines )?[a-z]+)")
)

// verbs are those that do something, by what comes after "valise" in their usage.
func verbs(t *testing.T) map[string]*cobra.Command {
	all := map[string]*cobra.Command{}
	var walk func(prefix string, c *cobra.Command)
	walk = func(prefix string, c *cobra.Command) {
		for _, verb := range c.Commands() {
			walk(prefix+verb.Name()+" ", verb)
			if !verb.Hidden && (!verb.HasSubCommands() || len(flagsOf(verb)) > 0) {
				all[prefix+verb.Use] = verb
			}
		}
	}
	walk("", rootCommand(&terminal{in: strings.NewReader(""), out: io.Discard, err: io.Discard}))
	return all
}

// flagsOf are the names of a verb's own flags, sorted.
func flagsOf(verb *cobra.Command) []string {
	var flags []string
	verb.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			flags = append(flags, f.Name)
		}
	})
	slices.Sort(flags)
	return flags
}

func TestTheDocumentationHasEveryVerbAndFlagAndNoOther(t *testing.T) {
	text, err := os.ReadFile("../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	documented := map[string][]string{} // flags by verb
	headings := documentedVerb.FindAllStringSubmatchIndex(doc, -1)
	for _, at := range headings {
		section, _, _ := strings.Cut(doc[at[1]:], "\n##")
		flags := map[string]bool{}
		for line := range strings.Lines(section) {
			if strings.HasPrefix(line, "- `--") {
				for _, flag := range documentedFlag.FindAllStringSubmatch(line, -1) {
					flags[flag[1]] = true
				}
			}
		}
		documented[doc[at[2]:at[3]]] = slices.Sorted(maps.Keys(flags))
	}
	real := verbs(t)
	for use, verb := range real {
		flags := flagsOf(verb)
		if got, ok := documented[use]; !ok {
			t.Errorf("docs/commands.md lacks a heading `valise %s`", use)
		} else if !slices.Equal(got, flags) {
			t.Errorf("`valise %s` has the flags %v; docs/commands.md says %v", use, flags, got)
		}
		if example := strings.Split(verb.Example, "\n")[0]; !strings.Contains(doc, strings.TrimSpace(example)) {
			t.Errorf("docs/commands.md lacks the example %q", example)
		}
	}
	for use := range documented {
		if real[use] == nil {
			t.Errorf("docs/commands.md has `valise %s`, and valise does not", use)
		}
	}
	root := rootCommand(&terminal{})
	for _, mention := range mentionedVerb.FindAllStringSubmatch(doc, -1) {
		if _, rest, err := root.Find(strings.Fields(mention[1])); err != nil || len(rest) > 0 && !strings.HasSuffix(mention[1], " "+rest[0]) {
			t.Errorf("docs/commands.md mentions `valise %s`: %v", mention[1], err)
		}
	}
}

func TestEveryVerbExplainsItselfWithAnExampleIn80Columns(t *testing.T) {
	for use, verb := range verbs(t) {
		if !strings.Contains(verb.Example, "valise "+strings.TrimPrefix(verb.CommandPath(), "valise ")) {
			t.Errorf("the example of %q is %q", use, verb.Example)
		}
		for line := range strings.Lines(verb.Long + "\n" + verb.UsageString()) {
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > maxWidth {
				t.Errorf("the help of %q has a long line: %q", use, line)
			}
		}
	}
}
