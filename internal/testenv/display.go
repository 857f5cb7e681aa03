package testenv

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Screen is a private X display of 1280 by 800 pixels, with a mouse, a keyboard and a clipboard that the test drives.
type Screen struct {
	t       testing.TB
	display string
	frames  string // the file that Xvfb keeps the picture of the screen in
}

// Display starts an Xvfb of its own for the test. It has no window manager: a click gives a window the focus.
func Display(t testing.TB) *Screen {
	t.Helper()
	xvfb := Need(t, "Xvfb", "xvfb")
	number, answer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer number.Close()
	frames := t.TempDir()
	cmd := exec.Command(xvfb, "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-fbdir", frames,
		"-r") // no key repeats itself, however long a busy machine holds it down
	cmd.ExtraFiles = []*os.File{answer}
	Start(t, cmd)
	answer.Close()
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb ended without a display: %v", err)
	}
	return &Screen{t: t, display: ":" + strings.TrimSpace(line), frames: filepath.Join(frames, "Xvfb_screen0")}
}

// Env is what a program needs in its environment to appear on the screen, always at the same size and in the same
// colours. It goes after the rest of the environment. Without a UTF-8 LANG, Fyne drops typed characters.
func (s *Screen) Env() []string {
	return []string{
		"DISPLAY=" + s.display,
		"WAYLAND_DISPLAY=",
		"LANG=C.UTF-8",
		"FYNE_PLATFORM=x11",
		"FYNE_SCALE=1",
		"FYNE_THEME=light",
	}
}

// WindowManager starts openbox, which gives windows a title bar and Close something to ask.
func (s *Screen) WindowManager() {
	s.t.Helper()
	// Its startup command is the only sure sign that it listens: a window that appears before is never shown.
	started := filepath.Join(s.t.TempDir(), "started")
	cmd := exec.Command(Need(s.t, "openbox", "openbox"), "--sm-disable", "--startup", "touch "+started)
	cmd.Env = append(Home(s.t), s.Env()...)
	Start(s.t, cmd)
	Until(s.t, "openbox to manage the screen", func() bool {
		_, err := os.Stat(started)
		return err == nil
	})
}

// Window waits for a visible window with exactly this title.
func (s *Screen) Window(title string) *Window {
	s.t.Helper()
	var ids []string
	Until(s.t, "a window with the title "+strconv.Quote(title), func() bool {
		ids = s.windows(title)
		return len(ids) > 0
	})
	return &Window{s, ids[0]}
}

// Shows says whether a window with exactly this title is visible now.
func (s *Screen) Shows(title string) bool {
	s.t.Helper()
	return len(s.windows(title)) > 0
}

// Titles are those of all visible windows.
func (s *Screen) Titles() []string {
	s.t.Helper()
	var titles []string
	for _, id := range strings.Fields(s.xdotool("search", "--onlyvisible", "--name", ".")) {
		titles = append(titles, s.xdotool("getwindowname", id))
	}
	return titles
}

func (s *Screen) windows(title string) []string {
	s.t.Helper()
	return strings.Fields(s.xdotool("search", "--onlyvisible", "--name", "^"+regexp.QuoteMeta(title)+"$"))
}

// Type enters a text into the window that has the focus. A text that an English keyboard does not have goes through
// the clipboard: typed by xdotool, the first such character often comes out as another one.
func (s *Screen) Type(text string) {
	s.t.Helper()
	if strings.ContainsFunc(text, func(r rune) bool { return r > '~' }) {
		s.Paste(text)
		return
	}
	s.xdotool("type", "--delay", "60", "--", text)
}

// Key presses keys one after the other, named as X does: "Tab", "Return", "ctrl+v".
func (s *Screen) Key(names ...string) {
	s.t.Helper()
	s.xdotool(append([]string{"key", "--delay", "60"}, names...)...)
}

// Paste puts a text on the clipboard and presses ctrl+v.
func (s *Screen) Paste(text string) {
	s.t.Helper()
	// In the foreground, xclip serves the clipboard until another program takes it or the test ends.
	cmd := exec.Command(Need(s.t, "xclip", "xclip"), "-selection", "clipboard", "-quiet")
	cmd.Env = append(os.Environ(), s.Env()...)
	cmd.Stdin = strings.NewReader(text)
	Start(s.t, cmd)
	Until(s.t, "the text to be on the clipboard", func() bool { return s.Clipboard() == text })
	s.Key("ctrl+v")
}

// Clipboard is the text on the clipboard; empty when there is none.
func (s *Screen) Clipboard() string {
	s.t.Helper()
	return s.command("xclip", "xclip", "-selection", "clipboard", "-out")
}

func (s *Screen) xdotool(arguments ...string) string {
	s.t.Helper()
	return s.command("xdotool", "xdotool", arguments...)
}

// command runs an X program on the screen and returns what it printed. That it fails is no error here: xdotool does
// when it finds no window, xclip when the clipboard is empty, and the caller waits for what it wants to see.
func (s *Screen) command(program, debianPackage string, arguments ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, Need(s.t, program, debianPackage), arguments...)
	cmd.Env = append(os.Environ(), s.Env()...)
	output, _ := cmd.Output()
	if ctx.Err() != nil {
		s.t.Fatalf("%s %q does not end", program, arguments)
	}
	return string(output)
}
