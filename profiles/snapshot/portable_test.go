package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"valise/crypto"
	"valise/problem"

	"github.com/google/uuid"
)

const testPassphrase = "portable, 2 words"

// cheaply is a portable file of a snapshot, whose passphrase takes no time to try.
func cheaply(t testing.TB, s shelf, id uuid.UUID, meta Meta) []byte {
	t.Helper()
	key := crypto.NewKey()
	slot, err := crypto.Cost{Passes: 1, Memory: 64, Lanes: 1}.SealKey(testPassphrase, key)
	must(t, err)
	b := bytes.NewBuffer(slot.Bytes())
	_, err = Copy(t.Context(), b, key, meta, testKey, s.open, id, nil)
	must(t, err)
	return b.Bytes()
}

// aSmallOne is a portable file of a few thousand bytes.
func aSmallOne(t testing.TB) []byte {
	t.Helper()
	g := newGenerator(1)
	dir := t.TempDir()
	write(t, dir, map[string]string{"Default/Cookies": string(g.database(3)), "Default/LOG": "", "Default/notes": string(g.text(2000)), "run": "#!"})
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	return cheaply(t, s, index.Meta.ID, Meta{ID: index.Meta.ID, Ended: Clean, Card: &Card{Name: "Shop", Tags: []string{"qa"}}})
}

// readWhole reads everything that a portable file has.
func readWhole(t testing.TB, file []byte) (*Portable, error) {
	t.Helper()
	p, err := OpenPortable(bytes.NewReader(file), int64(len(file)), testPassphrase)
	if err != nil {
		return nil, err
	}
	return p, p.Check(t.Context(), nil)
}

func TestAPortableFileHoldsAWholeSnapshotWithItsCard(t *testing.T) {
	s, _, second, dir := twoSnapshots(t)
	meta := Meta{ID: second, Profile: uuid.New(), Ended: Clean, Card: &Card{Name: "Shop", Colour: "#3b82f6", Tags: []string{"qa", "ü"}}}
	var b bytes.Buffer
	var last, total int64
	index, err := CopyPortable(t.Context(), &b, testPassphrase, meta, testKey, s.open, second, func(done, of int64) { last, total = done, of })
	must(t, err)
	if index.Stored != int64(b.Len()) || last != total || total == 0 {
		t.Errorf("of %d bytes %d are told; progress ended at %d of %d", b.Len(), index.Stored, last, total)
	}

	p, err := readWhole(t, b.Bytes())
	must(t, err)
	if !reflect.DeepEqual(p.Index.Meta, index.Meta) || !reflect.DeepEqual(p.Index.Meta.Card, meta.Card) || p.Index.Stored != int64(b.Len()) {
		t.Errorf("opened it is %+v", p.Index)
	}
	var again bytes.Buffer
	to := crypto.NewKey()
	copied, err := p.Copy(t.Context(), &again, to, Meta{Ended: Imported}, nil)
	must(t, err)
	if copied.Meta.Card != nil || copied.Meta.ID == second {
		t.Errorf("copied it is %+v", copied.Meta)
	}
	back := t.TempDir()
	_, _, err = Restore(t.Context(), to, shelf{copied.Meta.ID: again.Bytes()}.open, copied.Meta.ID, back, Restoring{})
	must(t, err)
	same(t, seen(t, back), seen(t, dir))

	for _, passphrase := range []string{"portable, 2 word", "portable, 2 words!", "Portable, 2 words"} {
		if _, err := OpenPortable(bytes.NewReader(b.Bytes()), int64(b.Len()), passphrase); !errors.Is(err, crypto.ErrWrongPassphrase) {
			t.Errorf("with %q: %v", passphrase, err)
		}
	}
}

func TestNothingIsWrittenUnderAPassphraseThatProtectsNothing(t *testing.T) {
	s, _, second, _ := twoSnapshots(t)
	for _, passphrase := range []string{"", "short"} {
		var b bytes.Buffer
		if _, err := CopyPortable(t.Context(), &b, passphrase, Meta{}, testKey, s.open, second, nil); err == nil || b.Len() > 0 {
			t.Errorf("%q: %v, %d bytes", passphrase, err, b.Len())
		}
	}
}

// Two files of one snapshot share no byte of ciphertext by which they could be told to be of one.
func TestEachPortableFileHasAKeyOfItsOwn(t *testing.T) {
	s, _, second, _ := twoSnapshots(t)
	a, b := cheaply(t, s, second, Meta{ID: second}), cheaply(t, s, second, Meta{ID: second})
	const part = 16
	found := map[string]bool{}
	for i := crypto.SlotSize + crypto.HeaderSize; i+part < len(a); i += part {
		found[string(a[i:i+part])] = true
	}
	for i := crypto.SlotSize + crypto.HeaderSize; i+part < len(b)-trailerSize; i++ {
		if found[string(b[i:i+part])] {
			t.Fatalf("both have the same %d bytes at %d", part, i)
		}
	}
	if bytes.Equal(a[crypto.SlotSize+8:crypto.SlotSize+24], b[crypto.SlotSize+8:crypto.SlotSize+24]) {
		t.Error("both name the same key")
	}
}

