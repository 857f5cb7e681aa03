// limit does what no saving and no restoring can do without, each stage by itself and for as long as it takes on one core, with
// the libraries that Valise uses:
//
//	limit save BEFORE DIR PACK   walk DIR; read and hash the files that are not as in BEFORE ("-": all); compress, seal
//	                             and write to PACK the blocks that are not in BEFORE
//	limit restore PACK DIR       read PACK, open it, decompress it, and write the files into DIR
//
// What it prints as JSON is the seconds of each stage. Half of their sum is what two cores would take that never wait.
package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"
)

const (
	segmentSize   = 1 << 20
	databaseBlock = 4 << 10
	block         = 64 << 10
	databaseMagic = "SQLite format 3\x00"
)

// Seconds of each stage.
type stages struct {
	Walk, Read, Hash, Compress, Seal, Write float64 // Compress, Seal and Write: their opposites, when restoring
}

// file is one of the tree: where its content begins in the stream of all.
type file struct {
	Path     string
	Dir      bool
	Mode     fs.FileMode
	Modified time.Time
	At, Size int64
}

func main() {
	var s stages
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 4 && args[0] == "save":
		err = save(args[1], args[2], args[3], &s)
	case len(args) == 3 && args[0] == "restore":
		err = restore(args[1], args[2], &s)
	default:
		err = errors.New("usage: limit save BEFORE|- DIR PACK | limit restore PACK DIR")
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "limit:", err)
		os.Exit(1)
	}
}

// timed adds the seconds that a stage takes.
func timed(seconds *float64, stage func() error) error {
	began := time.Now()
	err := stage()
	*seconds += time.Since(began).Seconds()
	return err
}

func sealer() cipher.AEAD {
	c, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		panic(err) // only for a key of another length
	}
	gcm, err := cipher.NewGCM(c)
	if err != nil {
		panic(err)
	}
	return gcm
}

func nonce(i int) []byte { return binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(i)) }

// blocks cuts content as Valise does.
func blocks(content []byte) [][]byte {
	size := block
	if bytes.HasPrefix(content, []byte(databaseMagic)) {
		size = databaseBlock
	}
	var all [][]byte
	for len(content) > 0 {
		n := min(size, len(content))
		all, content = append(all, content[:n]), content[n:]
	}
	return all
}

func walk(dir string) (all []file, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		all = append(all, file{Path: name, Dir: d.IsDir(), Mode: info.Mode().Perm(), Modified: info.ModTime(), Size: info.Size()})
		return err
	})
	return all, err
}

