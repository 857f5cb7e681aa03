package vault

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"valise/internal/fault"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

// A large object is sent in parts, so that a broken connection costs a part and not all that was sent before. The server
// keeps the parts, and makes the object of them when it is told to, under the same condition as a Put.
//
// A part counts as sent if the server lists it with the size and the MD5 of what is here, or as what it made of that part
// when it took it. So what is put together is the object that is here, whoever sent what of it. An upload belongs to the
// device that began it: two that send one object have one each, and the first that completes its own has put the object.
const (
	partsAbove    = 32 << 20 // bytes from which it is worth the requests
	partSize      = 8 << 20  // what a broken connection costs at most; the least that S3 takes is 5 MiB
	maxParts      = 10_000   // with maxInParts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
	maxInParts    = 5 << 40  // bytes, which servers other than Amazon's take too
	partsOfOne    = 2        // parts of one object at once: the next is on its way while the last is being stored
	patientlyMore = 5        // times: putting an object together may take a server minutes, and moves no bytes
	abortWithin   = 5 * time.Second
)

var (
	errNoParts    = errors.New("the server takes no uploads in parts")
	errUploadGone = errors.New("the server has forgotten the upload")
)

// sharedBody is a body of which several readers read at once.
type sharedBody struct {
	mu    sync.Mutex
	body  io.ReadSeeker
	start int64
}

// shareBody shares body from where it stands.
func shareBody(body io.ReadSeeker) (*sharedBody, error) {
	start, err := body.Seek(0, io.SeekCurrent)
	return &sharedBody{body: body, start: start}, err
}

