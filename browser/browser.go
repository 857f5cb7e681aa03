// Package browser knows browsers of the Chromium family: it finds them, starts one on a directory of ours, closes it so
// that nothing is lost, and understands what its profile directory holds.
//
// What it promises: the person's own browser profile is never touched; no network port is open unless one was asked for;
// to a site the browser is an ordinary one; closing is asked for and waited for, and how it ended is told; the browser
// outlives neither its session nor this program, and closes in order even when this program is killed.
//
// Start reading at start.go, then close.go; keep.go says which files matter, contents.go what they mean, compare.go what is
// different between two profiles.
package browser

import "path/filepath"

// Browser is an installed browser of the Chromium family.
type Browser struct {
	Path    string // the program itself, not a distribution's wrapper script
	Name    string // "Chromium", "Chrome", "Edge", "Brave"
	Version string // "156.0.8078.79"
}

// UserDataDir is where the browser of a session keeps its profile: the directory a snapshot is made of.
func UserDataDir(sessionDir string) string { return filepath.Join(sessionDir, "profile") }

// cacheDir keeps what the browser can fetch again out of the profile.
func cacheDir(sessionDir string) string { return filepath.Join(sessionDir, "cache") }

// crashDir keeps crash dumps, which hold pieces of the browser's memory, where they are wiped with the session; left to
// itself Chromium puts them into the person's home directory.
func crashDir(sessionDir string) string { return filepath.Join(sessionDir, "crashes") }
