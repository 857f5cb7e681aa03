package vault

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// everyStore runs a test on each kind of store, new and empty. files is the directory in which its objects lie as files.
func everyStore(t *testing.T, test func(t *testing.T, s Store, files string)) {
	t.Run("folder", func(t *testing.T) {
		s := newFolder(t)
		test(t, s, s.dir)
	})
	t.Run("S3", func(t *testing.T) {
		server := testenv.S3(t)
		test(t, newBucket(t, server, server.Endpoint), filepath.Join(server.DataDir, server.Bucket, "some", "prefix"))
	})
}

func newFolder(t testing.TB) *Folder {
	t.Helper()
	s, err := NewFolder(filepath.Join(t.TempDir(), "place"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newBucket is the server's bucket, spoken to by way of endpoint.
func newBucket(t testing.TB, server *testenv.S3Server, endpoint string) *S3 {
	t.Helper()
	return newBucketAt(t, server, Location{Endpoint: endpoint, Region: server.Region})
}

// newBucketAt is the server's bucket, spoken to as l says, which need not say more than how.
func newBucketAt(t testing.TB, server *testenv.S3Server, l Location) *S3 {
	t.Helper()
	l.Bucket, l.Prefix = server.Bucket, "some/prefix"
	s, err := NewS3(l, Credentials{AccessKey: server.AccessKey, SecretKey: server.SecretKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.wire.transport.CloseIdleConnections)
	return s
}

func put(t testing.TB, s Store, name, content string) {
	t.Helper()
	if err := s.Put(t.Context(), name, strings.NewReader(content), int64(len(content))); err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
}

func get(t testing.TB, s Store, name string, offset, length int64) string {
	t.Helper()
	body, err := s.Get(t.Context(), name, offset, length)
	if err != nil {
		t.Fatalf("get %s: %v", name, err)
	}
	defer body.Close()
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatalf("get %s: %v", name, err)
	}
	return string(content)
}

func names(t testing.TB, s Store, prefix string) []string {
	t.Helper()
	var found []string
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		found = append(found, info.Name)
	}
	return found
}

// filesBelow are the files in a directory, also those that no listing shows.
func filesBelow(t testing.TB, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return found
}

// wants fails the test unless err is the problem.
func wants(t testing.TB, err, problem error) {
	t.Helper()
	if !errors.Is(err, problem) {
		t.Fatalf("got the error %v\n    want %v", err, problem)
	}
}

// noise is content that cannot be compressed, and is the same each time.
func noise(size int) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}
