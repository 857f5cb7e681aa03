package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"valise/internal/testenv"
)

// The tests that every store passes.

func TestWhatWasPutComesBackWholeAndInParts(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		put(t, s, "letters", "abcdefghij")
		put(t, s, "nothing", "")
		for _, c := range []struct {
			offset, length int64
			want           string
		}{
			{0, -1, "abcdefghij"}, {3, -1, "defghij"}, {3, 4, "defg"}, {0, 1, "a"}, {9, 1, "j"}, {8, 100, "ij"},
			{0, 10, "abcdefghij"}, {5, 0, ""}, {10, -1, ""}, {10, 5, ""}, {11, -1, ""}, {100, 5, ""},
		} {
			if got := get(t, s, "letters", c.offset, c.length); got != c.want {
				t.Errorf("%d bytes from %d: %q, want %q", c.length, c.offset, got, c.want)
			}
		}
		if got := get(t, s, "nothing", 0, -1); got != "" {
			t.Errorf("the empty object holds %q", got)
		}
	})
}

func TestALargeObjectSurvives(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		for name, size := range map[string]int{
			"large":     20 << 20, // above the size from which minio-go would send parts
			"in-parts":  partsAbove + 5,
			"even-ones": partsAbove + partSize,
		} {
			content := noise(size)
			if err := s.Put(t.Context(), name, bytes.NewReader(content), int64(size)); err != nil {
				t.Fatal(err)
			}
			if get(t, s, name, 0, -1) != string(content) {
				t.Error("it came back otherwise")
			}
			wants(t, s.Put(t.Context(), name, bytes.NewReader(content), int64(size)), ErrExists)
		}
	})
}

func TestPutTakesSizeBytesFromWhereTheBodyStands(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		body := strings.NewReader("abcdefghij")
		body.Seek(2, io.SeekStart)
		if err := s.Put(t.Context(), "middle", body, 5); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, "middle", 0, -1); got != "cdefg" {
			t.Errorf("it holds %q", got)
		}
	})
}

func TestPutLeavesTheCallersFileOpen(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		file, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		file.WriteString("content")
		file.Seek(0, io.SeekStart)
		if err := s.Put(t.Context(), "file", file, 7); err != nil {
			t.Fatal(err)
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			t.Error(err)
		}
	})
}

func TestABodyThatIsTooShortLeavesNothing(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		wants(t, s.Put(t.Context(), "short", strings.NewReader("abc"), 4), io.ErrUnexpectedEOF)
		if left := filesBelow(t, files); len(left) > 0 {
			t.Errorf("it left %q", left)
		}
	})
}

func TestAnObjectIsNeverReplaced(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		put(t, s, "a/name", "the first")
		wants(t, s.Put(t.Context(), "a/name", strings.NewReader("the second"), 10), ErrExists)
		wants(t, s.Put(t.Context(), "a/name", strings.NewReader("the first"), 9), ErrExists)
		if got := get(t, s, "a/name", 0, -1); got != "the first" {
			t.Errorf("it holds %q", got)
		}
	})
}

func TestOfSixteenRacingWritersOneWins(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		for round := range 5 {
			name := fmt.Sprintf("race/%d", round)
			var writers sync.WaitGroup
			errs := make([]error, 16)
			for i := range errs {
				writers.Go(func() {
					content := strings.Repeat(string(rune('a'+i)), 100_000)
					errs[i] = s.Put(t.Context(), name, strings.NewReader(content), int64(len(content)))
				})
			}
			writers.Wait()
			winner := -1
			for i, err := range errs {
				switch {
				case err == nil && winner < 0:
					winner = i
				case err == nil:
					t.Fatalf("writers %d and %d both won", winner, i)
				case !errors.Is(err, ErrExists):
					t.Fatal(err)
				}
			}
			if winner < 0 {
				t.Fatal("nobody won")
			}
			if want := strings.Repeat(string(rune('a'+winner)), 100_000); get(t, s, name, 0, -1) != want {
				t.Error("it holds what a loser wrote")
			}
		}
		if left := filesBelow(t, files); len(left) != 5 {
			t.Errorf("there are %d files, want 5: %q", len(left), left)
		}
	})
}

func TestAListingIsInTheOrderOfNamesAndBelowItsPrefix(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		all := []string{"a-b", "a.b", "a/b", "a/b.c", "a/c/d", "a/c0", "a0", "b", "profiles/x/y", "vault.json"}
		for _, i := range rand.Perm(len(all)) {
			put(t, s, all[i], all[i])
		}
		for _, c := range []struct {
			prefix string
			want   []string
		}{
			{"", all}, {"a", all[:7]}, {"a/", all[2:6]}, {"a/c", all[4:6]}, {"a/c/", all[4:5]}, {"a/c/d", all[4:5]},
			{"a/c/d/", nil}, {"pro", all[8:9]}, {"profiles/x/y", all[8:9]}, {"z", nil},
		} {
			if got := names(t, s, c.prefix); !slices.Equal(got, c.want) {
				t.Errorf("below %q: %q, want %q", c.prefix, got, c.want)
			}
		}
		for info, err := range s.List(t.Context(), "") {
			if err != nil || info.Size != int64(len(info.Name)) || info.Modified.IsZero() {
				t.Errorf("the listing says %+v, %v", info, err)
			}
		}
		for range s.List(t.Context(), "") {
			break // which must not go on
		}
	})
}

