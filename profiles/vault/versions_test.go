package vault

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"valise/internal/testenv"

	"github.com/minio/minio-go/v7"
)

// keepingBuckets runs a test on buckets that keep old versions: one as people set it up, and one that locks what is there.
func keepingBuckets(t *testing.T, test func(t *testing.T, s *S3)) {
	for name, lock := range map[string]bool{"versions": false, "object lock": true} {
		t.Run(name, func(t *testing.T) { test(t, keepingBucket(t, lock)) })
	}
}

func keepingBucket(t *testing.T, lock bool) *S3 {
	t.Helper()
	server := testenv.S3With(t, testenv.S3Options{Posix: []string{"--versioning-dir", t.TempDir()}})
	client := newBucket(t, server, server.Endpoint).client
	server.Bucket = "keeping"
	err := client.MakeBucket(t.Context(), server.Bucket, minio.MakeBucketOptions{ObjectLocking: lock})
	if err == nil && lock {
		mode, days, unit := minio.Compliance, uint(30), minio.Days
		err = client.SetBucketObjectLockConfig(t.Context(), server.Bucket, &mode, &days, &unit)
	} else if err == nil {
		err = client.EnableVersioning(t.Context(), server.Bucket)
	}
	if err != nil {
		t.Fatal(err)
	}
	return newBucket(t, server, server.Endpoint)
}

func TestABucketThatKeepsVersionsIsFoundUsable(t *testing.T) {
	keepingBuckets(t, func(t *testing.T, s *S3) {
		report, err := Test(t.Context(), s)
		if err != nil || !report.Conditions || !report.Resumes || len(report.Warnings) > 0 {
			t.Errorf("the report is %+v, %v", report, err)
		}
		if got := names(t, s, ""); len(got) > 0 {
			t.Errorf("the listing shows %q", got)
		}
	})
}

func TestWhatIsRemovedIsGoneWhateverABucketKeepsOfIt(t *testing.T) {
	keepingBuckets(t, func(t *testing.T, s *S3) {
		inSmallParts(s)
		large := strings.Repeat("x", smallPart+1)
		for name, content := range map[string]string{"small": "content", "large": large} {
			put(t, s, name, content)
			wants(t, s.Put(t.Context(), name, strings.NewReader(content), int64(len(content))), ErrExists)
			for range 2 {
				if err := s.Remove(t.Context(), name); err != nil {
					t.Fatal(err)
				}
				if got := names(t, s, name); len(got) > 0 {
					t.Errorf("the listing shows %q", got)
				}
				_, err := s.Get(t.Context(), name, 0, -1)
				wants(t, err, ErrNotFound)
			}
			// A pruned object comes back when it is needed all the same.
			put(t, s, name, content)
			if get(t, s, name, 0, -1) != content {
				t.Error("it came back otherwise")
			}
			wants(t, s.Put(t.Context(), name, strings.NewReader("other"), 5), ErrExists)
		}
		if got := names(t, s, ""); !slices.Equal(got, []string{"large", "small"}) {
			t.Errorf("the listing shows %q", got)
		}
	})
}

func TestAVaultInABucketThatKeepsVersionsIsPrunedAndSynced(t *testing.T) {
	keepingBuckets(t, func(t *testing.T, s *S3) {
		one, two := newVault(t), newVault(t)
		connect(t, one, s)
		connect(t, two, s)
		pruned, kept := addSnapshot(t, one, 1000), addSnapshot(t, one, 1000)
		mustSync(t, one)
		if err := s.Remove(t.Context(), pruned); err != nil {
			t.Fatal(err)
		}
		mustSync(t, two)
		if got := here(t, two); !slices.Equal(got, []string{kept}) {
			t.Errorf("the other computer got %q", got)
		}
		mustSync(t, one) // which has it still
		if got := names(t, s, "profiles/"); !slices.Equal(got, []string{pruned, kept}) {
			t.Errorf("the listing shows %q", got)
		}
	})
}

func TestASlotIsReplacedInABucketThatKeepsVersions(t *testing.T) {
	keepingBuckets(t, func(t *testing.T, s *S3) {
		name, version := LeaseName(testProfile), ""
		for _, content := range []string{"one", "two", "three"} {
			next, err := s.WriteSlot(t.Context(), name, []byte(content), version)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.WriteSlot(t.Context(), name, []byte("late"), version)
			wants(t, err, ErrOvertaken)
			slot, err := s.ReadSlot(t.Context(), name)
			if err != nil || string(slot.Content) != content || slot.Version != next {
				t.Errorf("it holds %+v, %v", slot, err)
			}
			version = next
		}
	})
}

// A key for adding only, or a lock that knows no versions.
func TestAPlaceThatLetsNothingBeRemovedIsUsableAndToldOf(t *testing.T) {
	server := testenv.S3(t)
	s := newBucket(t, server, answering(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodDelete && !r.URL.Query().Has("uploadId") && refuses(w, r)
	}))
	report, err := Test(t.Context(), s)
	if err != nil || !report.Conditions || !slices.Equal(report.Warnings, []error{ErrKeepsAll}) {
		t.Errorf("the report is %+v, %v", report, err)
	}
	v := newVault(t)
	connect(t, v, s)
	addSnapshot(t, v, 1000)
	mustSync(t, v)
	waits(t, v)
}
