package vault

import (
	"context"
	"testing"
)

func TestAPauseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wants(t, backOff(ctx, 10), context.Canceled)
}

// Two that were stopped by the same failure do not come back at the same time.
func TestPausesGrowAndDiffer(t *testing.T) {
	for tries := range 8 {
		longest := min(pause<<tries, longestPause)
		seen := map[int64]bool{}
		for range 20 {
			wait := backOffFor(tries)
			if wait <= longest/2 || wait > longest {
				t.Errorf("after %d tries it is %v, want %v at most", tries, wait, longest)
			}
			seen[int64(wait)] = true
		}
		if len(seen) < 10 {
			t.Errorf("after %d tries there are %d different ones", tries, len(seen))
		}
	}
}
