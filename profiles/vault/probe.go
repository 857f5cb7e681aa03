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
)

// Report is what Test found out about a place.
type Report struct {
	Vault      *Description // nil: no vault there yet
	Conditions bool         // an object is never replaced by another of its name, whoever puts it
	Warnings   []error      // what does not keep the place from being used, each with its next step: ErrNoConditions, ErrAnySecret
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
	if removal := s.Remove(context.WithoutCancel(ctx), probe); err == nil && removal != nil {
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
		r.Conditions = r.Conditions && !s3.unconditional.Load()
		if s3.acceptsAnySecret(ctx) {
			r.Warnings = append(r.Warnings, ErrAnySecret)
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
