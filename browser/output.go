package browser

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// output follows what the browser prints, and remembers the end of it.
type output struct {
	mu   sync.Mutex
	tail []byte
	done chan struct{}
}

const tailSize = 4 << 10

// follow reads until every process of the browser has closed its end, and copies to log, which may be nil.
func follow(from io.ReadCloser, log io.Writer) *output {
	o := &output{done: make(chan struct{})}
	go func() {
		defer close(o.done)
		defer from.Close()
		var to io.Writer = o
		if log != nil {
			to = io.MultiWriter(o, log)
		}
		if _, err := io.Copy(to, from); err != nil {
			io.Copy(o, from) // the log failed; the browser must not block because of it
		}
	}()
	return o
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tail = append(o.tail, p...)
	if extra := len(o.tail) - tailSize; extra > 0 {
		o.tail = append(o.tail[:0], o.tail[extra:]...)
	}
	return len(p), nil
}

// lastLines are the last five lines that mattered, for an error. The process is gone: the rest arrives in a moment, unless
// something that it started keeps the pipe open.
func (o *output) lastLines() string {
	select {
	case <-o.done:
	case <-time.After(time.Second):
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	text := string(bytes.ToValidUTF8(o.tail, []byte("?")))
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.TrimSpace(line) == "" || strings.Contains(line, "ERROR:dbus/") // it always complains where there is no bus
	})
	if len(lines) == 0 {
		return "it printed nothing"
	}
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
