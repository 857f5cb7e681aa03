package snapshot

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// kind says what an entry of a tree is. There are no links, no devices and nothing else.
type kind uint8

const (
	file      kind = 1
	directory kind = 2
)

// entry is a file or a directory of a tree. Trees are sorted by path, byte by byte, so that a directory comes before
// what is in it.
type entry struct {
	_        struct{} `cbor:",toarray"`
	Path     string   // relative, with slashes
	Kind     kind
	Mode     fs.FileMode // the owner's permissions, three bits; nobody else ever has any
	Modified int64       // nanoseconds since 1970
	Size     int64       // bytes; 0 for a directory
	Extents  []extent    // the blocks that make up the file
}

const ownerOnly fs.FileMode = 0o700

// maxSize keeps sums of file sizes far from overflowing.
const maxSize = 1 << 56

// checkTree refuses what could do harm: paths that lead out, a file in a place of a directory, a path given twice,
// sizes and block numbers that cannot be. own is how many blocks the object itself has, objects how many others it
// refers to. That blocks of other objects exist, and add up to the file's size, is checked when they are read.
func checkTree(tree []entry, own uint32, objects int) error {
	directories := map[string]bool{".": true}
	var size int64
	for i, e := range tree {
		if err := checkPath(e.Path); err != nil {
			return damaged("%w", err)
		}
		if i > 0 && strings.Compare(tree[i-1].Path, e.Path) >= 0 {
			return damaged("%q is out of order", e.Path)
		}
		if !directories[path.Dir(e.Path)] {
			return damaged("%q lies in no directory", e.Path)
		}
		switch {
		case e.Kind == directory && e.Size == 0 && len(e.Extents) == 0:
			directories[e.Path] = true
		case e.Kind != file:
			return damaged("%q is neither a file nor a directory", e.Path)
		}
		if e.Size < 0 || e.Size > maxSize || e.Mode&^ownerOnly != 0 {
			return damaged("%q has size %d and mode %o", e.Path, e.Size, e.Mode)
		}
		for _, x := range e.Extents {
			if int(x.Object) > objects || x.Blocks == 0 || x.Object == 0 && (x.First > own || x.Blocks > own-x.First) {
				return damaged("%q has blocks that do not exist", e.Path)
			}
		}
		size += e.Size
	}
	if blocks := referred(tree); size > maxSize || blocks > maxReferred {
		return damaged("a tree of %d bytes in %d blocks", size, blocks)
	}
	return nil
}

// referred is the number of blocks that the tree's files are made of.
func referred(tree []entry) int64 {
	var blocks int64
	for _, e := range tree {
		for _, x := range e.Extents {
			blocks += int64(x.Blocks)
		}
	}
	return blocks
}

// choose is the part of a tree with the files that are wanted and the directories that lead to them.
func choose(tree []entry, wanted func(path string) bool) []entry {
	chosen := make([]bool, len(tree))
	leading := map[string]bool{}
	for i, e := range slices.Backward(tree) { // what is in a directory comes after it
		if chosen[i] = leading[e.Path] || e.Kind == file && wanted(e.Path); chosen[i] {
			leading[path.Dir(e.Path)] = true
		}
	}
	var part []entry
	for i, e := range tree {
		if chosen[i] {
			part = append(part, e)
		}
	}
	return part
}
