package ui

import (
	"errors"
	"slices"
	"strings"

	"valise/problem"
	"valise/ui/words"
)

// explanation is an error as a person is told of it.
type explanation struct {
	what    string // a sentence
	next    string // the next step; may be empty
	details string // what else is known, for the technically minded; may be empty
}

// mostDetails is how long details may be, in bytes; the log has all of them.
const mostDetails = 700

// explain takes the problem out of an error's chain: what was being done and what a server answered come last.
func explain(err error) explanation {
	what := plain(err)
	e := explanation{what: words.Sentence(what), next: problem.NextStep(err), details: words.Sentence(besides(what, err.Error()))}
	if len(e.details) > mostDetails {
		e.details = strings.ToValidUTF8(e.details[:mostDetails], "") + "… (the log has the rest)"
	}
	return e
}

// besides is what the text of an error's chain has beside the problem in it, each thing said once. What was being done is
// known to the person: alone it is not worth telling.
func besides(what, chain string) string {
	before, after, _ := strings.Cut(chain, what)
	doing, cause := links(before), links(after)
	var said []string
	for _, link := range append(doing, cause...) {
		known := func(earlier string) bool { return strings.Contains(" "+earlier+" ", " "+link+" ") }
		if !known(what) && !slices.ContainsFunc(said, known) {
			said = append(said, link)
		}
	}
	if len(cause) == 0 && len(said) < 2 {
		return ""
	}
	return strings.Join(said, ": ")
}

// links are those of a chain of errors, outermost first.
func links(chain string) []string {
	return slices.DeleteFunc(strings.Split(chain, ": "), func(link string) bool { return strings.Trim(link, ": ") == "" })
}

// plain is the problem in an error's chain, without what was being done and without its technical cause.
func plain(err error) string {
	var p *problem.Problem
	var advised interface {
		error
		NextStep() string
	}
	switch {
	case errors.As(err, &p):
		return p.Error()
	case errors.As(err, &advised):
		return advised.Error()
	default:
		return err.Error()
	}
}

// toSay is what a person should know and do, as one text.
func (e explanation) toSay() string { return strings.TrimSpace(e.what + " " + e.next) }
