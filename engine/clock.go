package engine

import (
	"encoding/json"
	"math"
	"sync"
	"time"
)

// seconds is a number of seconds as the API has it: absent, null (never) or a number, which may have decimals.
type seconds struct {
	set bool
	d   time.Duration // 0: never
}

// longest is more than any session lasts.
const longest = 365 * 24 * time.Hour

func (s *seconds) UnmarshalJSON(data []byte) error {
	s.set, s.d = true, 0
	if string(data) == "null" {
		return nil
	}
	var n float64
	if err := json.Unmarshal(data, &n); err != nil {
		return invalid("a timeout is a number of seconds, or null for never")
	}
	if n <= 0 || math.IsNaN(n) || n > longest.Seconds() {
		return invalid("a timeout is more than 0 seconds and at most a year; null is for never")
	}
	s.d = max(time.Duration(n*float64(time.Second)), time.Millisecond)
	return nil
}

// timeoutRequest is what a session's timeouts are to be.
type timeoutRequest struct {
	Absolute seconds  `json:"absolute"` // since the creation
	Inactive seconds  `json:"inactive"` // since the last input
	Offline  seconds  `json:"offline"`  // since the last viewer left
	Warning  seconds  `json:"warning"`  // how long before its end the viewers are warned
	Webhook  *webhook `json:"webhook"`  // is told when a timeout has ended the session
	Reset    *bool    `json:"reset"`    // of a change: whether the times begin anew, which they do unless it is false
}

const (
	defaultOffline = time.Hour
	defaultWarning = time.Minute
)

func (t *timeoutRequest) check() error {
	if t.Webhook == nil {
		return nil
	}
	return t.Webhook.check("timeout.webhook")
}

// ending is why a session ended, in the words of the contract.
type ending string

const (
	endRequested ending = "request"
	endInactive  ending = "inactive"
	endAbsolute  ending = "absolute"
	endOffline   ending = "offline"
)

// activity is what the inactive and the offline timeout look at.
type activity struct {
	Viewers   int
	LastInput time.Time // zero: none yet
	LastLeft  time.Time // zero: nobody has left yet
}

// clock knows when a session's time is up.
type clock struct {
	mu       sync.Mutex
	limits   timeoutRequest
	absolute time.Time // since when each counts at the earliest
	others   time.Time
	changed  chan struct{}
}

func newClock(t timeoutRequest) *clock {
	c := &clock{changed: make(chan struct{}, 1), absolute: time.Now(), others: time.Now()}
	if !t.Offline.set {
		t.Offline = seconds{true, defaultOffline}
	}
	if !t.Warning.set {
		t.Warning = seconds{true, defaultWarning}
	}
	c.limits = t
	return c
}

// change takes over what a request sets, and has the times begin anew unless it says otherwise.
func (c *clock) change(t timeoutRequest) {
	c.mu.Lock()
	for _, field := range []struct{ from, to *seconds }{
		{&t.Absolute, &c.limits.Absolute}, {&t.Inactive, &c.limits.Inactive}, {&t.Offline, &c.limits.Offline}, {&t.Warning, &c.limits.Warning},
	} {
		if field.from.set {
			*field.to = *field.from
		}
	}
	if t.Webhook != nil {
		c.limits.Webhook = t.Webhook
	}
	if t.Reset == nil || *t.Reset {
		c.absolute, c.others = time.Now(), time.Now()
	}
	c.mu.Unlock()
	c.look()
}

// look has run look at the times again.
func (c *clock) look() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

func (c *clock) webhook() *webhook {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limits.Webhook
}

// next is which timeout ends the session first as things stand, and when; zero: none does.
func (c *clock) next(a activity) (why ending, at time.Time, warnAt time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	consider := func(reason ending, limit seconds, since ...time.Time) {
		from := since[0]
		for _, t := range since {
			if t.After(from) {
				from = t
			}
		}
		if end := from.Add(limit.d); limit.d > 0 && (at.IsZero() || end.Before(at)) {
			why, at = reason, end
		}
	}
	consider(endAbsolute, c.limits.Absolute, c.absolute)
	consider(endInactive, c.limits.Inactive, c.others, a.LastInput)
	if a.Viewers == 0 {
		consider(endOffline, c.limits.Offline, c.others, a.LastLeft)
	}
	if !at.IsZero() {
		warnAt = at.Add(-c.limits.Warning.d)
	}
	return why, at, warnAt
}

// run waits until a timeout ends the session, and returns which; "" when ended is closed before. warn is called when the end
// comes near, and with the zero time when it was put off since.
func (c *clock) run(ended <-chan struct{}, standing func() activity, warn func(why ending, at time.Time)) ending {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var warned ending
	for {
		select {
		case <-ended:
			return ""
		case <-c.changed:
		case <-timer.C:
		}
		why, at, warnAt := c.next(standing())
		now := time.Now()
		if warned != "" && (why != warned || now.Before(warnAt)) {
			warn(warned, time.Time{})
			warned = ""
		}
		switch {
		case at.IsZero():
			timer.Stop()
		case !now.Before(at):
			return why
		case now.Before(warnAt):
			timer.Reset(warnAt.Sub(now))
		default:
			if warned == "" {
				warned = why
				warn(why, at)
			}
			timer.Reset(at.Sub(now))
		}
	}
}
