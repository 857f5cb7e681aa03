package profiles

import (
	"log/slog"
	"os"
)

// Log is the log of this computer, which is for finding out later what went wrong. No secret, and nothing of a profile's
// contents, is written there.
type Log struct {
	*slog.Logger
	file *os.File
}

// maxLog is the size in bytes at which the log begins anew; the one before is kept beside it.
const maxLog = 1 << 20

// OpenLog opens the log in Home.LogFile, for the owner only.
func (h Home) OpenLog() (*Log, error) {
	if err := h.make(); err != nil {
		return nil, err
	}
	path := h.LogFile()
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		os.Rename(path, path+".old")
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, ErrHome.Because(err)
	}
	return &Log{slog.New(slog.NewTextHandler(f, nil)).With("pid", os.Getpid()), f}, nil
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }
