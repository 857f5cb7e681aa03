// Package problem is for errors that a person can act on: what happened, and the next step.
//
// A Problem made with New is a sentinel: keep it in a variable, return it with Because, recognise it with errors.Is.
// The faces print What (the whole chain, as err.Error() gives it) and, apart from it, NextStep.
package problem

import "errors"

// Problem is a kind of failure with its remedy.
type Problem struct {
	what, next string
}

// New makes a kind of failure. what is a clause without a full stop, as errors are; next is one or two sentences.
func New(what, next string) *Problem { return &Problem{what, next} }

func (p *Problem) Error() string { return p.what }

// NextStep is what the person can do about it.
func (p *Problem) NextStep() string { return p.next }

// Because returns p with its cause: errors.Is finds both.
func (p *Problem) Because(cause error) error { return &caused{p, cause} }

type caused struct {
	*Problem
	cause error
}

func (c *caused) Error() string   { return c.what + ": " + c.cause.Error() }
func (c *caused) Unwrap() []error { return []error{c.Problem, c.cause} }

// NextStep finds the nearest next step in err's chain; empty when there is none.
func NextStep(err error) string {
	var advised interface {
		error
		NextStep() string
	}
	if errors.As(err, &advised) {
		return advised.NextStep()
	}
	return ""
}
