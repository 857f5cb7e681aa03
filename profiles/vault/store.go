package vault

import (
	"context"
	"io"
	"iter"
	"time"
)

// Store is a place where objects lie: a folder or a bucket. Names are slash-separated, relative and of [a-z0-9.-];
// others are refused. Objects are written once and never replaced; what is replaced is a Slot. A Store may be used by several
// goroutines at once, and its place by several processes and computers.
//
// Its errors are the problems of this package, or the context's error.
type Store interface {
	// Put stores the first size bytes of body whole or not at all. ErrExists: the name is taken, by equal content or not.
	// body is read from where it begins, more than once if need be.
	Put(ctx context.Context, name string, body io.ReadSeeker, size int64) error

	// Get reads length bytes from offset, or what there is of them; a length below 0 means to the end. ErrNotFound.
	Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error)

	// List yields the objects whose names begin with prefix, in the order of their names as bytes. What has no proper
	// name is passed over. It ends at the first error.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]

	// Remove deletes an object. A name that is not there is no error.
	Remove(ctx context.Context, name string) error

	slots

	// String names the place for people: "/media/stick/valise", "s3://bucket/prefix (endpoint)".
	String() string
}

// Info is what a listing says of an object.
type Info struct {
	Name     string
	Size     int64 // bytes
	Modified time.Time
}

// stat is the listing's entry for one name. ErrNotFound.
func stat(ctx context.Context, s Store, name string) (Info, error) {
	for info, err := range s.List(ctx, name) {
		if err != nil {
			return Info{}, err
		}
		if info.Name == name { // the first, since the others are longer; but not every server sorts
			return info, nil
		}
	}
	return Info{}, ErrNotFound.Because(missing(name))
}

type missing string

func (name missing) Error() string { return string(name) }
