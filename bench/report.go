package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// report is what is found: shown as it comes, and kept as the Markdown that it is.
type report struct {
	out     io.Writer
	text    bytes.Buffer
	goals   []goal
	working bool // a line of progress stands on the terminal
}

type goal struct {
	what     string
	most, is float64
	show     func(float64) string
}

// table has its heads in the first row.
type table [][]string

func newReport(out io.Writer) *report { return &report{out: out} }

func (o *report) print(text string) {
	o.progress("")
	fmt.Fprint(o.out, text)
	o.text.WriteString(text)
}

// progress is a line that the next one replaces.
func (o *report) progress(format string, args ...any) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return
	}
	if text := fmt.Sprintf(format, args...); text != "" || o.working {
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", text)
		o.working = text != ""
	}
}

func (o *report) chapter(name, about string) {
	o.print(fmt.Sprintf("\n### %s: %s\n", strings.ToUpper(name[:1])+name[1:], about))
}

func (o *report) say(format string, args ...any) {
	o.print("\n" + fold(fmt.Sprintf(format, args...), 120) + "\n")
}

// fold breaks a text into lines.
func fold(text string, width int) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

func (o *report) table(t table) {
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	b.WriteByte('\n')
	for n, row := range t {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				fmt.Fprintf(&b, "| %s%s ", cell, pad)
			} else {
				fmt.Fprintf(&b, "| %s%s ", pad, cell)
			}
		}
		b.WriteString("|\n")
		if n == 0 {
			for i, w := range widths {
				if i == 0 {
					b.WriteString("|" + strings.Repeat("-", w+2))
				} else {
					b.WriteString("|" + strings.Repeat("-", w+1) + ":")
				}
			}
			b.WriteString("|\n")
		}
	}
	o.print(b.String())
}

// goal notes what was aimed at: at most so much.
func (o *report) goal(what string, most, is float64, show func(float64) string) {
	o.goals = append(o.goals, goal{what, most, is, show})
}

// summary tells which goals are met. It fails nothing: how fast a machine is on a day is no test.
func (o *report) summary() {
	if len(o.goals) == 0 {
		return
	}
	o.print("\n### Goals\n")
	t := table{{"goal", "at most", "is", ""}}
	met := 0
	for _, g := range o.goals {
		verdict := "not met"
		if g.is <= g.most {
			verdict = "met"
			met++
		}
		t = append(t, []string{g.what, g.show(g.most), g.show(g.is), verdict})
	}
	o.table(t)
	o.say("%d of %d are met.", met, len(o.goals))
}

// introduce says what is measured with and on.
func (b *bench) introduce() {
	var versions []string
	for _, t := range b.tools {
		if t.version != nil {
			versions = append(versions, t.version(context.Background())...)
		}
	}
	b.out.say("Measured on %s, with %d cores of %s, in %s, in %d rounds: %s.", time.Now().Format(time.DateOnly), runtime.NumCPU(), processor(),
		runtime.GOOS+"/"+runtime.GOARCH, b.rounds, strings.Join(versions, "; "))
	if b.rounds < 5 {
		b.out.say("So few rounds are for trying things out: five are the least that tells something.")
	}
}

func processor() string {
	all, _ := os.ReadFile("/proc/cpuinfo") // or else it is not told
	for line := range strings.Lines(string(all)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "an unknown processor"
}

const (
	beginMark = "<!-- measured: what follows is written by make bench BENCH='-write docs/performance.md' -->\n"
	endMark   = "<!-- measured: end -->\n"
)

// writeInto puts the report between the marks of a page.
func (o *report) writeInto(path string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(page), beginMark)
	_, tail, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no place for what was measured: it lacks the lines %q and %q", path, beginMark, endMark)
	}
	return os.WriteFile(path, []byte(head+beginMark+o.text.String()+"\n"+endMark+tail), 0o644)
}

func seconds(s float64) string {
	switch {
	case s == 0:
		return ""
	case s < 0.1:
		return fmt.Sprintf("%.3f s", s)
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	}
	return fmt.Sprintf("%.1f s", s)
}

func milliseconds(s float64) string { return fmt.Sprintf("%.0f ms", s*1000) }

func factor(f float64) string {
	if f < 0.1 {
		return fmt.Sprintf("%.3f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

func count(n float64) string { return fmt.Sprintf("%.0f", n) }

// memory is in powers of two, as those who sell it have it.
func memory(n int64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }

// size is in powers of ten, as file managers have it.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 100e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
