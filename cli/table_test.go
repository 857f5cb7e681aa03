package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"valise/profiles"

	"github.com/google/uuid"
)

// printed is what a function prints on standard output and standard error.
func printed(print func(*terminal)) (stdout, stderr string) {
	var out, err bytes.Buffer
	print(&terminal{out: &out, err: &err})
	return out.String(), err.String()
}

var (
	shopID = uuid.MustParse("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
	mailID = uuid.MustParse("a7d35c1b-0d2e-4f4b-8a51-2f3c4d5e6f70")
)

func TestProfilesAreATable(t *testing.T) {
	stdout, stderr := printed(func(to *terminal) {
		to.printProfiles([]profiles.Profile{
			{ID: shopID, Name: "shop", LastOpened: time.Now().Add(-3 * time.Minute), Size: 4_600_000, State: profiles.StateSaved, Where: profiles.Waiting},
			{ID: mailID, Name: "work mail", State: profiles.StateDamaged, Problem: errors.New("the data is damaged")},
		})
	})
	want := strings.TrimPrefix(`
NAME       ID        OPENED         SIZE    STATE
shop       3f2504e0  3 minutes ago  4.6 MB  saved, waiting
work mail  a7d35c1b  never          0 B     damaged
`, "\n")
	if stdout != want {
		t.Errorf("got\n%s", stdout)
	}
	if stderr != "warning: \"work mail\": the data is damaged\n" {
		t.Errorf("the damage is told as %q", stderr)
	}
}

func TestTablesFit80Columns(t *testing.T) {
	long := strings.Repeat("A very long name ", 10)
	tables := map[string]func(*terminal){
		"list": func(to *terminal) {
			to.printProfiles([]profiles.Profile{{ID: shopID, Name: long, LastOpened: time.Now().Add(-40 * 24 * time.Hour), Size: 999_999_999, State: profiles.StateSaved, Where: profiles.Waiting}})
		},
		"sessions": func(to *terminal) {
			to.printSessions([]profiles.SessionInfo{{
				Name: long, Stage: profiles.StageRestoring, Since: time.Now().Add(-59 * time.Minute), Headless: true,
				DevTools: "ws://127.0.0.1:54321/devtools/browser/3f2504e0-4f89-41d3-9a0c-0305e82c3301",
			}})
		},
		"history": func(to *terminal) {
			to.printHistory([]profiles.Snapshot{{ID: shopID, When: time.Now(), Device: long, Size: 999_999_999, Label: long, Newest: true, Where: profiles.Waiting}})
		},
	}
	for name, print := range tables {
		stdout, _ := printed(print)
		for line := range strings.Lines(stdout) {
			if width := utf8.RuneCountInString(strings.TrimSpace(line)); width > 80 {
				t.Errorf("%s: %d columns:\n%s", name, width, stdout)
			}
		}
	}
}

func TestANameCannotCommandTheTerminal(t *testing.T) {
	stdout, _ := printed(func(to *terminal) {
		to.printProfiles([]profiles.Profile{{ID: shopID, Name: "a\x1b[2Jb\tc\nd\u202ee", State: profiles.StateSaved}})
	})
	if lines := strings.Count(stdout, "\n"); lines != 2 || strings.ContainsAny(stdout, "\x1b\t\u202e") {
		t.Errorf("%d lines: %q", lines, stdout)
	}
}

func TestShortIDsAreUnambiguous(t *testing.T) {
	twin := shopID
	twin[15]++
	for _, test := range []struct {
		ids  []uuid.UUID
		want string
	}{
		{nil, ""},
		{[]uuid.UUID{shopID, mailID}, "3f2504e0 a7d35c1b"},
		{[]uuid.UUID{shopID, uuid.MustParse("3f2504e0-4fff-41d3-9a0c-0305e82c3301")}, "3f2504e0-4f8 3f2504e0-4ff"},
		{[]uuid.UUID{shopID, twin}, shopID.String() + " " + twin.String()},
	} {
		if got := strings.Join(beginnings(test.ids, shortProfile), " "); got != test.want {
			t.Errorf("%v are cut to %q", test.ids, got)
		}
	}
}

func TestSessionsAndHistoryAreTables(t *testing.T) {
	stdout, _ := printed(func(to *terminal) {
		to.printSessions([]profiles.SessionInfo{
			{Name: "shop", SavesTo: shopID, Stage: profiles.StageRunning, Since: time.Now()},
			{Name: "mail", Stage: profiles.StageRunning, Since: time.Now(), Headless: true, DevTools: "ws://127.0.0.1:54321/devtools/browser/x"},
		})
	})
	if want := strings.TrimPrefix(`
PROFILE  STAGE    OPENED  KIND                 DEVTOOLS
shop     running  now     saves
mail     running  now     throwaway, headless  127.0.0.1:54321
`, "\n"); stdout != want {
		t.Errorf("got\n%s", stdout)
	}

	when := time.Date(2026, 3, 1, 10, 0, 0, 0, time.Local)
	stdout, stderr := printed(func(to *terminal) {
		to.printHistory([]profiles.Snapshot{
			{ID: uuid.MustParse("01959f3b-0d2e-7abc-8a51-2f3c4d5e6f70"), When: when, Device: "laptop", Size: 2_000_000, Newest: true},
			{ID: uuid.MustParse("01959f3a-0d2e-7abc-8a51-2f3c4d5e6f70"), When: when, Device: "desk", Size: 1_000_000, Branch: true},
			{ID: uuid.MustParse("01959f39-0d2e-7abc-8a51-2f3c4d5e6f70"), Problem: errors.New("the data is damaged")},
		})
	})
	if want := strings.TrimPrefix(`
ID             WHEN              DEVICE  SIZE    LABEL
01959f3b-0d2e  2026-03-01 10:00  laptop  2.0 MB         newest
01959f3a-0d2e  2026-03-01 10:00  desk    1.0 MB         branch
01959f39-0d2e                            0 B            unreadable
`, "\n"); stdout != want {
		t.Errorf("got\n%s", stdout)
	}
	if stderr != "warning: 01959f39-0d2e: the data is damaged\n" {
		t.Errorf("the damage is told as %q", stderr)
	}
}

func TestJSONListsAreNeverNull(t *testing.T) {
	stdout, _ := printed(func(to *terminal) {
		if err := printJSON(to, profilesForJSON(nil)); err != nil {
			t.Error(err)
		}
	})
	if stdout != "[]\n" {
		t.Errorf("an empty list is %q", stdout)
	}
	stdout, _ = printed(func(to *terminal) {
		printJSON(to, profilesForJSON([]profiles.Profile{{ID: shopID, Problem: errors.New("the data is damaged")}}))
	})
	if !strings.Contains(stdout, `"id": "`+shopID.String()+`"`) || !strings.Contains(stdout, `"problem": "the data is damaged"`) {
		t.Errorf("a damaged profile is %s", stdout)
	}
	if strings.Contains(stdout, "null") {
		t.Errorf("null in %s", stdout)
	}
}