func save(before, dir, pack string, s *stages) error {
	// What is not to be measured: what was there before.
	known := map[[16]byte]bool{}
	old := map[string]file{}
	if before != "-" {
		all, err := walk(before)
		if err != nil {
			return err
		}
		for _, f := range all {
			old[f.Path] = f
			if f.Dir {
				continue
			}
			content, err := os.ReadFile(filepath.Join(before, f.Path))
			if err != nil {
				return err
			}
			for _, b := range blocks(content) {
				sum := sha256.Sum256(b)
				known[[16]byte(sum[:])] = true
			}
		}
	}

	var all []file
	if err := timed(&s.Walk, func() (err error) {
		all, err = walk(dir)
		return err
	}); err != nil {
		return err
	}
	contents := make([][]byte, len(all))
	var toRead []int
	for i, f := range all {
		was, ok := old[f.Path]
		if !f.Dir && !(ok && was.Size == f.Size && was.Modified.Equal(f.Modified)) {
			toRead = append(toRead, i)
			contents[i] = make([]byte, f.Size)
		}
	}
	if err := timed(&s.Read, func() error {
		for _, i := range toRead {
			f, err := os.Open(filepath.Join(dir, all[i].Path))
			if err != nil {
				return err
			}
			if _, err := f.Read(contents[i]); err != nil && all[i].Size > 0 {
				return err
			}
			f.Close()
		}
		return nil
	}); err != nil {
		return err
	}
	var fresh [][]byte
	timed(&s.Hash, func() error {
		for _, i := range toRead {
			for _, b := range blocks(contents[i]) {
				sum := sha256.Sum256(b)
				if id := [16]byte(sum[:]); !known[id] {
					known[id] = true
					fresh = append(fresh, b)
				}
			}
		}
		return nil
	})

	var segments [][]byte
	for _, b := range fresh {
		if n := len(segments); n > 0 && len(segments[n-1])+len(b) <= segmentSize {
			segments[n-1] = append(segments[n-1], b...)
		} else {
			segments = append(segments, append(make([]byte, 0, segmentSize), b...))
		}
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	packed := make([][]byte, len(segments))
	for i := range packed {
		packed[i] = make([]byte, 0, len(segments[i])+1024)
	}
	timed(&s.Compress, func() error {
		for i, segment := range segments {
			packed[i] = encoder.EncodeAll(segment, packed[i])
		}
		return nil
	})
	gcm := sealer()
	timed(&s.Seal, func() error {
		for i := range packed {
			packed[i] = gcm.Seal(packed[i][:0], nonce(i), packed[i], nil)
		}
		return nil
	})
	if err := timed(&s.Write, func() error {
		f, err := os.Create(pack)
		if err != nil {
			return err
		}
		defer f.Close()
		for _, p := range packed {
			if _, err := f.Write(p); err != nil {
				return err
			}
		}
		return f.Sync()
	}); err != nil {
		return err
	}
	if before != "-" {
		return nil
	}
	return describe(pack+".index", all, contents, packed)
}

// index says of a pack what is where: restoring is to be measured without looking for it.
type index struct {
	Files    []file
	Segments []int // sealed lengths
	Content  []int // index in the stream of distinct blocks, for each block of each file
	Lengths  []int // of the distinct blocks
}

func describe(path string, all []file, contents [][]byte, packed [][]byte) error {
	x := index{Files: all}
	for _, p := range packed {
		x.Segments = append(x.Segments, len(p))
	}
	seen := map[[16]byte]int{}
	for i := range x.Files {
		x.Files[i].At = int64(len(x.Content))
		for _, b := range blocks(contents[i]) {
			sum := sha256.Sum256(b)
			id := [16]byte(sum[:])
			n, ok := seen[id]
			if !ok {
				n = len(x.Lengths)
				seen[id] = n
				x.Lengths = append(x.Lengths, len(b))
			}
			x.Content = append(x.Content, n)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return gob.NewEncoder(f).Encode(x)
}

func restore(pack, dir string, s *stages) error {
	var x index
	f, err := os.Open(pack + ".index")
	if err != nil {
		return err
	}
	if err := gob.NewDecoder(f).Decode(&x); err != nil {
		return err
	}
	f.Close()
	info, err := os.Stat(pack)
	if err != nil {
		return err
	}

	sealed := make([]byte, info.Size())
	if err := timed(&s.Read, func() error {
		f, err := os.Open(pack)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.ReadAt(sealed, 0)
		return err
	}); err != nil {
		return err
	}
	segments := make([][]byte, len(x.Segments))
	gcm := sealer()
	if err := timed(&s.Seal, func() (err error) {
		for i, n := range x.Segments {
			if segments[i], err = gcm.Open(sealed[:0], nonce(i), sealed[:n], nil); err != nil {
				return err
			}
			sealed = sealed[n:]
		}
		return nil
	}); err != nil {
		return err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	plain := make([][]byte, len(segments))
	for i := range plain {
		plain[i] = make([]byte, 0, segmentSize+1024)
	}
	if err := timed(&s.Compress, func() (err error) {
		for i := range segments {
			if plain[i], err = decoder.DecodeAll(segments[i], plain[i]); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	distinct := make([][]byte, len(x.Lengths))
	segment := 0
	for i, n := range x.Lengths {
		if len(plain[segment]) == 0 {
			segment++
		}
		distinct[i], plain[segment] = plain[segment][:n], plain[segment][n:]
	}
	return timed(&s.Write, func() error { return write(dir, x, distinct) })
}

func write(dir string, x index, distinct [][]byte) error {
	for i, f := range x.Files {
		path := filepath.Join(dir, f.Path)
		if f.Dir {
			if err := os.Mkdir(path, 0o700); err != nil {
				return err
			}
			continue
		}
		out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, f.Mode)
		if err != nil {
			return err
		}
		end := len(x.Content)
		if i+1 < len(x.Files) {
			end = int(x.Files[i+1].At)
		}
		for _, n := range x.Content[f.At:end] {
			if _, err := out.Write(distinct[n]); err != nil {
				return err
			}
		}
		if err := out.Close(); err != nil {
			return err
		}
		if err := os.Chtimes(path, f.Modified, f.Modified); err != nil {
			return err
		}
	}
	return nil
}
