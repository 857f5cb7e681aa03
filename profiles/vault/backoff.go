package vault

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	pause        = 100 * time.Millisecond // doubled with each try
	longestPause = 2 * time.Second
)

// backOff waits before something is tried again. The error is the context's.
func backOff(ctx context.Context, tries int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(backOffFor(tries)):
		return nil
	}
}

// backOffFor is how long to wait: the longer the more often it was tried in vain, and a random time between half of that and
// all of it, so that those whom one failure has stopped do not come back all at once.
func backOffFor(tries int) time.Duration {
	longest := min(pause<<tries, longestPause)
	return longest - rand.N(longest/2)
}
