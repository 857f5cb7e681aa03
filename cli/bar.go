package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"valise/profiles"
)

// bar is the last line of a terminal, which says how far something has come. The zero bar shows nothing.
type bar struct {
	line string // as it stands on the screen
}

// barWidth is the number of characters that a bar is drawn with.
const barWidth = 30

// show draws the bar in the place of what it showed before. While the total is unknown there is only the text.
func (b *bar) show(w io.Writer, what string, p profiles.Progress) {
	line := what + " ..."
	if p.Total > 0 {
		done := min(max(p.Done, 0), p.Total)
		full := int(done * barWidth / p.Total)
		line = fmt.Sprintf("%-10s %s%s %3d %%", what, strings.Repeat("█", full), strings.Repeat("░", barWidth-full), done*100/p.Total)
	}
	if line != b.line {
		b.clear(w)
		io.WriteString(w, line)
		b.line = line
	}
}

// clear takes the bar off the screen. Blanks do that on every terminal; escape sequences do not on old Windows ones.
func (b *bar) clear(w io.Writer) {
	if b.line != "" {
		fmt.Fprintf(w, "\r%*s\r", utf8.RuneCountInString(b.line), "")
		b.line = ""
	}
}
