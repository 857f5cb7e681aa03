package vault

import (
	"crypto/md5"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valise/crypto"
)

func TestAnEmptyPlaceIsFoundUsableAndLeftEmpty(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		report, err := Test(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		_, inBucket := s.(*S3)
		if report.Vault != nil || !report.Conditions || report.Resumes != inBucket || len(report.Warnings) > 0 || report.Objects != 0 || report.Took <= 0 {
			t.Errorf("the report is %+v", report)
		}
		if left := filesBelow(t, files); len(left) > 0 {
			t.Errorf("it left %q", left)
		}
	})
}

func TestAVaultThatIsThereIsFound(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		v := newVault(t)
		addSnapshot(t, v, 1)
		addCard(t, v)
		if err := v.SetRemote(s); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Sync(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		put(t, s, "profiles/foreign", "x")
		report, err := Test(t.Context(), s)
		if err != nil || report.Vault == nil || *report.Vault != v.Description() || report.Objects != 2 {
			t.Errorf("the report is %+v, %v", report, err)
		}
	})
}

func TestADamagedDescriptionIsTold(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		put(t, s, descriptionName, "nonsense")
		_, err := Test(t.Context(), s)
		wants(t, err, crypto.ErrDamaged)
	})
}

// carelessServer is an S3 server as there are: it looks at neither signatures nor conditions (s3rver 3.7 is one).
type carelessServer struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (c *carelessServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.TrimPrefix(r.URL.Path, "/bucket/")
	object, found := c.objects[key]
	switch {
	case r.Method == http.MethodPut:
		c.objects[key], _ = io.ReadAll(r.Body)
		w.Header().Set("ETag", etag(c.objects[key]))
	case r.Method == http.MethodDelete:
		delete(c.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case key == "":
		c.list(w, r.URL.Query().Get("prefix"))
	case found:
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		w.Header().Set("ETag", etag(object))
		w.Write(object)
	default:
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
	}
}

func etag(content []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(content)) }

func (c *carelessServer) list(w io.Writer, prefix string) {
	type content struct {
		Key  string
		Size int
	}
	var result struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []content
	}
	for key, object := range c.objects {
		if strings.HasPrefix(key, prefix) {
			result.Contents = append(result.Contents, content{key, len(object)})
		}
	}
	xml.NewEncoder(w).Encode(result)
}

func TestACarelessServerIsWarnedOf(t *testing.T) {
	careless := &carelessServer{objects: map[string][]byte{}}
	server := httptest.NewServer(careless)
	t.Cleanup(server.Close)
	report, err := Test(t.Context(), newBucket(t, serverAt(server.URL), server.URL))
	if err != nil {
		t.Fatal(err)
	}
	if report.Conditions || !slices.Equal(report.Warnings, []error{ErrAnySecret, ErrNoResuming, ErrNoConditions}) {
		t.Errorf("the report is %+v", report)
	}
	if len(careless.objects) > 0 {
		t.Errorf("it left %v", careless.objects)
	}
}

func TestWhatDoesNotGiveBackWhatWasWrittenIsRefused(t *testing.T) {
	careless := &carelessServer{objects: map[string][]byte{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		careless.ServeHTTP(w, r)
		for key := range careless.objects {
			careless.objects[key] = []byte("something else")
		}
	}))
	t.Cleanup(server.Close)
	_, err := Test(t.Context(), newBucket(t, serverAt(server.URL), server.URL))
	wants(t, err, ErrWrongEndpoint)
}
