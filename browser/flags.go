package browser

import (
	"fmt"
	"runtime"
	"strings"
)

// flags are the arguments of a start. Only what is needed and nothing of what a driver library would add: the browser
// has to be an ordinary one, with extensions, its own bubbles and its own network.
func flags(b Browser, o Options, ambient []string) []string {
	f := []string{
		"--user-data-dir=" + UserDataDir(o.Dir),
		"--disk-cache-dir=" + cacheDir(o.Dir),
		"--remote-debugging-pipe",
		keyFlag,
		"--no-first-run",
		"--no-default-browser-check",
		"--restore-last-session",
		"--hide-crash-restore-bubble",
		// The pipe makes navigator.webdriver true, and some sites refuse a login then.
		"--disable-blink-features=AutomationControlled",
	}
	if o.Port {
		f = append(f, "--remote-debugging-port=0")
	}
	// Without it a bar under the tabs, which takes room from the page, warns of --disable-blink-features; the bar has no other
	// switch than a policy of the whole computer. It also spares the questions of a first start; sites do not see it.
	f = append(f, "--test-type")
	if o.Headless {
		f = append(f, headlessFlags(b, o)...)
	} else if o.UserAgent != "" {
		f = append(f, "--user-agent="+o.userAgent(b))
	}
	f = append(f, o.Surroundings.flags()...)
	f = append(f, ambient...)
	f = append(f, o.Args...)
	return append(f, o.URLs...)
}

// headlessFlags make a headless browser look as the same browser does on a desk: its own user agent says HeadlessChrome, and
// its screen is 800 by 600. The client hints are right without help, but for the lists of full versions, which a user agent
// from the command line leaves empty.
func headlessFlags(b Browser, o Options) []string {
	window := "1280,800"
	if width, height := o.size(); width > 0 {
		window = fmt.Sprintf("%d,%d", width, height+aboveThePage)
	}
	f := []string{"--headless=new", "--screen-info={1920x1080}", "--window-size=" + window}
	if b.Version != "" {
		f = append(f, "--user-agent="+o.userAgent(b))
	}
	return f
}

// aboveThePage is about how much of a window its tabs and its address take.
const aboveThePage = 90

// userAgent is what the browser says with a window: since version 101 the form is frozen but for the major version.
func userAgent(b Browser) string {
	system := map[string]string{
		"darwin":  "Macintosh; Intel Mac OS X 10_15_7",
		"windows": "Windows NT 10.0; Win64; x64",
	}[runtime.GOOS]
	if system == "" {
		system = "X11; Linux x86_64"
	}
	ua := fmt.Sprintf("Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Safari/537.36", system, b.major())
	if b.Name == "Edge" {
		ua += fmt.Sprintf(" Edg/%s.0.0.0", b.major())
	}
	return ua
}

// major is the first part of the version.
func (b Browser) major() string {
	major, _, _ := strings.Cut(b.Version, ".")
	return major
}
