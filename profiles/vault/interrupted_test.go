package vault

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valise/internal/testenv"
)

func TestATransferThatIsCutIsTakenUpAgain(t *testing.T) {
	const size = 3 << 20
	for name, upload := range map[string]bool{"on its way out": true, "on its way in": false} {
		t.Run(name, func(t *testing.T) {
			server := testenv.S3(t)
			one, two := newVault(t), newVault(t)
			object := addSnapshot(t, one, size)
			proxy := newCuttingProxy(t, server, upload, size/4, 2)
			through := newBucket(t, server, proxy.endpoint)
			direct := newBucket(t, server, server.Endpoint)
			if upload {
				connect(t, one, through)
				connect(t, two, direct)
			} else {
				connect(t, one, direct)
				connect(t, two, through)
			}
			mustSync(t, one)
			mustSync(t, two)
			if left := proxy.cuts.Load(); left >= 0 {
				t.Errorf("%d connections were to be cut still", left)
			}
			if get(t, one.local, object, 0, -1) != get(t, two.local, object, 0, -1) {
				t.Error("it arrived otherwise")
			}
		})
	}
}

func TestATransferThatIsAlwaysCutLeavesNothingHalf(t *testing.T) {
	const size = 3 << 20
	server := testenv.S3(t)
	files := filepath.Join(server.DataDir, server.Bucket)
	direct := newBucket(t, server, server.Endpoint)
	through := newBucket(t, server, newCuttingProxy(t, server, true, 1<<20, 1<<30).endpoint)
	v := newVault(t)
	connect(t, v, through)
	small, large := addSnapshot(t, v, 1000), addSnapshot(t, v, size)
	last := addSnapshot(t, v, 1000)
	moved, err := v.Sync(t.Context(), nil)
	wants(t, err, ErrUnreachable)
	if !strings.Contains(err.Error(), large) {
		t.Errorf("it does not name the object: %v", err)
	}
	if moved.Sent != 2 || moved.Waiting != 1 { // the others do not wait behind it
		t.Errorf("it moved %+v", moved)
	}
	if got := names(t, direct, "profiles/"); !slices.Equal(got, []string{small, last}) {
		t.Errorf("the bucket has %q", got)
	}
	testenv.Until(t, "nothing half-written to be left", func() bool { return len(butNews(filesBelow(t, files))) == 3 })

	connect(t, v, direct)
	mustSync(t, v)

	two := newVault(t)
	connect(t, two, through) // which cuts what is sent, and that is little
	mustSync(t, two)
}

// Each connection brings a part; together they bring the object.
func TestAnObjectIsFetchedInAsManyPartsAsItTakes(t *testing.T) {
	const size = 4 << 20
	server := testenv.S3(t)
	one, two := newVault(t), newVault(t)
	connect(t, one, newBucket(t, server, server.Endpoint))
	object := addSnapshot(t, one, size)
	mustSync(t, one)
	proxy := newCuttingProxy(t, server, false, size/10, 1<<30)
	connect(t, two, newBucket(t, server, proxy.endpoint))
	file, err := two.Open(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, err := io.ReadAll(file)
	if err != nil || !bytes.Equal(got, []byte(get(t, one.local, object, 0, -1))) {
		t.Errorf("it arrived otherwise: %d bytes, %v", len(got), err)
	}
}

func TestABucketThatMayOnlyBeReadIsReadAll(t *testing.T) {
	server := testenv.S3(t)
	one, two := newVault(t), newVault(t)
	connect(t, one, newBucket(t, server, server.Endpoint))
	for range 10 {
		addSnapshot(t, one, 10)
		addSnapshot(t, two, 10)
	}
	mustSync(t, one)
	readOnly := answering(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			return false
		}
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
		return true
	})
	connect(t, two, newBucket(t, server, readOnly))
	moved, err := two.Sync(t.Context(), nil)
	wants(t, err, ErrForbidden)
	if moved.Fetched != 10 || moved.Sent != 0 || moved.Waiting != 10 {
		t.Errorf("it moved %+v", moved)
	}
}
