// Package words puts times, sizes and counts into the words that the window shows. It knows no screen, so that what a
// person reads can be tested as text.
package words

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// Ago says how long before now a moment was: "just now", "5 minutes ago", and "never" for the zero time.
func Ago(then, now time.Time) string {
	switch passed := now.Sub(then); {
	case then.IsZero():
		return "never"
	case passed < time.Minute: // also a little in the future, by another computer's clock
		return "just now"
	default:
		return humanize.RelTime(then, now, "ago", "from now")
	}
}

// When is a moment as a history lists it: "today, 14:05", "yesterday, 09:30", "Mon 3 Feb, 09:30", and the year where it
// is another.
func When(then, now time.Time) string {
	then, now = then.Local(), now.Local()
	clock := then.Format("15:04")
	switch {
	case sameDay(then, now):
		return "today, " + clock
	case sameDay(then, now.AddDate(0, 0, -1)):
		return "yesterday, " + clock
	case then.Year() == now.Year():
		return then.Format("Mon 2 Jan, ") + clock
	default:
		return then.Format("2 Jan 2006, ") + clock
	}
}

// WhenToTheSecond is When with the seconds, for moments that read alike without them.
func WhenToTheSecond(then, now time.Time) string {
	return When(then, now) + then.Local().Format(":05")
}

// Day is the day of a moment as the heading over a part of a history: "Today", "Yesterday", "Thursday, 19 November", and the
// year where it is another.
func Day(then, now time.Time) string {
	then, now = then.Local(), now.Local()
	switch {
	case sameDay(then, now):
		return "Today"
	case sameDay(then, now.AddDate(0, 0, -1)):
		return "Yesterday"
	case then.Year() == now.Year():
		return then.Format("Monday, 2 January")
	default:
		return then.Format("Monday, 2 January 2006")
	}
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// Size is a number of bytes: "4.6 MB".
func Size(bytes int64) string { return humanize.Bytes(uint64(max(bytes, 0))) }

// Browser is a browser with no more of its version than people know it by: "Chromium 156".
func Browser(withVersion string) string {
	space := strings.LastIndexByte(withVersion, ' ')
	if space < 0 {
		return withVersion
	}
	major, _, _ := strings.Cut(withVersion[space:], ".")
	return withVersion[:space] + major
}

// Count is a number with its noun: "1 tab", "3 tabs", "no tabs". Only nouns that take an s.
func Count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "1 " + noun
	default:
		return humanize.Comma(int64(n)) + " " + noun + "s"
	}
}

// List names the first few and counts the rest: "a.example, b.example and 3 more".
func List(names []string, most int) string {
	if rest := len(names) - most; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), rest)
	}
	return strings.Join(names, ", ")
}

// Initial is the letter on a profile's avatar or a site's tile: the first letter or digit, in upper case.
func Initial(name string) string {
	for _, r := range strings.TrimPrefix(name, "www.") {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "•"
}

// Host is the host of a URL without "www."; empty where there is none, as for about:blank.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// Capital gives a text a capital letter to begin with.
func Capital(text string) string {
	letters := []rune(text)
	if len(letters) > 0 {
		letters[0] = unicode.ToUpper(letters[0])
	}
	return string(letters)
}

// Sentence makes an error's text one: a capital letter, a full stop.
func Sentence(text string) string {
	text = Capital(strings.TrimSpace(text))
	last, _ := utf8.DecodeLastRuneInString(text)
	if text == "" || strings.ContainsRune(".!?…", last) {
		return text
	}
	return text + "."
}
