package browser

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
)

// A session file is Chromium's own record of windows and tabs, "Sessions/Session_<time>": a header, then commands that say what
// changed. Its source is components/sessions/core: command_storage_backend.cc (the file), session_service_commands.cc (the
// commands), serialized_navigation_entry.cc (an entry). Commands that are not about which tabs are open are passed over.

// Commands, by their numbers in session_service_commands.cc.
const (
	setTabWindow             = 0
	setTabIndexInWindow      = 2
	pathPrunedFromBack       = 5
	updateTabNavigation      = 6
	setSelectedNavigation    = 7
	pathPrunedFromFront      = 11
	tabClosed                = 16
	windowClosed             = 17
	sessionStorageAssociated = 19
	tabNavigationPathPruned  = 24
	firstStateWritten        = 255
)

// The form of the file.
const (
	sessionFileMagic     = "SNSS"
	sessionFileHeader    = 8 // magic and version
	plainVersion         = 1
	plainVersionWithMark = 3 // in use since 2021
	commandHeader        = 2 // the size of what follows
)

// sessionTab is a tab as the commands build it up.
type sessionTab struct {
	id, window int32
	place      int32  // in its window
	current    int32  // the entry that is shown
	storage    string // its namespace in the session storage
	entries    map[int32]sessionEntry
}

// sessionEntry is one page in the history of a tab.
type sessionEntry struct{ url, title string }

// shown is the page that the tab shows; of a history that has been cut, the entry next to it, as Chromium does.
func (t *sessionTab) shown() (sessionEntry, bool) {
	best, distance := sessionEntry{}, int32(-1)
	for i, e := range t.entries {
		d := max(i-t.current, t.current-i)
		if distance < 0 || d < distance {
			best, distance = e, d
		}
	}
	return best, distance >= 0
}

// prune removes count entries from first on and moves the later ones down.
func (t *sessionTab) prune(first, count int32) {
	if first < 0 || count <= 0 {
		return
	}
	kept := map[int32]sessionEntry{}
	for i, e := range t.entries {
		switch {
		case i < first:
			kept[i] = e
		case i-first >= count:
			kept[i-count] = e
		}
	}
	t.entries = kept
	switch {
	case t.current-first >= count:
		t.current -= count
	case t.current >= first:
		t.current = first - 1
	}
}

// parseSessionFile returns the tabs that the file leaves open, in no order. A file that ends in the middle of a command, as after a
// crash, gives what it has; one that ends before the mark that the first state is written is of no use, to Chromium neither.
func parseSessionFile(file []byte) ([]*sessionTab, error) {
	if len(file) < sessionFileHeader || string(file[:4]) != sessionFileMagic {
		return nil, errors.New("not a session file")
	}
	version := binary.LittleEndian.Uint32(file[4:])
	if version != plainVersion && version != plainVersionWithMark {
		return nil, errors.New("an encrypted or newer session file")
	}
	s := sessionState{tabs: map[int32]*sessionTab{}, whole: version == plainVersion}
	for rest := file[sessionFileHeader:]; len(rest) >= commandHeader; {
		size := int(binary.LittleEndian.Uint16(rest))
		rest = rest[commandHeader:]
		if size == 0 || size > len(rest) {
			break
		}
		s.apply(rest[0], rest[1:size])
		rest = rest[size:]
	}
	if !s.whole {
		return nil, errors.New("the session file was never finished")
	}
	open := make([]*sessionTab, 0, len(s.tabs))
	for _, t := range s.tabs {
		open = append(open, t)
	}
	return open, nil
}

type sessionState struct {
	tabs  map[int32]*sessionTab
	whole bool
}

func (s *sessionState) tab(id int32) *sessionTab {
	t := s.tabs[id]
	if t == nil {
		t = &sessionTab{id: id, entries: map[int32]sessionEntry{}}
		s.tabs[id] = t
	}
	return t
}

func (s *sessionState) apply(command byte, payload []byte) {
	switch command {
	case firstStateWritten:
		s.whole = true
		return
	case sessionStorageAssociated:
		p := pickle{rest: payload}
		p.int32() // its own size
		id, namespace := p.int32(), p.string()
		if !p.broken {
			s.tab(id).storage = namespace
		}
		return
	case updateTabNavigation:
		p := pickle{rest: payload}
		p.int32() // its own size
		id, index := p.int32(), p.int32()
		entry := sessionEntry{url: p.string(), title: p.string16()}
		if !p.broken {
			s.tab(id).entries[index] = entry
		}
		return
	}
	p := pickle{rest: payload}
	first, second := p.int32(), p.int32()
	if p.broken {
		return
	}
	switch command {
	case setTabWindow:
		s.tab(second).window = first
	case setTabIndexInWindow:
		s.tab(first).place = second
	case setSelectedNavigation:
		s.tab(first).current = second
	case pathPrunedFromBack:
		s.tab(first).prune(second, 1<<30)
	case pathPrunedFromFront:
		s.tab(first).prune(0, second)
	case tabNavigationPathPruned:
		if count := p.int32(); !p.broken {
			s.tab(first).prune(second, count)
		}
	case tabClosed:
		delete(s.tabs, first)
	case windowClosed:
		for id, t := range s.tabs {
			if t.window == first {
				delete(s.tabs, id)
			}
		}
	}
}

// pickle reads values as base/pickle.h writes them: little-endian, each at a multiple of four bytes.
type pickle struct {
	rest   []byte
	broken bool
}

// take returns the next n bytes and passes over their padding.
func (p *pickle) take(n int64) []byte {
	if p.broken || n < 0 || n > int64(len(p.rest)) {
		p.broken = true
		return nil
	}
	taken := p.rest[:n]
	p.rest = p.rest[min((n+3)/4*4, int64(len(p.rest))):]
	return taken
}

func (p *pickle) int32() int32 {
	b := p.take(4)
	if b == nil {
		return 0
	}
	return int32(binary.LittleEndian.Uint32(b))
}

func (p *pickle) string() string {
	return string(bytes.ToValidUTF8(p.take(int64(p.int32())), []byte("\uFFFD")))
}

func (p *pickle) string16() string {
	b := p.take(2 * int64(p.int32()))
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}
