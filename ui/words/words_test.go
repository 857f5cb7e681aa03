package words_test

import (
	"testing"
	"time"

	"valise/ui/words"
)

func TestTimesAreSaidInWords(t *testing.T) {
	now := time.Date(2026, 3, 4, 15, 0, 0, 0, time.Local)
	for _, c := range []struct {
		then      time.Time
		ago, when string
	}{
		{now, "just now", "today, 15:00"},
		{now.Add(20 * time.Second), "just now", "today, 15:00"},
		{now.Add(-5 * time.Minute), "5 minutes ago", "today, 14:55"},
		{now.Add(-26 * time.Hour), "1 day ago", "yesterday, 13:00"},
		{now.AddDate(0, 0, -9), "1 week ago", "Mon 23 Feb, 15:00"},
		{now.AddDate(-1, 0, 0), "1 year ago", "4 Mar 2025, 15:00"},
	} {
		if got := words.Ago(c.then, now); got != c.ago {
			t.Errorf("Ago(%v) = %q, want %q", c.then, got, c.ago)
		}
		if got := words.When(c.then, now); got != c.when {
			t.Errorf("When(%v) = %q, want %q", c.then, got, c.when)
		}
	}
	for day, want := range map[time.Time]string{
		now: "Today", now.AddDate(0, 0, -1): "Yesterday", now.AddDate(0, 0, -9): "Monday, 23 February",
		now.AddDate(-1, 0, 0): "Tuesday, 4 March 2025",
	} {
		if got := words.Day(day, now); got != want {
			t.Errorf("Day(%v) = %q, want %q", day, got, want)
		}
	}
	if got := words.WhenToTheSecond(now.Add(7*time.Second), now); got != "today, 15:00:07" {
		t.Errorf("to the second it is %q", got)
	}
	if got := words.Ago(time.Time{}, now); got != "never" {
		t.Errorf("the zero time is %q, want never", got)
	}
}

func TestNamesAndNumbers(t *testing.T) {
	for _, c := range [][2]string{
		{words.Count(0, "tab"), "no tabs"},
		{words.Count(1, "tab"), "1 tab"},
		{words.Count(1200, "cookie"), "1,200 cookies"},
		{words.Size(4_600_000), "4.6 MB"},
		{words.Browser("Microsoft Edge 140.0.1.2"), "Microsoft Edge 140"},
		{words.Browser("Chromium"), "Chromium"},
		{words.Size(-1), "0 B"},
		{words.List([]string{"a", "b", "c"}, 3), "a, b, c"},
		{words.List([]string{"a", "b", "c", "d"}, 2), "a, b and 2 more"},
		{words.Initial("www.example.org"), "E"},
		{words.Initial("éclair"), "É"},
		{words.Initial("…"), "•"},
		{words.Host("https://www.example.org:8443/x"), "example.org"},
		{words.Host("about:blank"), ""},
		{words.Sentence("the keyring is locked"), "The keyring is locked."},
		{words.Sentence("Done."), "Done."},
		{words.Sentence("waiting…"), "Waiting…"},
		{words.Sentence(""), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}
