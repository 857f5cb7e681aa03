package profiles

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"valise/profiles/vault"
)

// simPlace is the place of a simulated vault: what an S3 bucket promises, and nothing more.
type simPlace struct {
	mu      sync.Mutex
	now     func() time.Time
	objects map[string]simObject
	late    []func() // requests that are still on their way
}

type simObject struct {
	content  []byte
	modified time.Time
	version  string
}

func newSimPlace(now func() time.Time) *simPlace {
	return &simPlace{now: now, objects: map[string]simObject{}}
}

// arrive lets the requests in that were delayed.
func (p *simPlace) arrive() {
	p.mu.Lock()
	late := p.late
	p.late = nil
	p.mu.Unlock()
	for _, request := range late {
		request()
	}
}

// put stores an object on condition that the one of that name has the version; "": that there is none.
func (p *simPlace) put(name string, content []byte, version string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.objects[name].version != version {
		return vault.ErrExists
	}
	p.objects[name] = simObject{content, p.now(), fmt.Sprintf("%s %x", p.now().Format(time.RFC3339Nano), fingerprint(string(content)))}
	return nil
}

func (p *simPlace) get(name string) (simObject, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o, ok := p.objects[name]
	return o, ok
}

func fingerprint(parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprintln(h, parts...)
	return h.Sum64()
}

// A mishap is what becomes of one request.
type mishap int

const (
	noMishap    mishap = iota
	lostRequest        // nothing happens, and no answer comes
	lostAnswer         // what was asked for happens, and no answer comes
	repeated           // it happens twice
	delayed            // no answer comes, and it happens later
	unavailable        // 503
	truncated          // the body of the answer breaks off
	stale              // the listing lacks what is new
	mishaps
)

// errNoAnswer is what a client makes of silence.
var errNoAnswer = vault.ErrUnreachable.Because(errors.New("no answer"))

// errDead is what every request of a device gets that has died.
var errDead = errors.New("the device is dead")

// simLine is a device's way to the place. It is a vault.Store.
type simLine struct {
	place   *simPlace
	device  int
	seed    uint64
	rate    float64 // of mishaps
	offline bool
	count   map[mishap]int // of mishaps that there were

	mu    sync.Mutex
	step  int            // of the simulation
	asked map[string]int // so often in this step, by request
	lives int            // requests until the device dies; below 0: it does not
}

func (s *simLine) begin(step int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.step, s.asked = step, map[string]int{}
}

// meets says what becomes of a request. It depends on nothing but the seed and which request it is, so that a run can be
// repeated although transfers go side by side.
func (s *simLine) meets(ctx context.Context, request, name string, possible ...mishap) (mishap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return noMishap, err
	}
	if s.offline {
		return noMishap, errNoAnswer
	}
	if s.lives == 0 {
		return noMishap, errDead
	}
	s.lives = max(s.lives-1, -1)
	s.asked[request+name]++
	dice := fingerprint(s.seed, s.device, s.step, request, name, s.asked[request+name])
	if float64(dice%10_000)/10_000 >= s.rate {
		return noMishap, nil
	}
	f := possible[dice/10_000%uint64(len(possible))]
	s.count[f]++
	if f == lostRequest || f == unavailable {
		return f, errNoAnswer
	}
	return f, nil
}

func (s *simLine) String() string { return "simulated" }

func (s *simLine) Put(ctx context.Context, name string, body io.ReadSeeker, size int64) error {
	content, err := io.ReadAll(io.LimitReader(body, size))
	if err != nil {
		return err
	}
	f, err := s.meets(ctx, "put", name, lostRequest, lostAnswer, repeated, delayed, unavailable)
	if err != nil {
		return err
	}
	if f == delayed {
		s.later(func() { s.place.put(name, content, "") })
		return errNoAnswer
	}
	err = s.place.put(name, content, "")
	if f == lostAnswer {
		return errNoAnswer
	}
	return err // the second of two is what S3.Put tells its own by
}

func (s *simLine) later(request func()) {
	s.place.mu.Lock()
	defer s.place.mu.Unlock()
	s.place.late = append(s.place.late, request)
}

func (s *simLine) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	f, err := s.meets(ctx, "get", name, lostRequest, unavailable, truncated)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, vault.ErrBadName // as any store says
	}
	o, ok := s.place.get(name)
	if !ok {
		return nil, vault.ErrNotFound
	}
	content := o.content[min(offset, int64(len(o.content))):]
	if length >= 0 {
		content = content[:min(length, int64(len(content)))]
	}
	if f == truncated {
		return io.NopCloser(io.MultiReader(bytes.NewReader(content[:len(content)/2]), brokenOff{})), nil
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (s *simLine) List(ctx context.Context, prefix string) iter.Seq2[vault.Info, error] {
	return func(yield func(vault.Info, error) bool) {
		f, err := s.meets(ctx, "list", prefix, lostRequest, unavailable, stale)
		if err != nil {
			yield(vault.Info{}, err)
			return
		}
		s.place.mu.Lock()
		objects, now := maps.Clone(s.place.objects), s.place.now()
		s.place.mu.Unlock()
		for _, name := range slices.Sorted(maps.Keys(objects)) {
			o := objects[name]
			if !strings.HasPrefix(name, prefix) || f == stale && now.Sub(o.modified) < 10*time.Minute {
				continue
			}
			if !yield(vault.Info{Name: name, Size: int64(len(o.content)), Modified: o.modified}, nil) {
				return
			}
		}
	}
}

func (s *simLine) Remove(ctx context.Context, name string) error {
	f, err := s.meets(ctx, "remove", name, lostRequest, lostAnswer, delayed, unavailable)
	if err != nil {
		return err
	}
	remove := func() {
		s.place.mu.Lock()
		defer s.place.mu.Unlock()
		delete(s.place.objects, name)
	}
	if f == delayed {
		s.later(remove)
		return errNoAnswer
	}
	remove()
	if f == lostAnswer {
		return errNoAnswer
	}
	return nil
}

func (s *simLine) ReadSlot(ctx context.Context, name string) (vault.Slot, error) {
	if _, err := s.meets(ctx, "read slot", name, lostRequest, unavailable); err != nil {
		return vault.Slot{}, err
	}
	o, ok := s.place.get(name)
	if !ok {
		return vault.Slot{}, vault.ErrNotFound
	}
	return vault.Slot{Content: o.content, Version: o.version, Age: s.place.now().Sub(o.modified)}, nil
}

func (s *simLine) WriteSlot(ctx context.Context, name string, content []byte, version string) (string, error) {
	f, err := s.meets(ctx, "write slot", name, lostRequest, lostAnswer, delayed, unavailable)
	if err != nil {
		return "", err
	}
	if f == delayed {
		s.later(func() { s.place.put(name, content, version) })
		return "", errNoAnswer
	}
	err = s.place.put(name, content, version)
	if f == lostAnswer {
		return "", errNoAnswer
	}
	if err != nil {
		return "", vault.ErrOvertaken
	}
	o, _ := s.place.get(name)
	return o.version, nil
}

func (s *simLine) EraseSlot(ctx context.Context, name string, all bool) error {
	if !all {
		return nil
	}
	return s.Remove(ctx, name)
}

func (s *simLine) Clock(ctx context.Context) (time.Time, error) {
	return s.place.now(), cmp.Or(ctx.Err())
}
