package engine

import (
	"os"
	"path/filepath"

	"valise/problem"
)

// The ad blocker is an unpacked extension that comes with the program or is the administrator's choice (packaging/adblock makes
// ours). Each session that asks for one gets a copy: Chromium writes into the folders of unpacked extensions what it
// makes of their rules (extensions/browser/api/declarative_net_request), and those of a program are not to be written to.

// errNoAdblock is a folder without one.
var errNoAdblock = problem.New("there is no ad blocker in this folder",
	"Name the folder of an unpacked extension, with its manifest.json; `make adblock` makes one.")

// CheckAdblock says what is wrong with a folder that is named for Options.Adblock.
func CheckAdblock(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
		return errNoAdblock.Because(err)
	}
	return nil
}

// AdblockBeside is the folder of the ad blocker that came with the program; "" where none did.
func AdblockBeside(program string) string {
	for _, dir := range []string{"adblock", "../share/valise/adblock"} {
		if dir = filepath.Join(filepath.Dir(program), dir); CheckAdblock(dir) == nil {
			return dir
		}
	}
	return ""
}

// lendAdblock is the folder of a copy; "" where there is no ad blocker, which the log tells: a session without is better than none.
func (e *Engine) lendAdblock() (dir string, err error) {
	if e.options.Adblock == "" {
		e.log.Warn("a session was asked for with an ad blocker, and this engine has none: serve --adblock names one")
		return "", nil
	}
	if dir, err = e.lent.make("extension"); err != nil {
		return "", err
	}
	return dir, os.CopyFS(dir, os.DirFS(e.options.Adblock))
}
