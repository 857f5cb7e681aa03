package profiles

import (
	"context"
	"sync"
	"time"
)

// A computer that sleeps may not wake up: its battery may run out, or it is switched off. So before it goes to sleep, the
// sessions of this process are checkpointed, as far as there is time.

// sleepPatience is how long that may hold up the sleep. systemd allows five seconds by default (InhibitDelayMaxSec).
const sleepPatience = 4 * time.Second

// watchSleep begins to look out for sleep, once, until the library is closed.
func (l *Library) watchSleep() {
	l.sleepWatch.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		l.endSleepWatch.Store(&cancel)
		go beforeSleep(ctx, l.log, l.checkpointAll)
	})
}

// checkpointAll makes a checkpoint of every session of this process, all at once.
func (l *Library) checkpointAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sleepPatience)
	defer cancel()
	l.mu.Lock()
	sessions := make([]*Session, 0, len(l.sessions))
	for _, s := range l.sessions {
		sessions = append(sessions, s)
	}
	l.mu.Unlock()
	var all sync.WaitGroup
	for _, s := range sessions {
		if s.Browser() != nil && !s.Info().Throwaway() {
			all.Go(func() { s.checkpointQuietly(ctx) })
		}
	}
	all.Wait()
}
