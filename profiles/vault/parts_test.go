package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valise/internal/testenv"

	"github.com/minio/minio-go/v7"
)

const hugeSize = 300 << 20

// inMemory makes the test's files lie in memory where the system has such a place: they are large.
func inMemory(t *testing.T) {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		t.Setenv("TMPDIR", "/dev/shm")
	}
}

const (
	smallPart = 5 << 20           // the least that S3 takes, but for the last part
	sixParts  = 5*smallPart + 999 // bytes
)

// inSmallParts makes s send in such parts whatever is larger than one.
func inSmallParts(s *S3) *S3 {
	s.partsAbove, s.partSize = smallPart, smallPart
	return s
}

// uploads are those that the server has under way, by the names of their objects in the bucket.
func uploads(t testing.TB, s *S3) []string {
	t.Helper()
	found := []string{}
	for u := range s.client.ListIncompleteUploads(t.Context(), s.location.Bucket, "", true) {
		if u.Err != nil {
			t.Fatal(u.Err)
		}
		found = append(found, u.Key)
	}
	return found
}

// An object goes from one computer to the bucket and from there to another; the connections of both are cut ten times.
func TestALargeObjectThatIsBrokenOffTenTimesEachWayArrivesWholeAndIsNotSentAgain(t *testing.T) {
	inMemory(t)
	const cuts = 10
	server := testenv.S3(t)
	one, two := newVault(t), newVault(t)
	object := addSnapshot(t, one, hugeSize)
	for _, way := range []struct {
		name   string
		vault  *Vault
		upload bool
		lost   int64 // bytes that a cut may cost
	}{{"out", one, true, partSize}, {"in", two, false, 1 << 20}} {
		proxy := newCuttingProxy(t, server, way.upload, 20<<20, cuts)
		connect(t, way.vault, newBucket(t, server, proxy.endpoint))
		var last Progress
		if _, err := way.vault.Sync(t.Context(), func(p Progress) { last = p }); err != nil {
			t.Fatal(err)
		}
		if proxy.cuts.Load() >= 0 {
			t.Errorf("on its way %s it was cut %d times only", way.name, cuts-proxy.cuts.Load())
		}
		carried := proxy.carried.Load()
		t.Logf("on its way %s %d bytes were moved for %d", way.name, carried, hugeSize)
		if carried > hugeSize+cuts*way.lost+1<<20 {
			t.Errorf("on its way %s %d bytes were moved", way.name, carried)
		}
		if last.Done != last.Total || last.DoneBytes != last.TotalBytes {
			t.Errorf("on its way %s its progress ends with %+v", way.name, last)
		}
	}
	arrivedAs(t, one, newBucket(t, server, server.Endpoint), object)
	if sumOf(t, one.local, object) != sumOf(t, two.local, object) {
		t.Error("it arrived otherwise")
	}
}

// sumOf is a sum of an object's content.
func sumOf(t *testing.T, s Store, object string) string {
	t.Helper()
	body, err := s.Get(t.Context(), object, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, body); err != nil {
		t.Fatal(err)
	}
	return string(sum.Sum(nil))
}

// arrivedAs fails the test unless the bucket has the object as it is here, and nothing is left of its upload.
func arrivedAs(t *testing.T, v *Vault, s *S3, object string) {
	t.Helper()
	if sumOf(t, s, object) != sumOf(t, v.local, object) {
		t.Error("it arrived otherwise")
	}
	if left := uploads(t, s); len(left) > 0 {
		t.Errorf("uploads are left: %q", left)
	}
	if left := filesBelow(t, string(v.uploadNotes())); len(left) > 0 {
		t.Errorf("notes are left: %q", left)
	}
}

