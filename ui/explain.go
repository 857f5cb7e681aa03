package ui

import (
	"errors"
	"strings"

	"valise/problem"
	"valise/ui/words"
)

// explanation is an error as a person is told of it.
type explanation struct {
	what    string // a sentence
	next    string // the next step; may be empty
	details string // all that is known, where that is more than what; may be empty
}

// mostDetails is how long details may be, in bytes; the log has all of them.
const mostDetails = 700

// explain takes the problem out of an error's chain: what was being done and what a server answered come last.
func explain(err error) explanation {
	e := explanation{what: words.Sentence(plain(err)), next: problem.NextStep(err)}
	if all := words.Sentence(err.Error()); all != e.what {
		e.details = all
		if len(all) > mostDetails {
			e.details = strings.ToValidUTF8(all[:mostDetails], "") + "… (the log has the rest)"
		}
	}
	return e
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

// String is all of it, for places that have no room of their own for each part.
func (e explanation) String() string {
	text := strings.TrimSpace(e.what + " " + e.next)
	if e.details != "" {
		text += "\n" + e.details
	}
	return text
}
