package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

// maxWidth is the number of columns that every terminal has.
const maxWidth = 80

// table prints rows in columns under their heads, two spaces apart. Where they are too wide for a terminal the widest
// columns are cut; --json has all of them.
func (t *terminal) table(heads []string, rows [][]string) {
	rows = append([][]string{heads}, rows...)
	widths, total := make([]int, len(heads)), 2*(len(heads)-1)
	for i := range heads {
		for _, row := range rows {
			row[i] = printable(row[i])
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		total += widths[i]
	}
	for ; total > maxWidth; total-- {
		widths[slices.Index(widths, slices.Max(widths))]--
	}
	for _, row := range rows {
		var line strings.Builder
		for i, text := range row {
			fmt.Fprintf(&line, "%-*s  ", widths[i], cut(text, widths[i]))
		}
		t.print("%s", strings.TrimRight(line.String(), " "))
	}
}

// printable makes text that others chose fit for a table: a name must not break the columns or command the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

func cut(text string, width int) string {
	if runes := []rune(text); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return text
}

func addJSON(c *cobra.Command, asJSON *bool) {
	c.Flags().BoolVar(asJSON, "json", false, "print JSON, with stable fields")
}

// printJSON prints a listing for programs; an empty one is [], never null.
func printJSON[T any](t *terminal, list []T) error {
	if list == nil {
		list = []T{}
	}
	return printJSONValue(t, list)
}

func printJSONValue(t *terminal, value any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Profile ids are random. Snapshot ids begin with the time in milliseconds, which takes twelve digits and a dash.
const (
	shortProfile  = 8
	shortSnapshot = 13
)

// beginningsOf are the beginnings of the ids of a listing's lines.
func beginningsOf[T any](lines []T, id func(T) uuid.UUID, n int) []string {
	ids := make([]uuid.UUID, len(lines))
	for i, line := range lines {
		ids[i] = id(line)
	}
	return beginnings(ids, n)
}

// beginnings cuts ids to their first n characters, or to as many more as it takes to tell them apart.
func beginnings(ids []uuid.UUID, n int) []string {
	for ; ; n++ {
		short := make([]string, len(ids))
		for i, id := range ids {
			short[i] = id.String()[:n]
		}
		if n == len(uuid.UUID{}.String()) || len(slices.Compact(slices.Sorted(slices.Values(short)))) == len(ids) {
			return short
		}
	}
}

func size(bytes int64) string { return humanize.Bytes(uint64(max(bytes, 0))) }

// ago says how long ago something was; "never" if it was not.
func ago(when time.Time) string {
	if when.IsZero() {
		return "never"
	}
	return humanize.Time(when)
}

// count puts a number before its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(int64(n)) + " " + noun + "s"
}
