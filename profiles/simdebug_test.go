package profiles

import (
	"context"
	"fmt"
	"os"
	"strings"
)

func (s *simulation) debug() {
	want := os.Getenv("VALISE_WATCH")
	if want == "" {
		return
	}
	line := ""
	for _, d := range s.devices {
		shelves, _ := d.shelves()
		for id, shelf := range shelves {
			if !strings.HasSuffix(id.String(), want) {
				continue
			}
			line += fmt.Sprintf(" [%d:", d.number)
			for _, c := range shelf.cards {
				x, _ := d.readCard(context.Background(), id, c)
				line += fmt.Sprintf(" %s(%s,r%v)", short(c), x.Name, len(x.Replaces))
			}
			line += " |"
			for _, x := range shelf.snapshots {
				line += " " + short(x)
			}
			line += " | purged"
			for _, x := range shelf.purged {
				line += " " + short(x)
			}
			line += "]"
		}
	}
	line += " place:"
	for name := range s.place.objects {
		if strings.Contains(name, want+"/card") {
			line += " " + name[len(name)-6:]
		}
	}
	if len(s.trace) == 0 || !strings.HasSuffix(s.trace[len(s.trace)-1], line) {
		s.trace = append(s.trace, "      > "+line)
	}
}