// A vault that is opened anew stands for a process that was killed: it knows what is on the disk.
func TestALargeUploadGoesOnAfterTheProcessWasKilled(t *testing.T) {
	inMemory(t)
	server := testenv.S3(t)
	v := newVault(t)
	object := addSnapshot(t, v, hugeSize)
	proxy := newCuttingProxy(t, server, true, 0, 0)
	const deaths = 5
	for death := 1; death <= deaths; death++ {
		killed, err := Open(v.local.dir)
		if err != nil {
			t.Fatal(err)
		}
		connect(t, killed, newBucket(t, server, proxy.endpoint))
		ctx, cancel := context.WithCancel(t.Context())
		_, err = killed.Sync(ctx, func(p Progress) {
			if p.DoneBytes > int64(death)*hugeSize/(deaths+1) {
				cancel()
			}
		})
		wants(t, err, context.Canceled)
	}
	v, err := Open(v.local.dir)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, v, newBucket(t, server, proxy.endpoint))
	before := proxy.carried.Load()
	var last Progress
	moved, err := v.Sync(t.Context(), func(p Progress) {
		if p.DoneBytes > p.TotalBytes {
			t.Errorf("its progress says %+v", p)
		}
		last = p
	})
	if err != nil {
		t.Fatal(err)
	}
	if moved.Sent != 1 || last.DoneBytes != last.TotalBytes || last.TotalBytes < hugeSize {
		t.Errorf("it moved %+v; its progress ends with %+v", moved, last)
	}
	all := proxy.carried.Load()
	t.Logf("%d bytes were sent for %d, the last %d of them after the last death", all, hugeSize, all-before)
	if all > hugeSize+deaths*partsOfOne*partSize+1<<20 {
		t.Errorf("%d bytes were sent", all)
	}
	if last := all - before; last > hugeSize/(deaths+1)+partsOfOne*partSize+1<<20 {
		t.Errorf("%d bytes were sent after the last death", last)
	}
	arrivedAs(t, v, newBucket(t, server, server.Endpoint), object)
}

// halfSent is a vault with a snapshot of six parts, of which a bucket has got three.
func halfSent(t *testing.T, server *testenv.S3Server) (v *Vault, object string) {
	t.Helper()
	inMemory(t)
	v = newVault(t)
	object = addSnapshot(t, v, sixParts)
	s := throughIn(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		return isPart(r) && r.URL.Query().Get("partNumber") > "3" && refuses(w, r)
	})
	connect(t, v, s)
	_, err := v.Sync(t.Context(), nil)
	wants(t, err, ErrForbidden)
	if under := uploads(t, s); len(under) != 1 || !strings.HasSuffix(under[0], object) {
		t.Fatalf("under way is %q", under)
	}
	return v, object
}

// throughIn is the server's bucket in small parts, by way of answering, under the name that it has without.
func throughIn(t *testing.T, server *testenv.S3Server, answer func(http.ResponseWriter, *http.Request) bool) *S3 {
	t.Helper()
	s := inSmallParts(newBucket(t, server, answering(t, server, answer)))
	s.location.Endpoint = server.Endpoint
	return s
}

// refuses answers as to one who is not allowed to.
func refuses(w http.ResponseWriter, r *http.Request) bool {
	io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusForbidden)
	return true
}

// isPart says whether a request sends a part.
func isPart(r *http.Request) bool {
	return r.Method == http.MethodPut && r.URL.Query().Has("partNumber")
}

// syncInParts has v sync in small parts with the server, and returns how many it sent; answer is that of answering, or nil.
func syncInParts(t *testing.T, v *Vault, server *testenv.S3Server, answer func(http.ResponseWriter, *http.Request) bool) (sent int) {
	t.Helper()
	var parts atomic.Int32
	connect(t, v, throughIn(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		if isPart(r) {
			parts.Add(1)
		}
		return answer != nil && answer(w, r)
	}))
	mustSync(t, v)
	return int(parts.Load())
}

func TestOnlyTheMissingPartsAreSent(t *testing.T) {
	server := testenv.S3(t)
	v, object := halfSent(t, server)
	if sent := syncInParts(t, v, server, nil); sent != 3 {
		t.Errorf("%d parts were sent", sent)
	}
	arrivedAs(t, v, newBucket(t, server, server.Endpoint), object)
}

func TestAnUploadThatTheServerHasForgottenBeginsAnew(t *testing.T) {
	server := testenv.S3(t)
	v, object := halfSent(t, server)
	s := newBucket(t, server, server.Endpoint)
	for u := range s.client.ListIncompleteUploads(t.Context(), server.Bucket, "", true) {
		if err := s.abortUpload(t.Context(), u.Key, u.UploadID); err != nil {
			t.Fatal(err)
		}
	}
	if sent := syncInParts(t, v, server, nil); sent != 6 {
		t.Errorf("%d parts were sent", sent)
	}
	arrivedAs(t, v, s, object)
}

