package vault

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
)

const (
	abandonedAfter = 7 * 24 * time.Hour // without a part: nobody goes on with the upload any more
	sweepUploads   = 24 * time.Hour     // how often a bucket is asked for uploads of which nothing is noted here
	sweptPrefix    = "swept-"           // of the file in .sync whose time says when it was, and what the place's ledger is called
	probePrefix    = "probe-"
)

// tidyUploads has a bucket forget the uploads in parts that are of no use any more: the parts of an object are paid for
// until then, and no listing of objects shows them. Of those that were begun here it knows at once; of those of which no
// note is left, by a crash or on a computer that is no more, when a week has brought no part. What fails is tried again.
func (v *Vault) tidyUploads(ctx context.Context, remote Store) {
	bucket, ok := remote.(*S3)
	if !ok || ctx.Err() != nil {
		return
	}
	waits, err := v.Waits()
	if err != nil {
		return
	}
	toSend := func(name string) bool {
		_, err := os.Lstat(v.local.path(name))
		return err == nil && waits(name)
	}
	notes, under := v.uploadNotes(), map[string]bool{}
	for _, u := range notes.all() {
		abandoned := time.Since(u.touched) > abandonedAfter
		switch {
		case u.Place != bucket.String():
			if abandoned { // which its place is left to find out
				notes.remove(u.upload)
			}
		case abandoned || !toSend(u.Name):
			bucket.giveUpUpload(ctx, u.upload, notes)
		default:
			under[u.ID] = true
		}
	}
	swept := v.syncPath(sweptPrefix + ledgerName(bucket))
	if info, err := os.Stat(swept); err == nil && time.Since(info.ModTime()).Abs() < sweepUploads {
		return
	}
	// Not every key may list uploads, and not every server can: then there is nothing to be done for a day.
	if err := bucket.sweepUploads(ctx, under); ctx.Err() == nil && !errors.Is(err, ErrUnreachable) {
		v.note(sweptPrefix+ledgerName(bucket), "")
	}
}

// sweepUploads has the server forget the uploads of our objects to which nothing was added for long, but for those whose
// ids are in keep.
func (s *S3) sweepUploads(ctx context.Context, keep map[string]bool) error {
	ctx, watch := s.watch(ctx)
	defer watch.end()
	for key, id := "", ""; ; {
		page, err := s.client.ListMultipartUploads(ctx, s.location.Bucket, s.key(""), key, id, "", 0)
		if err != nil {
			return s.problem(ctx, err)
		}
		for _, u := range page.Uploads {
			watch.moved()
			name := strings.TrimPrefix(u.Key, s.key(""))
			if isUploaded(name) && !keep[u.UploadID] && s.isAbandoned(ctx, u) {
				err := s.uploadProblem(ctx, s.abortUpload(ctx, u.Key, u.UploadID))
				if err != nil && !errors.Is(err, errUploadGone) {
					return err
				}
			}
		}
		if !page.IsTruncated || page.NextKeyMarker == key && page.NextUploadIDMarker == id {
			return nil
		}
		key, id = page.NextKeyMarker, page.NextUploadIDMarker
	}
}

// isUploaded says whether an upload of this name can be ours.
func isUploaded(name string) bool {
	if probe, ok := strings.CutPrefix(name, probePrefix); ok {
		return uuid.Validate(probe) == nil
	}
	_, _, _, ours := ParseName(name)
	return ours
}

// isAbandoned says whether nothing was added to an upload for long, by the server's clock. An upload over a slow line may be
// under way for weeks.
func (s *S3) isAbandoned(ctx context.Context, u minio.ObjectMultipartInfo) bool {
	long := func(since time.Time) bool { return time.Now().Add(s.ahead()).Sub(since) > abandonedAfter }
	if !long(u.Initiated) {
		return false
	}
	for marker := 0; ; {
		page, err := s.client.ListObjectParts(ctx, s.location.Bucket, u.Key, u.UploadID, marker, 0)
		if err != nil {
			return false
		}
		for _, part := range page.ObjectParts {
			if !long(part.LastModified) {
				return false
			}
		}
		if !page.IsTruncated || page.NextPartNumberMarker <= marker {
			return true
		}
		marker = page.NextPartNumberMarker
	}
}
