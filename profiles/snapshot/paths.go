package snapshot

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const maxPath = 4096 // bytes

// checkPath says whether path may stand in a tree: relative, in UTF-8, with slashes between names none of which is
// empty, "." or "..". Anything else could lead out of the directory, or mean something else elsewhere.
func checkPath(path string) error {
	if len(path) == 0 || len(path) > maxPath || !utf8.ValidString(path) || strings.ContainsRune(path, 0) {
		return fmt.Errorf("%q is not a path that a snapshot can hold", path)
	}
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." || name == ".." {
			return fmt.Errorf("%q is not a path that a snapshot can hold", path)
		}
	}
	return nil
}

// allowedOnWindows says whether Windows can hold a file at path. Some of what it cannot hold it would not refuse, but
// take for something else: a device (NUL), a stream of another file (a:b), another directory (..\a).
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
func allowedOnWindows(path string) bool {
	for name := range strings.SplitSeq(path, "/") {
		for _, r := range name {
			if r < 0x20 || strings.ContainsRune(`<>:"\|?*`, r) {
				return false
			}
		}
		stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
		if strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") || isDevice(strings.TrimRight(stem, " ")) {
			return false
		}
	}
	return true
}

func isDevice(stem string) bool {
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	number, numbered := strings.CutPrefix(stem, "COM")
	if !numbered {
		number, numbered = strings.CutPrefix(stem, "LPT")
	}
	return numbered && utf8.RuneCountInString(number) == 1 && strings.ContainsAny(number, "0123456789¹²³")
}
