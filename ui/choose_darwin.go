package ui

import (
	"context"
	"errors"
	"os/exec"
	"strings"
)

// systemChooser is the Finder's dialog, by way of AppleScript. It waits for the person. No path: they chose nothing.
func systemChooser(ctx context.Context, title string, folder bool) ([]string, error) {
	what := "file"
	if folder {
		what = "folder"
	}
	script := `on run arguments
		POSIX path of (choose ` + what + ` with prompt (item 1 of arguments))
	end run`
	out, err := exec.CommandContext(ctx, "osascript", "-e", script, title).Output()
	var refused *exec.ExitError
	if errors.As(err, &refused) { // that is how osascript says that they pressed Cancel
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []string{strings.TrimSpace(string(out))}, nil
}
