package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestARatioComparesWhatWasMeasuredInOneRound(t *testing.T) {
	r := newResults()
	for _, round := range [][2]float64{{1, 10}, {9, 30}, {4, 20}} { // on a machine that was busier at times
		r.add(second, valise, sample{wall: round[0]})
		r.add(second, restic, sample{wall: round[1]})
	}
	if by, ok := r.ratio(second, restic, wall); !ok || by != 0.2 {
		t.Errorf("it is %v, %v", by, ok)
	}
	if _, ok := r.ratio(first, restic, wall); ok {
		t.Error("there is a ratio of what was not measured")
	}
}

func TestTheMeasuredPartOfThePageIsWrittenAnewAndTheRestKept(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("before\n"+beginMark+"old\n"+endMark+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, figure := range []string{"0.5", "0.4"} {
		o := newReport(io.Discard)
		o.table(table{{"what", "figure"}, {"save", figure}})
		if err := o.writeInto(page); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if !strings.HasPrefix(text, "before\n"+beginMark) || !strings.HasSuffix(text, endMark+"after\n") ||
		!strings.Contains(text, "| save |    0.4 |") || strings.Contains(text, "0.5") || strings.Contains(text, "old") {
		t.Errorf("it is\n%s", text)
	}
	if err := newReport(io.Discard).writeInto(filepath.Join(t.TempDir(), "none.md")); err == nil {
		t.Error("there was no page")
	}
}

func TestTheTreeOfTheRoundsIsChangedInPlaceAndOnlyWhereItDiffers(t *testing.T) {
	before, after, live := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "live")
	then := time.Now().Add(-time.Hour).Truncate(time.Second)
	put := func(dir, name, content string, at time.Time) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	put(before, "Default/History", "old", then)
	put(before, "Default/Bookmarks", "same", then)
	put(before, "Default/gone/file", "x", then)
	put(before, "Default/Code Cache/js/1", "cache", then)
	put(after, "Default/History", "new", then.Add(time.Minute))
	put(after, "Default/Bookmarks", "same", then)
	put(after, "Default/added", "y", then)

	b := new(bench)
	if err := b.mirror(before, live, true); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(live, "Default/Code Cache")); err == nil {
		t.Error("what Valise leaves out is there")
	}
	stat := func(name string) os.FileInfo {
		t.Helper()
		info, err := os.Stat(filepath.Join(live, name))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	history, bookmarks := stat("Default/History"), stat("Default/Bookmarks")
	if err := b.mirror(after, live, true); err != nil {
		t.Fatal(err)
	}
	if err := equal(after, live); err != nil {
		t.Error(err)
	}
	if now := stat("Default/History"); !os.SameFile(history, now) || !now.ModTime().Equal(then.Add(time.Minute)) {
		t.Error("a file that changed was not changed in place")
	}
	if now := stat("Default/Bookmarks"); !os.SameFile(bookmarks, now) || !now.ModTime().Equal(then) {
		t.Error("a file that is the same was touched")
	}
	if err := equal(before, live); err == nil {
		t.Error("different trees pass for equal")
	}
}
