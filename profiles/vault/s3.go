package vault

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 is a Store in a bucket. What is large is put in parts (parts.go).
//
// A Put carries If-None-Match, so that the server itself refuses to replace an object. A server that ignores it is told
// by Test; names being random, and Sync sending only what a listing lacks, it would still take two computers that put a
// vault.json there in the same instant, which is why that is read back.
type S3 struct {
	location    Location
	credentials Credentials
	client      minio.Core // Core does what it is told, request by request: in several, minio-go drops the condition of a Put
	wire        *wire
	patience    time.Duration

	partsAbove, partSize int64
	sendingParts         chan struct{} // has an element for each part that is on its way

	unconditional atomic.Bool // the server refuses requests with a condition, and Put has to look first
	honours       atomic.Bool // the server was seen to refuse a request whose condition was not met
	wholeOnly     atomic.Bool // the server takes no uploads in parts
}

const (
	attempts = 4       // of a request, by minio-go, with pauses of up to a second
	maxPut   = 5 << 30 // bytes in one request: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
	nonceKey = "Valise-Put"
)

// NewS3 is the store in the bucket and prefix of l. Nothing is sent yet.
func NewS3(l Location, c Credentials) (*S3, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	authorities, err := l.authorities()
	if err != nil {
		return nil, badLocation("%v", err)
	}
	w := newWire(authorities)
	options := &minio.Options{
		Creds:      credentials.NewStaticV4(c.AccessKey, c.SecretKey, c.SessionToken),
		Secure:     true,
		Transport:  w,
		Region:     l.Region,
		MaxRetries: attempts,
	}
	host := "s3.amazonaws.com"
	if l.Endpoint != "" {
		u, err := l.endpoint()
		if err != nil {
			return nil, err
		}
		host, options.Secure = u.Host, u.Scheme == "https"
		options.BucketLookup = minio.BucketLookupPath // a bucket's own host name needs a DNS that few servers have
		w.guessesRegion = l.Region == ""
	}
	switch l.Style {
	case StylePath:
		options.BucketLookup = minio.BucketLookupPath
	case StyleVirtual:
		options.BucketLookup = minio.BucketLookupDNS
	}
	client, err := minio.New(host, options)
	if err != nil {
		return nil, badLocation("%v", err)
	}
	return &S3{
		location: l, credentials: c, client: minio.Core{Client: client}, wire: w, patience: patience,
		partsAbove: partsAbove, partSize: partSize, sendingParts: make(chan struct{}, atOnce),
	}, nil
}

func (s *S3) String() string {
	where := Location{Bucket: s.location.Bucket, Prefix: s.location.Prefix}.String()
	if s.location.Endpoint != "" {
		where += " (" + s.location.Endpoint + ")"
	}
	return where
}

// key is the object's name within the bucket.
func (s *S3) key(name string) string {
	if s.location.Prefix == "" {
		return name
	}
	return s.location.Prefix + "/" + name
}

// Put is Store.Put. ErrTooLarge above 5 TiB, or 5 GiB where the server takes no uploads in parts.
func (s *S3) Put(ctx context.Context, name string, body io.ReadSeeker, size int64) error {
	return s.put(ctx, name, body, size, "")
}

// put is Put which, where it is broken off, leaves notes for the next call to go on by.
func (s *S3) put(ctx context.Context, name string, body io.ReadSeeker, size int64, notes uploadNotes) error {
	if err := checkName(name); err != nil {
		return err
	}
	shared, err := shareBody(body)
	if err != nil {
		return err
	}
	err = errNoParts
	if size > s.partsAbove && !s.wholeOnly.Load() {
		if err = s.putInParts(ctx, name, shared, size, notes); errors.Is(err, errNoParts) {
			s.wholeOnly.Store(true)
		}
	}
	if errors.Is(err, errNoParts) {
		err = s.putWhole(ctx, name, shared, size)
	}
	if errors.Is(err, ErrNotFound) { // which S3 never says to a PUT; any website that has no such page does
		return ErrWrongEndpoint.Because(err)
	}
	return err
}

// putWhole is Put in one request.
func (s *S3) putWhole(ctx context.Context, name string, body *sharedBody, size int64) error {
	if size > maxPut {
		return ErrTooLarge.Because(fmt.Errorf("%s has %d bytes; the server takes %d", name, size, int64(maxPut)))
	}
	// Both sums are sent along: a server then cannot take an upload that was cut or altered for a whole one.
	sums, err := body.sum(ctx, 0, size)
	if err != nil {
		return fmt.Errorf("put %s: %w", name, err)
	}
	options := minio.PutObjectOptions{
		DisableContentSha256: true, // it is given, so the body needs no signature in chunks
		UserMetadata:         map[string]string{nonceKey: rand.Text()},
	}
	conditional := true
	for tries := 1; ; tries++ {
		err = s.putOnce(ctx, name, io.NewSectionReader(body, 0, size), sums, options, conditional)
		if conditional && errors.Is(err, ErrExists) && s.isRemoved(ctx, name) {
			conditional, err = false, errAgain
		}
		if !errors.Is(err, errAgain) {
			break
		}
		if tries == attempts {
			return ErrUnreachable.Because(err)
		}
		if err := backOff(ctx, tries); err != nil {
			return err
		}
	}
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		// A server that has the object may say so and hang up while the body is still on its way.
		if _, there := stat(ctx, s, name); there == nil {
			err = ErrExists.Because(fmt.Errorf("%s in %s", name, s))
		}
	}
	if errors.Is(err, ErrExists) && s.isOurs(ctx, name, options.UserMetadata[nonceKey]) {
		return nil
	}
	return err
}

