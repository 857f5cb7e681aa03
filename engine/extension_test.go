package engine

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// zipped packs files; a name that ends in "@" is that of a symbolic link to the content.
func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range files {
		h := &zip.FileHeader{Name: strings.TrimSuffix(name, "@"), Method: zip.Deflate}
		h.SetMode(0o644)
		if strings.HasSuffix(name, "@") {
			h.SetMode(fs.ModeSymlink | 0o777)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func crx(archive []byte) []byte {
	header := []byte("a signature")
	b := binary.LittleEndian.AppendUint32([]byte(crxMagic), 3)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	return append(append(b, header...), archive...)
}

func TestAnExtensionIsUnpackedFromAnyForm(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	plain := zipped(t, map[string]string{"manifest.json": "{}", "js/a.js": "a"})
	for what, data := range map[string][]byte{
		"a zip": plain, "a crx": crx(plain),
		"a zip with a folder around": zipped(t, map[string]string{"mine/manifest.json": "{}", "mine/js/a.js": "a", "mine/sub/manifest.json": "x", "README": "r"}),
	} {
		dir, err := unpackExtension(data, func() (string, error) { return os.MkdirTemp("", "extension-") })
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if found, err := os.ReadFile(filepath.Join(dir, "js", "a.js")); err != nil || string(found) != "a" {
			t.Errorf("%s: %q, %v", what, found, err)
		}
		if manifest, err := os.ReadFile(filepath.Join(dir, "manifest.json")); err != nil || string(manifest) != "{}" {
			t.Errorf("%s: %q, %v", what, manifest, err)
		}
	}
}

func TestAHostileExtensionIsRefusedAndLeavesNothing(t *testing.T) {
	outside := t.TempDir()
	inside := filepath.Join(outside, "tmp")
	if err := os.Mkdir(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", inside)
	many := map[string]string{"manifest.json": "{}"}
	for i := range mostFiles {
		many[strings.Repeat("x", 1+i%50)+string(rune('a'+i/50))] = ""
	}
	good := zipped(t, map[string]string{"manifest.json": "{}"})
	for what, data := range map[string][]byte{
		"nothing":              nil,
		"no zip":               []byte("no zip at all"),
		"no manifest":          zipped(t, map[string]string{"a.js": "a"}),
		"a way out":            zipped(t, map[string]string{"manifest.json": "{}", "../../out": "x"}),
		"a full path":          zipped(t, map[string]string{"manifest.json": "{}", "/out": "x"}),
		"a link":               zipped(t, map[string]string{"manifest.json": "{}", "link@": "/etc"}),
		"a bomb":               zipped(t, map[string]string{"manifest.json": "{}", "bomb": strings.Repeat("0", mostUnpacked+1)}),
		"too many files":       zipped(t, many),
		"half a zip":           good[:len(good)/2],
		"a crx of version 2":   append([]byte("Cr24\x02\x00\x00\x00\x04\x00\x00\x00"), good...),
		"a crx without an end": []byte("Cr24\x03\x00\x00\x00\xff\xff\xff\xff"),
		"a crx in its magic":   []byte("Cr24"),
	} {
		dir, err := unpackExtension(data, func() (string, error) { return os.MkdirTemp("", "extension-") })
		var r *refusal
		if !errors.As(err, &r) || r.Code != codeInvalid {
			t.Errorf("%s: %v (in %s)", what, err, dir)
		}
	}
	if left, _ := os.ReadDir(inside); len(left) > 0 {
		t.Errorf("folders are left: %v", left)
	}
	if around, _ := os.ReadDir(outside); len(around) != 1 {
		t.Errorf("something got out: %v", around)
	}
}
