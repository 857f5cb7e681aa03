// Package internal has a test of the project as a whole: that the packages keep to their floors, so that what is below
// never learns of what is above. docs/development.md draws the house.
package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// floors tells the floor of each room; a room is a package with those below its folder that have no floor of their own.
// A package imports from its own room and from the floors below.
var floors = map[string]int{
	"":                  6, // main.go
	"internal/testenv":  6, // for tests and measurements only
	"bench":             6, // measurements only
	"packaging":         6, // programs of the build
	"ui":                5,
	"cli":               5,
	"engine":            4,
	"profiles":          3,
	"profiles/snapshot": 2,
	"profiles/vault":    2,
	"browser":           2,
	"crypto":            1,
	"assets":            1,
	"problem":           0,
	"internal/fault":    0,
}

// reserved tells which rooms may import a library, and with it all packages whose paths begin so.
var reserved = map[string][]string{
	"fyne.io/":                           {"", "ui"},
	"fyne.io/fyne/v2/app":                {""}, // it brings C and OpenGL, which nothing else needs to be built and tested
	"github.com/minio/minio-go/":         {"profiles/vault", "internal/testenv"},
	"github.com/spf13/cobra":             {"cli"},
	"github.com/zalando/go-keyring":      {"crypto"},
	"github.com/chromedp/":               {"browser", "internal/testenv"},
	"github.com/coder/websocket":         {"engine"},
	"golang.org/x/crypto/":               {"crypto", "browser"},
	"github.com/sethvargo/go-diceware/":  {"crypto"},
	"github.com/makiuchi-d/gozxing":      {"profiles"},
	"github.com/klauspost/compress/zstd": {"profiles/snapshot", "bench"},
}

func TestPackagesImportOnlyFromTheFloorsBelow(t *testing.T) {
	for path, imports := range importsOfTheProgram(t) {
		room := roomOf(t, path)
		for _, imported := range imports {
			if own, ours := strings.CutPrefix(imported, "valise/"); ours {
				other := roomOf(t, own)
				if other == "internal/testenv" {
					if room != "bench" {
						t.Errorf("%s imports %s, which is for tests", path, imported)
					}
				} else if other != room && floors[other] >= floors[room] {
					t.Errorf("%s (floor %d) imports %s (floor %d)", path, floors[room], imported, floors[other])
				}
			}
			for library, rooms := range reserved {
				if strings.HasPrefix(imported, library) && !slices.Contains(rooms, room) {
					t.Errorf("%s imports %s, which is for %q", path, imported, rooms)
				}
			}
		}
	}
}

// importsOfTheProgram is what each file of the module imports, for every system, tests left out.
func importsOfTheProgram(t *testing.T) map[string][]string {
	t.Helper()
	root := testenv.ModuleRoot()
	imports := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "build") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		inModule, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			inModule = filepath.ToSlash(inModule)
			imports[inModule] = append(imports[inModule], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(imports) == 0 {
		t.Fatalf("no Go files in %s", root)
	}
	return imports
}

// roomOf finds the room of a file or a package by its path in the module.
func roomOf(t *testing.T, path string) string {
	t.Helper()
	rooms := slices.Sorted(maps.Keys(floors))
	slices.Reverse(rooms) // the longest first, of those that begin alike
	for _, room := range rooms {
		if room == "" && !strings.Contains(path, "/") && strings.HasSuffix(path, ".go") {
			return room
		}
		if room != "" && (path == room || strings.HasPrefix(path, room+"/")) {
			return room
		}
	}
	t.Fatalf("%s has no floor: give it one in this test and in docs/development.md", path)
	return ""
}