var errAgain = errors.New("the server asks to try again")

func (s *S3) putOnce(ctx context.Context, name string, body *io.SectionReader, sums sums, o minio.PutObjectOptions, conditional bool) error {
	if conditional = conditional && !s.unconditional.Load(); conditional {
		o.SetMatchETagExcept("*")
	} else if _, err := stat(ctx, s, name); err == nil {
		return ErrExists.Because(fmt.Errorf("%s in %s", name, s))
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	ctx, watch := s.watch(ctx)
	defer watch.end()
	_, err := s.client.PutObject(ctx, s.location.Bucket, s.key(name), body, body.Size(),
		sums.md5Base64(), hex.EncodeToString(sums.sha256), o)
	return s.putProblem(ctx, err, conditional)
}

// putProblem is problem for a request that makes an object, with a condition or without. errAgain.
func (s *S3) putProblem(ctx context.Context, err error, conditional bool) error {
	switch answer := minio.ToErrorResponse(err); {
	case answer.Code == "ConditionalRequestConflict":
		return errAgain // another Put of this name is under way: then it is known who was first
	case conditional && conditionRefused(answer):
		s.unconditional.Store(true)
		return errAgain
	}
	return s.problem(ctx, err)
}

// isRemoved says whether a name is taken by no more than a mark that its object was removed, in a bucket that keeps versions.
// To a condition such a mark is an object for some servers (versitygw 1.8), and none for Amazon's.
func (s *S3) isRemoved(ctx context.Context, name string) bool {
	ctx, watch := s.watch(ctx)
	defer watch.end()
	options := minio.ListObjectsOptions{Prefix: s.key(name), Recursive: true, WithVersions: true}
	for version := range s.client.ListObjectsIter(ctx, s.location.Bucket, options) {
		if version.Err != nil || version.Key != s.key(name) {
			return false
		}
		if version.IsLatest {
			return version.IsDeleteMarker
		}
	}
	return false
}

// isOurs says whether the object was put by the Put with this nonce: when the answer to a request is lost, its retry is
// told that the name is taken.
func (s *S3) isOurs(ctx context.Context, name, nonce string) bool {
	_, ours := s.ours(ctx, name, nonce)
	return ours
}

// ours is what there is of the object, and whether it was put with this nonce.
func (s *S3) ours(ctx context.Context, name, nonce string) (minio.ObjectInfo, bool) {
	ctx, watch := s.watch(ctx)
	defer watch.end()
	info, err := s.client.StatObject(ctx, s.location.Bucket, s.key(name), minio.StatObjectOptions{})
	return info, err == nil && info.UserMetadata[nonceKey] == nonce
}

// Get is Store.Get.
func (s *S3) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if length == 0 { // which no Range can say
		_, err := stat(ctx, s, name)
		return http.NoBody, err
	}
	var options minio.GetObjectOptions
	switch {
	case length > 0:
		options.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	case offset > 0:
		options.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	ctx, watch := s.watch(ctx)
	body, _, header, err := s.client.GetObject(ctx, s.location.Bucket, s.key(name), options)
	if err != nil {
		defer watch.end()
		if minio.ToErrorResponse(err).StatusCode == http.StatusRequestedRangeNotSatisfiable {
			return http.NoBody, nil // it begins at the end, or behind it
		}
		return nil, s.problem(ctx, err)
	}
	r := &response{s, ctx, watch, body}
	if offset > 0 && header.Get("Content-Range") == "" { // the server knows no ranges
		if _, err := io.CopyN(io.Discard, r, offset); err != nil && err != io.EOF {
			r.Close()
			return nil, err
		}
	}
	if length > 0 { // there are servers that send more
		return struct {
			io.Reader
			io.Closer
		}{io.LimitReader(r, length), r}, nil
	}
	return r, nil
}

// response is the body of an answer.
type response struct {
	s     *S3
	ctx   context.Context
	watch *watch
	body  io.ReadCloser
}

func (r *response) Read(p []byte) (int, error) {
	n, err := (&meteredReader{r.ctx, r.body}).Read(p)
	if err != nil && err != io.EOF {
		err = r.s.problem(r.ctx, err)
	}
	return n, err
}

func (r *response) Close() error {
	defer r.watch.end()
	return r.body.Close()
}

// List is Store.List. The order is the server's: S3 promises that of the names, but for its directory buckets, and there are
// servers that have another.
func (s *S3) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		ctx, watch := s.watch(ctx)
		defer watch.end()
		noOwner := false
		options := minio.ListObjectsOptions{Prefix: s.key(prefix), Recursive: true, FetchOwner: &noOwner}
		for object := range s.client.ListObjectsIter(ctx, s.location.Bucket, options) {
			if object.Err != nil {
				yield(Info{}, s.problem(ctx, object.Err))
				return
			}
			name := strings.TrimPrefix(object.Key, s.key(""))
			if checkName(name) != nil {
				continue
			}
			watch.pause()
			if !yield(Info{name, object.Size, object.LastModified}, nil) {
				return
			}
			watch.moved()
		}
		if ctx.Err() != nil { // which ends the listing without a word
			yield(Info{}, s.problem(ctx, ctx.Err()))
		}
	}
}

// Remove is Store.Remove.
func (s *S3) Remove(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	ctx, watch := s.watch(ctx)
	defer watch.end()
	err := s.problem(ctx, s.client.RemoveObject(ctx, s.location.Bucket, s.key(name), minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
