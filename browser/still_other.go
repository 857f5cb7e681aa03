//go:build !linux

package browser

import "time"

func still(_ string, do func() error) (pause time.Duration, err error) { return 0, do() }

// wake lets stopped processes go on; there are none here.
func wake(string) {}
