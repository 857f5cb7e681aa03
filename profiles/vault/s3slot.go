package vault

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// ReadSlot is Store.ReadSlot. The age is what lies between two times of the server, in whole seconds.
func (s *S3) ReadSlot(ctx context.Context, name string) (Slot, error) {
	if err := checkName(name); err != nil {
		return Slot{}, err
	}
	ctx, watch := s.watch(ctx)
	defer watch.end()
	body, info, header, err := s.client.GetObject(ctx, s.location.Bucket, s.key(name), minio.GetObjectOptions{})
	if err != nil {
		return Slot{}, s.problem(ctx, err)
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, maxSlot))
	if err != nil {
		return Slot{}, s.problem(ctx, err)
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil { // no server of the field leaves it out
		now = time.Now()
	}
	return Slot{content, info.ETag, max(now.Sub(info.LastModified), 0)}, nil
}

// EraseSlot is Store.EraseSlot. In a bucket that keeps versions, Remove only hides a slot behind a mark; then its versions are
// removed one by one, and the marks last: without its mark a version that stays would be the slot again.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
func (s *S3) EraseSlot(ctx context.Context, name string, all bool) error {
	if err := checkName(name); err != nil {
		return err
	}
	if all {
		if err := s.Remove(ctx, name); err != nil {
			return err
		}
	}
	ctx, watch := s.watch(ctx)
	defer watch.end()
	var versions, marks []minio.ObjectInfo
	for v := range s.client.ListObjectsIter(ctx, s.location.Bucket, minio.ListObjectsOptions{
		Prefix: s.key(name), Recursive: true, WithVersions: true,
	}) {
		switch {
		case v.Err != nil && versionsUnknown(minio.ToErrorResponse(v.Err)):
			return nil
		case v.Err != nil:
			return versionsKept(s.problem(ctx, v.Err))
		case v.Key != s.key(name) || v.IsLatest && !all:
		case v.IsDeleteMarker:
			marks = append(marks, v)
		default:
			versions = append(versions, v)
		}
	}
	for _, v := range append(versions, marks...) {
		err := s.problem(ctx, s.client.RemoveObject(ctx, s.location.Bucket, v.Key, minio.RemoveObjectOptions{VersionID: v.VersionID}))
		if err != nil && !errors.Is(err, ErrNotFound) {
			return versionsKept(err)
		}
	}
	return nil
}

func versionsKept(err error) error {
	if errors.Is(err, ErrForbidden) {
		return ErrVersionsKept.Because(err)
	}
	return err
}

// versionsUnknown says whether a server has answered a listing of versions with not knowing any.
func versionsUnknown(r minio.ErrorResponse) bool {
	return r.StatusCode == http.StatusNotImplemented || r.Code == "NotImplemented" || r.Code == "MethodNotAllowed"
}

// Clock is Store.Clock.
func (s *S3) Clock(context.Context) (time.Time, error) { return time.Now().Add(s.ahead()), nil }

// WriteSlot is Store.WriteSlot, by If-Match or If-None-Match:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
//
// Whether the server honours them is tried out once: one that ignores them is asked for the version first.
func (s *S3) WriteSlot(ctx context.Context, name string, content []byte, version string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	ctx, watch := s.watch(ctx)
	defer watch.end()
	if s.unconditional.Load() {
		return s.writeSlotUnasked(ctx, name, content, version)
	}
	nonce := rand.Text()
	written, err := s.putSlot(ctx, name, content, version, nonce)
	switch {
	case errors.Is(err, errAgain):
		if !s.unconditional.Load() {
			return "", ErrUnreachable.Because(err)
		}
		return s.writeSlotUnasked(ctx, name, content, version)
	case errors.Is(err, ErrOvertaken): // perhaps by ourselves, when the answer to a first try was lost
		if info, ours := s.ours(ctx, name, nonce); ours {
			return info.ETag, nil
		}
		return "", err
	case err != nil:
		return "", err
	}
	if !s.honours.Load() {
		again, err := s.putSlot(ctx, name, content, strings.Repeat("0", md5.Size*2), nonce)
		switch {
		case err == nil:
			s.unconditional.Store(true)
			return again, nil
		case errors.Is(err, ErrOvertaken):
			s.honours.Store(true)
		}
	}
	return written, nil
}

// putSlot writes a slot on the condition that it has the version. errAgain: the server knows no such condition.
func (s *S3) putSlot(ctx context.Context, name string, content []byte, version, nonce string) (string, error) {
	options := minio.PutObjectOptions{DisableContentSha256: true, UserMetadata: map[string]string{nonceKey: nonce}}
	conditional := !s.unconditional.Load()
	switch {
	case !conditional:
	case version == "":
		options.SetMatchETagExcept("*")
	default:
		options.SetMatchETag(version)
	}
	body, err := shareBody(bytes.NewReader(content))
	if err != nil {
		return "", err
	}
	size := int64(len(content))
	sums, err := body.sum(ctx, 0, size)
	if err != nil {
		return "", err
	}
	for tries := range attempts {
		info, err := s.client.PutObject(ctx, s.location.Bucket, s.key(name), io.NewSectionReader(body, 0, size), size,
			sums.md5Base64(), hex.EncodeToString(sums.sha256), options)
		switch err := s.putProblem(ctx, err, conditional); {
		case err == nil:
			return info.ETag, nil
		case errors.Is(err, errAgain) && conditional && s.unconditional.Load():
			return "", errAgain
		case errors.Is(err, errAgain):
			if err := backOff(ctx, tries); err != nil {
				return "", s.problem(ctx, err)
			}
		case errors.Is(err, ErrExists), version != "" && errors.Is(err, ErrNotFound):
			return "", ErrOvertaken.Because(fmt.Errorf("%s in %s", name, s))
		default:
			return "", err
		}
	}
	return "", ErrOvertaken.Because(fmt.Errorf("%s in %s", name, s))
}

// writeSlotUnasked is WriteSlot where the server knows no conditions: the version is looked at first, and what was written is
// read back.
func (s *S3) writeSlotUnasked(ctx context.Context, name string, content []byte, version string) (string, error) {
	now, err := s.ReadSlot(ctx, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", err
	}
	if now.Version == version {
		if _, err := s.putSlot(ctx, name, content, version, rand.Text()); err != nil {
			return "", err
		}
		if now, err = s.ReadSlot(ctx, name); err != nil {
			return "", err
		}
	}
	if !bytes.Equal(now.Content, content) {
		return "", ErrOvertaken.Because(fmt.Errorf("%s in %s", name, s))
	}
	return now.Version, nil
}
