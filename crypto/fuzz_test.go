package crypto

import (
	"bytes"
	"errors"
	"testing"
)

func FuzzParseHeader(f *testing.F) {
	f.Add(Key{}.SealWhole(someID, 1, nil))
	f.Add([]byte("VALISE\x00\x02"))
	f.Fuzz(func(t *testing.T, b []byte) {
		header, err := ParseHeader(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewerFormat) {
				t.Errorf("got %v", err)
			}
			return
		}
		if !bytes.Equal(header.bytes(), b[:HeaderSize]) {
			t.Errorf("the header %x was read as %+v", b[:HeaderSize], header)
		}
	})
}

func FuzzOpenWhole(f *testing.F) {
	key := Key([]byte("the key that the fuzzer may know"))
	f.Add(key.SealWhole(someID, 1, []byte("bookmarks")))
	f.Add(Key{}.SealWhole(someID, 1, nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		header, plaintext, err := key.OpenWhole(b)
		if err != nil {
			if plaintext != nil || header != (Header{}) {
				t.Error("something was handed out together with an error")
			}
			return
		}
		if again := key.object(header); !bytes.Equal(again.Seal(again.HeaderBytes(), Segment(0), plaintext, wholeObject), b) {
			t.Error("what was opened does not seal to what it was opened from")
		}
	})
}

func FuzzParseRecoveryCode(f *testing.F) {
	f.Add(Key{}.RecoveryCode())
	f.Add("00000-00000")
	f.Add("o i l \u2013 \xff")
	f.Fuzz(func(t *testing.T, s string) {
		key, err := ParseRecoveryCode(s)
		if err == nil {
			if again, err := ParseRecoveryCode(key.RecoveryCode()); err != nil || again != key {
				t.Errorf("%q is a code, but that of its key is not: %v", s, err)
			}
			return
		}
		var wrong *RecoveryCodeError
		if !errors.As(err, &wrong) || wrong.Group < 0 || wrong.Group > codeGroups || wrong.NextStep() == "" || key != (Key{}) {
			t.Errorf("%q: %#v", s, err)
		}
	})
}

func FuzzParseKeyFile(f *testing.F) {
	f.Add(keyFileTitle + "\nvault 1 \"secret\"\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, content string) {
		secrets, err := parseKeyFile(content)
		if err != nil {
			if !errors.Is(err, ErrKeyFileDamaged) || secrets != nil {
				t.Errorf("got %v, %v", secrets, err)
			}
			return
		}
		again, err := parseKeyFile(formatKeyFile(secrets))
		if err != nil || len(again) != len(secrets) {
			t.Fatalf("%q cannot be written back: %v", content, err)
		}
		for name, secret := range secrets {
			if again[name] != secret {
				t.Errorf("%q: %q became %q", name, secret, again[name])
			}
		}
	})
}

func FuzzParseSlot(f *testing.F) {
	slot, err := quick.SealKey("correct horse", Key{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(slot.Bytes())
	f.Add([]byte("VALISEP\x02"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, checked(b)} {
			slot, err := ParseSlot(b)
			if err != nil {
				if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewerFormat) {
					t.Errorf("got %v", err)
				}
				continue
			}
			if !bytes.Equal(slot.Bytes(), b[:SlotSize]) {
				t.Errorf("the slot %x was read as another", b[:SlotSize])
			}
			if slot.cost.check() != nil {
				t.Errorf("a slot may cost %+v", slot.cost)
			}
		}
	})
}

func FuzzCanonical(f *testing.F) {
	f.Add("Correct Horse — battery staple two more")
	f.Add("\u00a0pass\u2011wort \ufb01 \xff")
	f.Fuzz(func(t *testing.T, s string) {
		if text := canonical(s); canonical(text) != text || canonical("\t"+s+" \n") != text {
			t.Errorf("%q has several canonical forms", s)
		}
	})
}
