package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

const noBrowserAdvice = "Install Chromium, Chrome, Edge or Brave, or give the path of one in VALISE_BROWSER."

// candidates are the programs within the applications, of the computer and of the person, best first.
func candidates() []string {
	home, _ := os.UserHomeDir()
	var paths []string
	for _, app := range []string{"Chromium", "Google Chrome", "Microsoft Edge", "Brave Browser"} {
		for _, root := range []string{"/Applications", filepath.Join(home, "Applications")} {
			paths = append(paths, filepath.Join(root, app+".app", "Contents", "MacOS", app))
		}
	}
	return paths
}

// program: there are no wrappers here, the paths are the programs.
func program(path string) (string, error) { return path, nil }

func versionText(ctx context.Context, path string) (string, error) {
	text, err := exec.CommandContext(ctx, path, "--version").Output()
	return string(text), err
}
