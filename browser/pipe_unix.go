//go:build unix

package browser

import (
	"os"
	"os/exec"
)

// join makes the pipes the file descriptors 3 and 4 of the browser, where --remote-debugging-pipe expects them.
func (w *wire) join(cmd *exec.Cmd) error {
	cmd.ExtraFiles = []*os.File{w.theirCommands, w.theirAnswers}
	return nil
}
