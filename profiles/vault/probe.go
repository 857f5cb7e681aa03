package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
)

// Report is what Test found out about a place.
type Report struct {
	Vault      *Description // nil: no vault there yet
	Conditions bool         // an object is never replaced by another of its name, whoever puts it
	Resumes    bool         // a bucket's: a large upload that was broken off goes on where it was
	Warnings   []error      // what does not keep the place from being used, each with its next step: ErrNoConditions, ErrAnySecret, ...
	Objects    int          // snapshots and cards there
	Took       time.Duration
}

// Test writes, reads, lists and removes a probe object, and says what a person should know before relying on the place.
// The error is what keeps it from being used, with the next step.
func Test(ctx context.Context, s Store) (Report, error) {
	began := time.Now()
	var report Report
	err := report.test(ctx, s)
	report.Took = time.Since(began)
	return report, err
}

func (r *Report) test(ctx context.Context, s Store) error {
	switch d, err := ReadDescription(ctx, s); {
	case err == nil:
		r.Vault = &d
	case !errors.Is(err, ErrNoVault):
		return fmt.Errorf("reading: %w", err)
	}
	probe := probePrefix + uuid.NewString()
	content := []byte(rand.Text())
	put := func() error { return s.Put(ctx, probe, bytes.NewReader(content), int64(len(content))) }
	if err := put(); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	err := r.examine(ctx, s, probe, content, put)
	switch removal := s.Remove(context.WithoutCancel(ctx), probe); {
	case err != nil || removal == nil:
	case errors.Is(removal, ErrForbidden): // a key for adding only, or a lock on what is there
		r.Warnings = append(r.Warnings, ErrKeepsAll)
	default:
		err = fmt.Errorf("removing: %w", removal)
	}
	return err
}

// examine tries out what needs the probe to be there.
func (r *Report) examine(ctx context.Context, s Store, probe string, content []byte, put func() error) error {
	switch again := put(); {
	case again != nil && !errors.Is(again, ErrExists):
		return fmt.Errorf("writing: %w", again)
	default:
		r.Conditions = again != nil
	}
	if s3, ok := s.(*S3); ok {
		conditions, resumes, err := s3.tryParts(ctx, probe, content)
		if err != nil {
			return fmt.Errorf("writing in parts: %w", err)
		}
		r.Conditions, r.Resumes = r.Conditions && conditions && !s3.unconditional.Load(), resumes
		if s3.acceptsAnySecret(ctx) {
			r.Warnings = append(r.Warnings, ErrAnySecret)
		}
		if !r.Resumes {
			r.Warnings = append(r.Warnings, ErrNoResuming)
		}
	}
	if !r.Conditions {
		r.Warnings = append(r.Warnings, ErrNoConditions)
	}

	body, err := s.Get(ctx, probe, 0, -1)
	if err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	defer body.Close()
	got, err := io.ReadAll(io.LimitReader(body, int64(len(content))+1))
	if err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	if !bytes.Equal(got, content) {
		return ErrWrongEndpoint.Because(errors.New("it does not give back what was written"))
	}
	if _, err := stat(ctx, s, probe); err != nil {
		return fmt.Errorf("listing: %w", err)
	}
	for _, err := range objects(s.List(ctx, profilesPrefix)) {
		if err != nil {
			return fmt.Errorf("listing: %w", err)
		}
		r.Objects++
	}
	return nil
}

// tryParts puts the probe once more, in one part: whether the server refuses that, since it is there, and keeps the part
// where it could be gone on with.
func (s *S3) tryParts(ctx context.Context, probe string, content []byte) (conditions, resumes bool, err error) {
	body, err := shareBody(bytes.NewReader(content))
	if err != nil {
		return false, false, err
	}
	u, err := s.beginUpload(ctx, probe, int64(len(content)), "")
	if errors.Is(err, errNoParts) {
		return true, false, nil
	} else if err != nil {
		return false, false, err
	}
	defer s.giveUpUpload(ctx, u, "")
	etag, err := s.sendPart(ctx, u, 1, body, minio.ObjectPart{}, "")
	if errors.Is(err, errUploadGone) {
		return true, false, nil
	} else if err != nil {
		return false, false, err
	}
	sum, err := body.md5(ctx, 0, u.Size)
	if err != nil {
		return false, false, err
	}
	u.sent = map[int]sentPart{1: {1, sum, etag}}
	there, err := s.partsThere(ctx, u)
	if err != nil && !errors.Is(err, errUploadGone) {
		return false, false, err
	}
	err = s.completeOnce(ctx, u, []minio.CompletePart{{PartNumber: 1, ETag: etag}}, true)
	if err != nil && !errors.Is(err, errAgain) && !errors.Is(err, errUploadGone) && !errors.Is(err, ErrExists) {
		return false, false, err
	}
	return errors.Is(err, ErrExists), u.has(1, there[1], sum), nil
}

// acceptsAnySecret says whether the server lets in who has the access key with a wrong secret.
func (s *S3) acceptsAnySecret(ctx context.Context) bool {
	c := s.credentials
	c.SecretKey = rand.Text()
	stranger, err := NewS3(s.location, c)
	if err != nil {
		return false
	}
	defer stranger.wire.transport.CloseIdleConnections()
	for _, err := range stranger.List(ctx, probePrefix) {
		return err == nil // the probe is there
	}
	return false
}