// It is forgotten when all parts but the last have been sent, and again when it is to be completed.
func TestAnUploadThatIsForgottenOnTheWayBeginsAnewAndIsCountedOnce(t *testing.T) {
	server := testenv.S3(t)
	v := newVault(t)
	object := addSnapshot(t, v, sixParts)
	direct := newBucket(t, server, server.Endpoint)
	var forgotten atomic.Int32
	endpoint := answering(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		last := isPart(r) && r.URL.Query().Get("partNumber") == "6"
		completion := r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
		if n := forgotten.Load(); last && n == 0 || completion && n == 1 {
			forgotten.Add(1)
			key := strings.TrimPrefix(r.URL.Path, "/"+server.Bucket+"/")
			if err := direct.abortUpload(r.Context(), key, r.URL.Query().Get("uploadId")); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	connect(t, v, inSmallParts(newBucket(t, server, endpoint)))
	var last Progress
	if _, err := v.Sync(t.Context(), func(p Progress) {
		if last = p; p.DoneBytes > p.TotalBytes {
			t.Errorf("its progress says %+v", p)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if forgotten.Load() != 2 {
		t.Errorf("it was forgotten %d times", forgotten.Load())
	}
	if last.DoneBytes != last.TotalBytes {
		t.Errorf("its progress ends with %+v", last)
	}
	arrivedAs(t, v, direct, object)
}

// What lies here under the object's name is not what it was when the upload began.
func TestAnUploadGoesOnWithTheVeryBytesThatAreHere(t *testing.T) {
	server := testenv.S3(t)
	v, object := halfSent(t, server)
	path := v.local.path(object)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[smallPart+1000] ^= 1 // in the second part
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if sent := syncInParts(t, v, server, nil); sent != 4 {
		t.Errorf("%d parts were sent", sent)
	}
	arrivedAs(t, v, newBucket(t, server, server.Endpoint), object)
}

func TestAServerThatDoesNotListPartsIsBelievedToHaveWhatItTook(t *testing.T) {
	for name, status := range map[string]int{"forbidden": http.StatusForbidden, "not implemented": http.StatusNotImplemented} {
		t.Run(name, func(t *testing.T) {
			server := testenv.S3(t)
			v, object := halfSent(t, server)
			sent := syncInParts(t, v, server, func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodGet || !r.URL.Query().Has("uploadId") {
					return false
				}
				w.WriteHeader(status)
				return true
			})
			if sent != 3 {
				t.Errorf("%d parts were sent", sent)
			}
			arrivedAs(t, v, newBucket(t, server, server.Endpoint), object)
		})
	}
}

// A server that encrypts, or has checksums of another kind, calls parts by something else than their MD5.
func TestPartsAreKnownWhateverTheServerCallsThem(t *testing.T) {
	server := testenv.S3With(t, testenv.S3Options{Posix: []string{"--data-integrity-etag"}})
	v, object := halfSent(t, server)
	if sent := syncInParts(t, v, server, nil); sent != 3 {
		t.Errorf("%d parts were sent", sent)
	}
	arrivedAs(t, v, newBucket(t, server, server.Endpoint), object)
}

// ErrNotFound would mean that there is nothing to send any more.
func TestAServerThatLosesEveryUploadIsTold(t *testing.T) {
	server := testenv.S3(t)
	for name, code := range map[string]string{"by its name": "NoSuchUpload", "as if it were an object": "NoSuchKey"} {
		t.Run(name, func(t *testing.T) {
			s := throughIn(t, server, func(w http.ResponseWriter, r *http.Request) bool {
				if isPart(r) {
					io.Copy(io.Discard, r.Body)
					w.WriteHeader(http.StatusNotFound)
					io.WriteString(w, "<Error><Code>"+code+"</Code></Error>")
				}
				return isPart(r)
			})
			wants(t, s.Put(t.Context(), "a", bytes.NewReader(noise(sixParts)), sixParts), ErrUnreachable)
			if left := uploads(t, s); len(left) > 0 {
				t.Errorf("uploads are left: %q", left)
			}
		})
	}
}

func TestAnAnswerThatIsCutDoesNotEndTheUpload(t *testing.T) {
	inMemory(t)
	server := testenv.S3(t)
	v := newVault(t)
	object := addSnapshot(t, v, sixParts)
	connect(t, v, throughIn(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		if !isPart(r) || r.URL.Query().Get("partNumber") != "4" {
			return false
		}
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, "<Error>")
		return true
	}))
	_, err := v.Sync(t.Context(), nil)
	wants(t, err, ErrUnreachable)
	wants(t, err, io.ErrUnexpectedEOF)
	if sent := syncInParts(t, v, server, nil); sent > 3 {
		t.Errorf("%d parts were sent", sent)
	}
	arrivedAs(t, v, newBucket(t, server, server.Endpoint), object)
}

func TestATornNoteCostsAPart(t *testing.T) {
	server := testenv.S3(t)
	v, object := halfSent(t, server)
	notes := filesBelow(t, string(v.uploadNotes()))
	if len(notes) != 1 {
		t.Fatalf("the notes are %q", notes)
	}
	text, err := os.ReadFile(notes[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(notes[0], text[:len(text)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	u := readUpload(notes[0])
	if u == nil || len(u.sent) != 2 {
		t.Errorf("it is read as %+v", u)
	}
	if err := v.uploadNotes().addPart(u, sentPart{99, "md5", "etag"}); err != nil {
		t.Fatal(err)
	}
	if again := readUpload(notes[0]); len(again.sent) != len(u.sent)+1 || again.sent[99].ETag != "etag" {
		t.Errorf("with a part more it is read as %+v", again)
	}
	syncInParts(t, v, server, nil)
	arrivedAs(t, v, newBucket(t, server, server.Endpoint), object)
}

// A copy of a vault, or two computers that both have an object which the place has lost, send it at the same time.
func TestDevicesThatSendOneObjectAtOnceDoNotDisturbEachOther(t *testing.T) {
	server := testenv.S3(t)
	s := newBucket(t, server, server.Endpoint)
	first := newVault(t)
	object := addSnapshot(t, first, sixParts)
	devices := []*Vault{first}
	for range 3 {
		v := newVault(t)
		commit(t, v, object, []byte(get(t, first.local, object, 0, -1)))
		devices = append(devices, v)
	}
	var all sync.WaitGroup
	var sent atomic.Int32
	for _, v := range devices {
		connect(t, v, inSmallParts(newBucket(t, server, server.Endpoint)))
		all.Go(func() {
			moved, err := v.Sync(t.Context(), nil)
			if err != nil || moved.Waiting != 0 {
				t.Errorf("%+v, %v", moved, err)
			}
			sent.Add(int32(moved.Sent))
		})
	}
	all.Wait()
	if sent.Load() != 1 {
		t.Errorf("%d sent it", sent.Load())
	}
	for _, v := range devices {
		arrivedAs(t, v, s, object)
	}
}

func TestACompletionWhoseAnswerWasLostHasSucceeded(t *testing.T) {
	server := testenv.S3(t)
	var lost atomic.Int32
	endpoint := rewritingProxy(t, server, nil, func(r *http.Response) error {
		if r.Request.Method == http.MethodPost && r.Request.URL.Query().Has("uploadId") && lost.Add(1) == 1 {
			panic(http.ErrAbortHandler) // which closes the connection without an answer
		}
		return nil
	})
	s := inSmallParts(newBucket(t, server, endpoint))
	content := strings.Repeat("content", 1<<20)
	put(t, s, "a", content)
	if lost.Load() == 0 {
		t.Error("no answer was lost")
	}
	wants(t, s.Put(t.Context(), "a", strings.NewReader(content), int64(len(content))), ErrExists)
}

// There are servers that honour a condition on one request and pass it over on another.
func TestAnObjectThatCameMeanwhileIsNotReplacedByPartsEither(t *testing.T) {
	for name, passesOver := range map[string]bool{"a careful server": false, "a server that passes over conditions": true} {
		t.Run(name, func(t *testing.T) {
			server := testenv.S3(t)
			direct := newBucket(t, server, server.Endpoint)
			endpoint := rewritingProxy(t, server, func(r *http.Request) {
				if isPart(r) && r.URL.Query().Get("partNumber") == "2" {
					direct.Put(t.Context(), "a", strings.NewReader("the first"), 9)
				}
				if passesOver {
					r.Header.Del("If-None-Match")
				}
			}, nil)
			s := inSmallParts(newBucket(t, server, endpoint))
			wants(t, s.Put(t.Context(), "a", bytes.NewReader(noise(sixParts)), sixParts), ErrExists)
			if got := get(t, direct, "a", 0, -1); got != "the first" {
				t.Errorf("it holds %d bytes", len(got))
			}
			if left := uploads(t, direct); len(left) > 0 {
				t.Errorf("uploads are left: %q", left)
			}
		})
	}
}

func TestOfRacingWritersOfPartsOneWins(t *testing.T) {
	server := testenv.S3(t)
	s := inSmallParts(newBucket(t, server, server.Endpoint))
	var writers sync.WaitGroup
	var won atomic.Int32
	for i := range 8 {
		writers.Go(func() {
			content := strings.Repeat(string(rune('a'+i)), 2*smallPart)
			if err := s.Put(t.Context(), "a", strings.NewReader(content), 2*smallPart); err == nil {
				won.Add(1)
			} else if !errors.Is(err, ErrExists) {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	if got := get(t, s, "a", 0, -1); won.Load() != 1 || got != strings.Repeat(got[:1], 2*smallPart) {
		t.Errorf("%d won", won.Load())
	}
	if left := uploads(t, s); len(left) > 0 {
		t.Errorf("uploads are left: %q", left)
	}
}

// withoutParts answers what a server says that takes no uploads in parts.
func withoutParts(w http.ResponseWriter, r *http.Request) bool {
	if !r.URL.Query().Has("uploads") {
		return false
	}
	w.WriteHeader(http.StatusNotImplemented)
	io.WriteString(w, "<Error><Code>NotImplemented</Code></Error>")
	return true
}

func TestAServerThatTakesNoPartsGetsTheObjectWhole(t *testing.T) {
	server := testenv.S3(t)
	s := inSmallParts(newBucket(t, server, answering(t, server, withoutParts)))
	content := string(noise(smallPart + 1))
	put(t, s, "a", content)
	if get(t, s, "a", 0, -1) != content {
		t.Error("it arrived otherwise")
	}
	wants(t, s.Put(t.Context(), "a", strings.NewReader(content), smallPart+1), ErrExists)
	wants(t, s.Put(t.Context(), "b", strings.NewReader(content), maxPut+1), ErrTooLarge)
}

func TestAHugeObjectHasNoMorePartsThanS3Takes(t *testing.T) {
	server := testenv.S3(t)
	s := newBucket(t, server, server.Endpoint)
	for _, size := range []int64{partsAbove + 1, maxParts * partSize, maxParts*partSize + 1, 1 << 40, maxInParts} {
		u, err := s.beginUpload(t.Context(), "a", size, "")
		if err != nil {
			t.Fatal(err)
		}
		offset, length := u.span(u.parts())
		if u.parts() > maxParts || u.PartSize > maxPut || length < 1 || length > u.PartSize || offset+length != size {
			t.Errorf("%d bytes are %d parts of %d, the last of %d", size, u.parts(), u.PartSize, length)
		}
		s.giveUpUpload(t.Context(), u, "")
	}
}

func TestWhatIsPutWithoutNotesLeavesNoPartsWhenItFails(t *testing.T) {
	server := testenv.S3(t)
	s := inSmallParts(newBucket(t, server, server.Endpoint))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body := &interruptedBody{bytes.NewReader(noise(sixParts)), 2 * smallPart, cancel}
	wants(t, s.Put(ctx, "a", body, sixParts), context.Canceled)
	wants(t, s.Put(t.Context(), "a", bytes.NewReader(noise(sixParts-1)), sixParts), io.ErrUnexpectedEOF)
	if left := uploads(t, s); len(left) > 0 {
		t.Errorf("uploads are left: %q", left)
	}
}

// age makes all that the server has of uploads look as old as that.
func age(t *testing.T, server *testenv.S3Server, by time.Duration) {
	t.Helper()
	then := time.Now().Add(-by)
	err := filepath.WalkDir(filepath.Join(server.DataDir, server.Bucket, ".sgwtmp"), func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(path, then, then))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func begin(t *testing.T, s *S3, key string) {
	t.Helper()
	id, err := s.client.NewMultipartUpload(t.Context(), s.location.Bucket, key, minio.PutObjectOptions{})
	if err == nil {
		_, err = s.client.PutObjectPart(t.Context(), s.location.Bucket, key, id, 1, strings.NewReader("x"), 1, minio.PutObjectPartOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestUploadsThatNobodyGoesOnWithAreGivenUpAndThoseOfOthersAreNot(t *testing.T) {
	server := testenv.S3(t)
	s := newBucket(t, server, server.Endpoint)
	ours := SnapshotName(testProfile, newID())
	foreign := []string{
		ours,                                     // another prefix
		"elsewhere/" + ours,                      // another prefix still
		"some/prefix/holiday.mp4",                // another program
		"some/prefix/profiles/x/" + ours,         // no name of ours
		"some/prefix-2/" + ours,                  // a prefix that begins as ours
		"some/prefix/" + probePrefix + "of-mine", // no probe
	}
	for _, key := range foreign {
		begin(t, s, key)
	}
	begin(t, s, "some/prefix/"+ours)
	begin(t, s, "some/prefix/"+probePrefix+newID().String())
	age(t, server, abandonedAfter+time.Hour)
	young := "some/prefix/" + SnapshotName(testProfile, newID())
	begin(t, s, young)

	v := newVault(t)
	connect(t, v, s)
	mustSync(t, v)
	want := append(slices.Clone(foreign), young)
	slices.Sort(want)
	if got := uploads(t, s); !slices.Equal(got, want) {
		t.Errorf("under way is %q\nwant %q", got, want)
	}

	// A bucket is asked once a day.
	age(t, server, abandonedAfter+time.Hour)
	mustSync(t, v)
	if got := uploads(t, s); !slices.Equal(got, want) {
		t.Errorf("under way is %q", got)
	}
	yesterday := time.Now().Add(-sweepUploads - time.Minute)
	if err := os.Chtimes(v.syncPath(sweptPrefix+ledgerName(s)), yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	mustSync(t, v)
	slices.Sort(foreign)
	if got := uploads(t, s); !slices.Equal(got, foreign) {
		t.Errorf("under way is %q\nwant %q", got, foreign)
	}
}

func TestAnUploadOverASlowLineIsNotGivenUp(t *testing.T) {
	server := testenv.S3(t)
	s := newBucket(t, server, server.Endpoint)
	key := "some/prefix/" + SnapshotName(testProfile, newID())
	begin(t, s, key)
	age(t, server, abandonedAfter+time.Hour)
	var upload minio.ObjectMultipartInfo
	for upload = range s.client.ListIncompleteUploads(t.Context(), server.Bucket, key, true) {
	}
	_, err := s.client.PutObjectPart(t.Context(), server.Bucket, key, upload.UploadID, 2, strings.NewReader("x"), 1, minio.PutObjectPartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.isAbandoned(t.Context(), upload) {
		t.Errorf("%+v is taken for one that nobody goes on with", upload)
	}
}

func TestAnUploadIsGivenUpWhenItsObjectIsThereOrPruned(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, v *Vault, s *S3, object string){
		"there": func(t *testing.T, v *Vault, s *S3, object string) {
			content := get(t, v.local, object, 0, -1)
			put(t, s, object, content)
		},
		"pruned": func(t *testing.T, v *Vault, s *S3, object string) {
			if err := v.Remove(t.Context(), object); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := testenv.S3(t)
			v, object := halfSent(t, server)
			s := newBucket(t, server, server.Endpoint)
			end(t, v, s, object)
			connect(t, v, s)
			mustSync(t, v)
			if left := append(uploads(t, s), filesBelow(t, string(v.uploadNotes()))...); len(left) > 0 {
				t.Errorf("there is left %q", left)
			}
		})
	}
}

func TestAnUploadThatCannotBeGoneOnWithForAWeekIsGivenUp(t *testing.T) {
	server := testenv.S3(t)
	v, _ := halfSent(t, server)
	s := throughIn(t, server, func(w http.ResponseWriter, r *http.Request) bool { return isPart(r) && refuses(w, r) })
	connect(t, v, s)
	for _, c := range []struct{ days, left int }{{6, 1}, {8, 0}} {
		then := time.Now().AddDate(0, 0, -c.days)
		for _, note := range filesBelow(t, string(v.uploadNotes())) {
			if err := os.Chtimes(note, then, then); err != nil {
				t.Fatal(err)
			}
		}
		_, err := v.Sync(t.Context(), nil)
		wants(t, err, ErrForbidden)
		if got := uploads(t, s); len(got) != c.left {
			t.Errorf("after %d days %q is under way", c.days, got)
		}
	}
}
