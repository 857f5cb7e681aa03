package browser

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const noBrowserAdvice = "Install Chromium, Chrome, Edge or Brave (on Debian: apt-get install chromium), or give the path of one in VALISE_BROWSER."

// programs are where distributions and vendors put the program itself, beside which lies the wrapper that people start.
var programs = []string{
	"/usr/lib/chromium/chromium",                   // Debian, Arch, Alpine
	"/usr/lib64/chromium-browser/chromium-browser", // Fedora
	"/usr/lib64/chromium/chromium",                 // openSUSE
	"/usr/lib/chromium-browser/chromium-browser",   // Raspberry Pi OS, Gentoo
	"/opt/google/chrome/chrome",
	"/opt/google/chrome-beta/chrome",
	"/opt/microsoft/msedge/msedge",
	"/opt/brave.com/brave/brave",
}

// commands are what they are called in PATH.
var commands = []string{
	"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable", "microsoft-edge",
	"brave-browser-stable", "brave-browser", "brave",
}

// flatpaks are the programs that Flatpak exports.
var flatpaks = []string{"org.chromium.Chromium", "com.google.Chrome", "com.microsoft.Edge", "com.brave.Browser"}

// candidates are the paths at which a browser may be, best first, and at the end those that can only be explained.
func candidates() []string {
	paths := append([]string{}, programs...)
	for _, name := range commands {
		if path, err := exec.LookPath(name); err == nil {
			paths = append(paths, path)
		}
	}
	paths = append(paths, "/snap/bin/chromium")
	home, _ := os.UserHomeDir()
	for _, exports := range []string{"/var/lib/flatpak/exports/bin", filepath.Join(home, ".local/share/flatpak/exports/bin")} {
		for _, name := range flatpaks {
			paths = append(paths, filepath.Join(exports, name))
		}
	}
	return paths
}

// program follows a wrapper to the program that it starts. Wrappers add flags of their own, and their process is not the browser's.
// A script that nobody knows is taken as it is.
func program(path string) (string, error) {
	if err := usable(path); err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	if err := usable(real); err != nil {
		return "", err
	}
	text, err := scriptText(real)
	if err != nil || text == "" {
		return real, err
	}
	if strings.Contains(text, "/snap/bin/") {
		return "", confined(path, "snap") // Ubuntu's /usr/bin/chromium-browser
	}
	for _, name := range []string{"chrome", "msedge", "brave"} { // vendors: the wrapper lies beside the program
		if beside := filepath.Join(filepath.Dir(real), name); isProgram(beside) {
			return beside, nil
		}
	}
	if strings.HasPrefix(real, "/usr/bin/") { // distributions: .../chromium/chromium for the wrapper chromium
		for _, p := range programs {
			if filepath.Base(p) == filepath.Base(real) && isProgram(p) {
				return p, nil
			}
		}
	}
	return real, nil
}

// usable refuses the two kinds of packages that shut the browser in: it could not reach the pipe or the directory of a session.
func usable(path string) error {
	switch {
	case strings.HasPrefix(path, "/snap/"), filepath.Base(path) == "snap":
		return confined(path, "snap")
	case strings.Contains(path, "/flatpak/"):
		return confined(path, "Flatpak")
	}
	return nil
}

func confined(path, kind string) error {
	return fmt.Errorf("%s is a %s, which can reach neither the directory of a session nor the pipe to Valise", path, kind)
}

func isProgram(path string) bool {
	text, err := scriptText(path)
	return err == nil && text == ""
}

// scriptText is the text of a script, "" for a program.
func scriptText(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	start, err := io.ReadAll(io.LimitReader(file, 64<<10))
	if err != nil || !bytes.HasPrefix(start, []byte("#!")) {
		return "", err
	}
	return string(start), nil
}

func versionText(ctx context.Context, path string) (string, error) {
	text, err := exec.CommandContext(ctx, path, "--version").Output()
	return string(text), err
}