// ReadAt reads from an offset from where the body stood.
func (b *sharedBody) ReadAt(p []byte, offset int64) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.body.Seek(b.start+offset, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(b.body, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// sums are what a server can tell by that a body has arrived as it was sent.
type sums struct{ md5, sha256 []byte }

func (s sums) md5Base64() string { return base64.StdEncoding.EncodeToString(s.md5) }

// sum reads a body for its sums. An io.ErrUnexpectedEOF says that it is shorter than it should be.
func (b *sharedBody) sum(ctx context.Context, offset, length int64) (sums, error) {
	md5sum, sha := md5.New(), sha256.New()
	err := b.feed(ctx, io.MultiWriter(md5sum, sha), offset, length)
	return sums{md5sum.Sum(nil), sha.Sum(nil)}, err
}

// md5 is sum for the MD5 alone, in hex.
func (b *sharedBody) md5(ctx context.Context, offset, length int64) (string, error) {
	md5sum := md5.New()
	err := b.feed(ctx, md5sum, offset, length)
	return hex.EncodeToString(md5sum.Sum(nil)), err
}

func (b *sharedBody) feed(ctx context.Context, w io.Writer, offset, length int64) error {
	n, err := io.Copy(w, &meteredReader{withMoved(ctx, nil), io.NewSectionReader(b, offset, length)})
	if err == nil && n < length {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("%d of %d bytes: %w", offset+n, offset+length, err)
	}
	return nil
}

// putInParts is Put for what is large. With notes it goes on where an earlier call was broken off, and leaves what can be
// gone on with. errNoParts: nothing was done.
func (s *S3) putInParts(ctx context.Context, name string, body *sharedBody, size int64, notes uploadNotes) error {
	if size > maxInParts {
		return ErrTooLarge.Because(fmt.Errorf("%s has %d bytes; S3 takes %d", name, size, int64(maxInParts)))
	}
	u := notes.find(s.String(), name, size)
	if _, err := stat(ctx, s, name); err == nil { // which saves the sending; in the end it is the condition that counts
		s.giveUpUpload(ctx, u, notes)
		return ErrExists.Because(fmt.Errorf("%s in %s", name, s))
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	var there map[int]minio.ObjectPart
	if u != nil {
		var err error
		if there, err = s.partsThere(ctx, u); errors.Is(err, errUploadGone) {
			s.giveUpUpload(ctx, u, notes)
			u = nil
		} else if err != nil {
			return err
		}
	}
	for tries := 1; ; tries++ {
		if u == nil {
			var err error
			if u, err = s.beginUpload(ctx, name, size, notes); err != nil {
				return err
			}
		}
		var moved atomic.Int64
		err := s.goOn(withMoved(ctx, func(bytes int64) {
			moved.Add(bytes)
			reportMoved(ctx, bytes)
		}), u, body, there, notes)
		if err == nil {
			notes.remove(u)
			return nil
		}
		gone := errors.Is(err, errUploadGone)
		short := errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, ErrUnreachable)
		if gone || short || notes == "" || errors.Is(err, ErrExists) {
			s.giveUpUpload(ctx, u, notes)
			u, there = nil, nil
		}
		if !gone {
			return err
		}
		reportMoved(ctx, -moved.Load())
		if tries == attempts {
			return ErrUnreachable.Because(err)
		}
		if err := backOff(ctx, tries); err != nil {
			return err
		}
	}
}

// beginUpload begins an upload and writes that down.
func (s *S3) beginUpload(ctx context.Context, name string, size int64, notes uploadNotes) (*upload, error) {
	u := &upload{Place: s.String(), Name: name, Nonce: rand.Text(), Size: size, PartSize: s.partSize}
	if u.parts() > maxParts {
		const step = 1 << 20
		u.PartSize = (size/maxParts/step + 1) * step
	}
	ctx, watch := s.watch(ctx)
	defer watch.end()
	var err error
	u.ID, err = s.client.NewMultipartUpload(ctx, s.location.Bucket, s.key(name),
		minio.PutObjectOptions{UserMetadata: map[string]string{nonceKey: u.Nonce}})
	switch {
	case err == nil && u.ID == "", takesNoParts(minio.ToErrorResponse(err)), isNoXML(err):
		return nil, errNoParts
	case err != nil:
		return nil, s.problem(ctx, err)
	}
	fault.Point("sending: an upload in parts is begun")
	if err := notes.add(u); err != nil {
		s.giveUpUpload(ctx, u, notes)
		return nil, fmt.Errorf("write the outbox: %w", err)
	}
	fault.Point("sending: the upload is noted")
	return u, nil
}

// takesNoParts says whether an answer is that of a server that knows no uploads in parts. 404 is what one gives that takes
// the request for one about an object.
func takesNoParts(answer minio.ErrorResponse) bool {
	switch answer.StatusCode {
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return true
	case http.StatusNotFound:
		return answer.Code == "NoSuchKey" || strings.HasPrefix(answer.Code, "404")
	}
	return answer.Code == "NotImplemented"
}

// isNoXML says whether an answer said that all was well, but was not what was asked for.
func isNoXML(err error) bool {
	var syntax *xml.SyntaxError
	var other xml.UnmarshalError
	return err == io.EOF || errors.As(err, &syntax) || errors.As(err, &other) // a broken connection's io.EOF is wrapped
}

// partsThere are the parts that the server has of an upload that was begun earlier. Where it does not say, what it took is
// believed to be there. errUploadGone.
func (s *S3) partsThere(ctx context.Context, u *upload) (map[int]minio.ObjectPart, error) {
	ctx, watch := s.watch(ctx)
	defer watch.end()
	there := map[int]minio.ObjectPart{}
	for marker := 0; ; {
		page, err := s.client.ListObjectParts(ctx, s.location.Bucket, s.key(u.Name), u.ID, marker, 0)
		switch problem := s.uploadProblem(ctx, err); {
		case errors.Is(problem, ErrForbidden), minio.ToErrorResponse(err).StatusCode == http.StatusNotImplemented:
			return u.taken(), nil
		case problem != nil:
			return nil, problem
		}
		for _, part := range page.ObjectParts {
			there[part.PartNumber] = part
		}
		if !page.IsTruncated || page.NextPartNumberMarker <= marker {
			return there, nil
		}
		marker = page.NextPartNumberMarker
		watch.moved()
	}
}

// taken are the parts that the server took, as it would list them.
func (u *upload) taken() map[int]minio.ObjectPart {
	parts := map[int]minio.ObjectPart{}
	for number, part := range u.sent {
		_, length := u.span(number)
		parts[number] = minio.ObjectPart{PartNumber: number, ETag: part.ETag, Size: length}
	}
	return parts
}

// goOn sends what the server lacks of an upload, and has it make the object. errUploadGone.
func (s *S3) goOn(ctx context.Context, u *upload, body *sharedBody, there map[int]minio.ObjectPart, notes uploadNotes) error {
	var (
		parts  = make([]minio.CompletePart, u.parts())
		group  errgroup.Group
		failed atomic.Bool
	)
	group.SetLimit(partsOfOne)
	for i := range parts {
		group.Go(func() error {
			if failed.Load() { // what is on its way is let through: it need not be sent again
				return nil
			}
			etag, err := s.sendPart(ctx, u, i+1, body, there[i+1], notes)
			if err != nil {
				failed.Store(true)
				return fmt.Errorf("part %d: %w", i+1, err)
			}
			parts[i] = minio.CompletePart{PartNumber: i + 1, ETag: etag}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fault.Point("sending: all parts have arrived")
	return s.complete(withMoved(ctx, nil), u, parts)
}

// sendPart sends a part unless the server has it, and returns what the server calls its content.
func (s *S3) sendPart(ctx context.Context, u *upload, number int, body *sharedBody, there minio.ObjectPart, notes uploadNotes) (string, error) {
	select { // parts of several objects at once are bounded as objects are
	case s.sendingParts <- struct{}{}:
		defer func() { <-s.sendingParts }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	offset, length := u.span(number)
	if there.Size == length {
		sum, err := body.md5(ctx, offset, length)
		if err != nil {
			return "", err
		}
		if u.has(number, there, sum) {
			reportMoved(ctx, length)
			return strings.Trim(there.ETag, `"`), nil
		}
	}
	sums, err := body.sum(ctx, offset, length)
	if err != nil {
		return "", err
	}
	ctx, watch := s.watch(ctx)
	defer watch.end()
	part, err := s.client.PutObjectPart(ctx, s.location.Bucket, s.key(u.Name), u.ID, number,
		io.NewSectionReader(body, offset, length), length, minio.PutObjectPartOptions{
			Md5Base64: sums.md5Base64(), Sha256Hex: hex.EncodeToString(sums.sha256), DisableContentSha256: true,
		})
	if err != nil {
		return "", s.uploadProblem(ctx, err)
	}
	fault.Point("sending: a part has arrived")
	if err := notes.addPart(u, sentPart{number, hex.EncodeToString(sums.md5), part.ETag}); err != nil {
		return "", fmt.Errorf("write the outbox: %w", err)
	}
	return part.ETag, nil
}

// has says whether what the server has of a part is what has this sum here.
func (u *upload) has(number int, there minio.ObjectPart, sum string) bool {
	_, length := u.span(number)
	etag := strings.Trim(there.ETag, `"`)
	return there.Size == length && (etag == sum || u.sent[number] == sentPart{number, sum, etag})
}

// uploadProblem is problem for a request about an upload. errUploadGone: it cannot be gone on with.
func (s *S3) uploadProblem(ctx context.Context, err error) error {
	switch minio.ToErrorResponse(err).Code {
	case "NoSuchUpload", "InvalidPart", "InvalidPartOrder":
		return errUploadGone
	}
	if err = s.problem(ctx, err); errors.Is(err, ErrNotFound) {
		return errUploadGone
	}
	return err
}

// complete has the server make the object of its parts, unless its name is taken. errUploadGone.
func (s *S3) complete(ctx context.Context, u *upload, parts []minio.CompletePart) error {
	exists := ErrExists.Because(fmt.Errorf("%s in %s", u.Name, s))
	conditional := true
	for tries := 1; ; tries++ {
		// There are servers that honour the condition for an object that is sent whole only.
		if _, err := stat(ctx, s, u.Name); err == nil {
			if s.isOurs(ctx, u.Name, u.Nonce) { // the answer to an earlier request was lost
				return nil
			}
			return exists
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		err := s.completeOnce(ctx, u, parts, conditional)
		if errors.Is(err, errUploadGone) {
			if _, there := stat(ctx, s, u.Name); there != nil {
				return err
			}
			err = exists
		}
		if conditional && errors.Is(err, ErrExists) && s.isRemoved(ctx, u.Name) {
			conditional, err = false, errAgain
		}
		switch {
		case errors.Is(err, ErrExists) && s.isOurs(ctx, u.Name, u.Nonce):
			return nil
		case !errors.Is(err, errAgain):
			return err
		case tries == attempts:
			return ErrUnreachable.Because(err)
		}
		if err := backOff(ctx, tries); err != nil {
			return err
		}
	}
}

func (s *S3) completeOnce(ctx context.Context, u *upload, parts []minio.CompletePart, conditional bool) error {
	ctx, watch := s.watchFor(ctx, patientlyMore*s.patience)
	defer watch.end()
	var options minio.PutObjectOptions
	if conditional = conditional && !s.unconditional.Load(); conditional {
		options.SetMatchETagExcept("*")
	}
	_, err := s.client.CompleteMultipartUpload(ctx, s.location.Bucket, s.key(u.Name), u.ID, parts, options)
	if problem := s.uploadProblem(ctx, err); errors.Is(problem, errUploadGone) {
		return problem
	}
	return s.putProblem(ctx, err, conditional)
}

// giveUpUpload has the server forget an upload, and forgets it; nil: there is none. That the server cannot be told is no
// error: what is left over is swept up later.
func (s *S3) giveUpUpload(ctx context.Context, u *upload, notes uploadNotes) {
	if u == nil {
		return
	}
	notes.remove(u)
	s.abortUpload(context.WithoutCancel(ctx), s.key(u.Name), u.ID)
}

func (s *S3) abortUpload(ctx context.Context, key, id string) error {
	ctx, watch := s.watchFor(ctx, min(s.patience, abortWithin))
	defer watch.end()
	return s.client.AbortMultipartUpload(ctx, s.location.Bucket, key, id)
}
