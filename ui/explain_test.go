package ui

import (
	"errors"
	"fmt"
	"testing"

	"valise/problem"
)

func TestAFailureIsExplainedWithoutRepeatingItself(t *testing.T) {
	refused := problem.New("the server refuses", "Ask it again.")
	for _, c := range []struct {
		err           error
		what, details string
	}{
		{refused, "The server refuses.", ""},
		{fmt.Errorf("opening %q: %w", "Work", refused), "The server refuses.", ""}, // the person knows what was being done
		{fmt.Errorf("connecting: reading: %w", refused.Because(errors.New("it said no"))), "The server refuses.", "Connecting: reading: it said no."},
		{refused.Because(errors.New("status 7")), "The server refuses.", "Status 7."},
		{fmt.Errorf("restore snapshot 4711: History: snapshot 4711: segment 0: %w", refused), "The server refuses.",
			"Restore snapshot 4711: History: segment 0."},
		{errors.New("no room: left"), "No room: left.", ""},
	} {
		if e := explain(c.err); e.what != c.what || e.details != c.details {
			t.Errorf("%q is explained as %q with the details %q", c.err, e.what, e.details)
		}
	}
}