func TestAListingOfManyObjectsIsComplete(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		var want []string
		if err := os.MkdirAll(filepath.Join(files, "many"), 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range 1600 { // more than a page; written as files, which is faster
			name := fmt.Sprintf("many/%05d", i)
			want = append(want, name)
			if err := os.WriteFile(filepath.Join(files, name), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := names(t, s, "many/"); !slices.Equal(got, want) {
			t.Errorf("%d names, want %d", len(got), len(want))
		}
	})
}

func TestAListingEndsWithItsContext(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		put(t, s, "a", "")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range s.List(ctx, "") {
			wants(t, err, context.Canceled)
			return
		}
		t.Error("it looks like an empty place")
	})
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		put(t, s, "a/b", "")
		for _, name := range []string{"c", "a", "a/c", "a/b/c", "x/y/z"} {
			_, err := s.Get(t.Context(), name, 0, -1)
			wants(t, err, ErrNotFound)
			_, err = s.Get(t.Context(), name, 0, 0)
			wants(t, err, ErrNotFound)
			_, err = stat(t.Context(), s, name)
			wants(t, err, ErrNotFound)
		}
	})
}

func TestRemoveLeavesNothingAndMayBeRepeated(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		put(t, s, "a/b", "content")
		for range 2 {
			if err := s.Remove(t.Context(), "a/b"); err != nil {
				t.Fatal(err)
			}
		}
		if left := filesBelow(t, files); len(left) > 0 {
			t.Errorf("it left %q", left)
		}
		put(t, s, "a/b", "again")
	})
}

// interruptedBody cancels a context once more than so many bytes were read of it in all.
type interruptedBody struct {
	*bytes.Reader
	left   int
	cancel func()
}

func (b *interruptedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= n; b.left < 0 {
		b.cancel()
	}
	return n, err
}

func TestAPutThatIsCancelledInTheMiddleLeavesNothing(t *testing.T) {
	for pass := range 2 { // S3 reads the body twice: to add it up, and to send it
		everyStore(t, func(t *testing.T, s Store, files string) {
			if _, folder := s.(*Folder); folder && pass > 0 {
				return
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			content := noise(8 << 20)
			body := &interruptedBody{bytes.NewReader(content), pass*len(content) + 2<<20, cancel}
			wants(t, s.Put(ctx, "cancelled", body, int64(len(content))), context.Canceled)
			if got := names(t, s, ""); len(got) > 0 {
				t.Errorf("the listing shows %q", got)
			}
			testenv.Until(t, "nothing to be left of it", func() bool { return len(filesBelow(t, files)) == 0 })
			if err := s.Put(t.Context(), "cancelled", bytes.NewReader(content), int64(len(content))); err != nil {
				t.Errorf("the same name cannot be put after that: %v", err)
			}
		})
	}
}

func TestAGetThatIsCancelledEnds(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		put(t, s, "large", string(noise(32<<20)))
		ctx, cancel := context.WithCancel(t.Context())
		body, err := s.Get(ctx, "large", 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		if _, err := io.CopyN(io.Discard, body, 1000); err != nil {
			t.Fatal(err)
		}
		cancel()
		_, err = io.Copy(io.Discard, body)
		wants(t, err, context.Canceled)
	})
}

func TestOddNamesAreRefused(t *testing.T) {
	odd := []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", ".hidden", "a/.hidden", "-a", "a.",
		"A", "a b", "a\\b", "a\x00b", "ä", "a_b", "a:b", "a?b", "a*b", "a%2fb", "con", "a/nul.valise", "lpt1", "com9.x",
		strings.Repeat("a", 256),
	}
	everyStore(t, func(t *testing.T, s Store, files string) {
		for _, name := range odd {
			wants(t, s.Put(t.Context(), name, strings.NewReader("x"), 1), ErrBadName)
			_, err := s.Get(t.Context(), name, 0, -1)
			wants(t, err, ErrBadName)
			wants(t, s.Remove(t.Context(), name), ErrBadName)
		}
		if left := filesBelow(t, filepath.Dir(files)); len(left) > 0 {
			t.Errorf("they left %q", left)
		}
		for _, name := range []string{"a", "0", "a.b", "a-", "console", "com", "com10", "b/lpt0x", strings.Repeat("a", 200)} {
			put(t, s, name, "x")
		}
	})
}

func TestForeignNamesArePassedOver(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		put(t, s, "profiles/ours", "x")
		for _, name := range []string{"Thumbs.db", ".DS_Store", "profiles/copy of ours", "profiles/.ours.swp", "Neu/ours", "_a"} {
			path := filepath.Join(files, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := names(t, s, ""); !slices.Equal(got, []string{"profiles/ours"}) {
			t.Errorf("the listing shows %q", got)
		}
	})
}
