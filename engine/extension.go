package engine

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strings"
)

// An extension comes as a part of the form, and is unpacked into a folder that goes when the session ends. Bounds of what
// is unpacked, which its packed size says nothing of.
const (
	mostUnpacked = 32 << 20
	mostFiles    = 2000
)

// readPart reads a part of a form, none of which is larger than an extension may be.
func readPart(part *multipart.Part) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, mostExtension+1))
	if err != nil {
		return nil, badBody(err, "the form cannot be read")
	}
	if len(data) > mostExtension {
		return nil, refuse(http.StatusRequestEntityTooLarge, codeTooLarge, "a part of the form is larger than %d bytes", mostExtension)
	}
	return data, nil
}

// crxMagic begins a crx; its version and the length of its header follow (components/crx_file/crx_file.h).
const crxMagic = "Cr24"

// zipOf takes the header off a crx.
func zipOf(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte(crxMagic)) {
		return data, nil
	}
	const fixed = 12
	if len(data) < fixed || binary.LittleEndian.Uint32(data[4:]) != 3 {
		return nil, invalid("the extension is a crx of a version that is not known: version 3 is")
	}
	header := uint64(binary.LittleEndian.Uint32(data[8:]))
	if header > uint64(len(data)-fixed) {
		return nil, invalid("the extension is a crx that ends in its header")
	}
	return data[fixed+header:], nil
}

// unpackExtension unpacks an extension into a new folder, and returns it. What would lie outside of that is refused.
func unpackExtension(data []byte, folder func() (string, error)) (dir string, err error) {
	data, err = zipOf(data)
	if err != nil {
		return "", err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", invalid("the extension is neither a zip nor a crx")
	}
	top, err := topOf(archive)
	if err != nil {
		return "", err
	}
	if dir, err = folder(); err != nil {
		return "", err
	}
	if err := unpackInto(dir, archive, top); err != nil {
		os.RemoveAll(dir)
		return "", err
	}
	return dir, nil
}

func unpackInto(dir string, archive *zip.Reader, top string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(mostUnpacked)
	for _, f := range archive.File {
		name, inside := strings.CutPrefix(f.Name, top)
		if !inside || name == "" || strings.HasSuffix(name, "/") {
			continue
		}
		if !f.Mode().IsRegular() {
			return invalid("the extension has something that is no file: %q", shorten(f.Name))
		}
		written, err := unpackFile(root, name, f, left)
		if left -= written; left < 0 {
			return invalid("the extension is larger than %d bytes once it is unpacked", mostUnpacked)
		}
		if err != nil {
			return invalid("the extension has a file that cannot be unpacked: %q", shorten(f.Name))
		}
	}
	return nil
}

// topOf is the folder within the archive that has the manifest: often there is one around everything.
func topOf(archive *zip.Reader) (string, error) {
	if len(archive.File) > mostFiles {
		return "", invalid("the extension has more than %d files", mostFiles)
	}
	top, found := "", false
	for _, f := range archive.File {
		if folder, name := path.Split(f.Name); name == "manifest.json" && (!found || len(folder) < len(top)) {
			top, found = folder, true
		}
	}
	if !found {
		return "", invalid("the extension has no manifest.json")
	}
	return top, nil
}

func unpackFile(root *os.Root, name string, f *zip.File, most int64) (written int64, err error) {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return 0, err
	}
	from, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer from.Close()
	to, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	return io.Copy(to, io.LimitReader(from, most+1))
}
