//go:build !linux

package browser

func still(_ string, do func() error) error { return do() }

// wake lets stopped processes go on; there are none here.
func wake(string) {}
