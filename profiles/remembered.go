package profiles

import (
	"sync"

	"github.com/google/uuid"
)

// remembered keeps what was read of objects, by their ids: objects never change.
type remembered[T any] struct {
	mu   sync.Mutex
	read map[uuid.UUID]T
}

// get is what was read of an object, or what read reads of it now. What could not be read is read again the next time.
func (r *remembered[T]) get(id uuid.UUID, read func() (T, error)) (T, error) {
	r.mu.Lock()
	known, ok := r.read[id]
	r.mu.Unlock()
	if ok {
		return known, nil
	}
	is, err := read()
	if err != nil {
		var none T
		return none, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read == nil {
		r.read = map[uuid.UUID]T{}
	}
	r.read[id] = is
	return is, nil
}