func TestWhatIsNoPortableFileIsToldFromADamagedOne(t *testing.T) {
	s, first, _, _ := twoSnapshots(t)
	for what, file := range map[string][]byte{
		"nothing": nil, "a word": []byte("PK"), "a zip": append([]byte("PK\x03\x04"), make([]byte, 1000)...), "an object of a vault": s[first],
	} {
		for name, err := range map[string]error{
			"looked at": LookAtPortable(bytes.NewReader(file), int64(len(file))),
			"opened":    second(OpenPortable(bytes.NewReader(file), int64(len(file)), testPassphrase)),
		} {
			if !errors.Is(err, ErrNotPortable) || problem.NextStep(err) == "" {
				t.Errorf("%s, %s: %v", what, name, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Whatever happens to a file on its way, nothing of it is taken for whole.
func TestAPortableFileThatIsNotWhatItWasIsRefused(t *testing.T) {
	whole := aSmallOne(t)
	if _, err := readWhole(t, whole); err != nil {
		t.Fatal(err)
	}
	refused := func(what string, file []byte) {
		t.Helper()
		_, err := readWhole(t, file)
		for _, known := range []error{crypto.ErrDamaged, crypto.ErrNewerFormat, ErrNotPortable} {
			if errors.Is(err, known) {
				return
			}
		}
		t.Errorf("%s: %v", what, err)
	}
	for length := range whole[:crypto.SlotSize+crypto.HeaderSize+trailerSize+1] {
		refused(fmt.Sprintf("cut to %d bytes", length), whole[:length])
	}
	for at := range crypto.SlotSize + crypto.HeaderSize {
		refused(fmt.Sprintf("byte %d changed", at), flipped(whole, at))
	}
	for at := len(whole) - trailerSize; at < len(whole); at++ {
		refused(fmt.Sprintf("byte %d of the trailer changed", at), flipped(whole, at))
	}
	const seed = 1
	g := rand.New(rand.NewPCG(seed, seed))
	for n := range 6000 {
		refused(fmt.Sprintf("change %d by seed %d", n, seed), mutate(g, whole))
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x10
	return b
}

// mutate is b with something done to it that changes it: bits flipped, bytes taken out, put in, doubled or put elsewhere.
func mutate(g *rand.Rand, b []byte) []byte {
	for {
		out := bytes.Clone(b)
		at, to := g.IntN(len(b)), g.IntN(len(b))
		at, to = min(at, to), max(at, to)
		switch g.IntN(7) {
		case 0:
			for range 1 + g.IntN(3) {
				out[g.IntN(len(out))] ^= 1 << g.IntN(8)
			}
		case 1:
			out = out[:at]
		case 2:
			for range 1 + g.IntN(300) {
				out = append(out, byte(g.IntN(256)))
			}
		case 3:
			out = append(out[:at], out[to:]...)
		case 4:
			out = append(out[:to:to], b[at:]...)
		case 5:
			clear(out[at:min(to, at+1+g.IntN(64))])
		case 6:
			n := min(1+g.IntN(200), len(b)-to)
			copy(out[at:], b[to:to+n])
		}
		if !bytes.Equal(out, b) {
			return out
		}
	}
}

// FuzzPortable tries files with any slot, and any beginning and end of what is behind it.
func FuzzPortable(f *testing.F) {
	whole := aSmallOne(f)
	f.Add(whole)
	f.Add(whole[:crypto.SlotSize])
	f.Add(whole[crypto.SlotSize:])
	all, objects := ReadVectors(f, "testdata/vectors")
	f.Add(objects[all.Vectors[0].FileName()])
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, file := range [][]byte{file, append(bytes.Clone(whole[:crypto.SlotSize]), file...)} {
			if len(file) > crypto.SlotSize && !bytes.Equal(file[:crypto.SlotSize], whole[:crypto.SlotSize]) {
				if err := LookAtPortable(bytes.NewReader(file), int64(len(file))); err != nil && !errors.Is(err, ErrNotPortable) {
					known(t, err)
				}
				continue // it may cost a second to open
			}
			if _, err := readWhole(t, file); err == nil && !bytes.Equal(file, whole) {
				t.Fatal("a file that nobody made was taken for whole")
			} else if err != nil && !errors.Is(err, ErrNotPortable) {
				known(t, err)
			}
		}
	})
}
