package engine

import (
	"testing"
	"time"
)

func after(d time.Duration) seconds { return seconds{set: true, d: d} }

func TestTheEarliestTimeoutCounts(t *testing.T) {
	now := time.Now()
	c := newClock(timeoutRequest{Absolute: after(time.Hour), Inactive: after(20 * time.Minute), Offline: after(10 * time.Minute), Warning: after(time.Minute)})
	for _, at := range []struct {
		activity activity
		why      ending
		in       time.Duration
	}{
		{activity{}, endOffline, 10 * time.Minute},
		{activity{Viewers: 1}, endInactive, 20 * time.Minute},
		{activity{Viewers: 1, LastInput: now.Add(15 * time.Minute)}, endInactive, 35 * time.Minute},
		{activity{Viewers: 1, LastInput: now.Add(50 * time.Minute)}, endAbsolute, time.Hour},
		{activity{LastInput: now.Add(50 * time.Minute), LastLeft: now.Add(30 * time.Minute)}, endOffline, 40 * time.Minute},
	} {
		why, end, warn := c.next(at.activity)
		if why != at.why || end.Sub(now).Round(time.Second) != at.in || end.Sub(warn) != time.Minute {
			t.Errorf("%+v ends by %s in %v, with a warning %v before", at.activity, why, end.Sub(now), end.Sub(warn))
		}
	}
}

func TestWithoutLimitsASessionHasOnlyTheOfflineTimeoutOfAnHour(t *testing.T) {
	if why, at, _ := newClock(timeoutRequest{}).next(activity{}); why != endOffline || time.Until(at).Round(time.Minute) != time.Hour {
		t.Errorf("it ends by %q at %v", why, at)
	}
	if why, at, _ := newClock(timeoutRequest{Offline: after(0)}).next(activity{}); why != "" || !at.IsZero() {
		t.Errorf("with offline: null it ends by %q at %v", why, at)
	}
}

func TestAChangeLetsTheTimesRunOnOrBegin(t *testing.T) {
	c := newClock(timeoutRequest{Absolute: after(time.Hour), Offline: after(0)})
	began := time.Now().Add(-30 * time.Minute)
	c.absolute, c.others = began, began
	runOn := false
	c.change(timeoutRequest{Absolute: after(45 * time.Minute), Reset: &runOn})
	if _, at, _ := c.next(activity{}); at.Sub(began) != 45*time.Minute {
		t.Errorf("running on, it ends %v after its begin", at.Sub(began))
	}
	c.change(timeoutRequest{})
	if _, at, _ := c.next(activity{}); time.Until(at).Round(time.Minute) != 45*time.Minute {
		t.Errorf("begun anew, it ends in %v", time.Until(at))
	}
	c.change(timeoutRequest{Absolute: after(0)})
	if why, _, _ := c.next(activity{}); why != "" {
		t.Errorf("with null it still ends by %s", why)
	}
}

func TestAWarningIsTakenBackWhenTheEndIsPutOff(t *testing.T) {
	c := newClock(timeoutRequest{Absolute: after(time.Minute), Offline: after(0), Warning: after(2 * time.Minute)})
	warnings := make(chan time.Time)
	ended := make(chan struct{})
	go c.run(ended, func() activity { return activity{} }, func(_ ending, at time.Time) { warnings <- at })
	if at := <-warnings; time.Until(at).Round(time.Minute) != time.Minute {
		t.Errorf("the warning is for %v", at)
	}
	c.change(timeoutRequest{Absolute: after(time.Hour)})
	if at := <-warnings; !at.IsZero() {
		t.Errorf("put off, it warns of %v", at)
	}
	close(ended)
}
