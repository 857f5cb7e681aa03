package browser

import "valise/problem"

// What can be wrong with a browser or its directory, and what the person can do about it.
var (
	// ErrNoBrowser: Find or At found nothing that can be used.
	ErrNoBrowser = problem.New("no browser was found that Valise can use", noBrowserAdvice)

	// ErrRoot: Chromium refuses to run as root with its sandbox, and Valise does not switch it off by itself.
	ErrRoot = problem.New("a browser does not run as root with its sandbox on",
		"Start Valise as an ordinary user. In a container, where nothing else is possible, set VALISE_CHROMIUM_ARGS=--no-sandbox.")

	// ErrNoScreen: a window was asked for where there is no display.
	ErrNoScreen = problem.New("there is no screen to show the browser on",
		"Start it from a desktop session, or headless.")

	// ErrDidNotStart carries the last lines that the browser wrote.
	ErrDidNotStart = problem.New("the browser did not start",
		"Try to start it without Valise. Another browser can be chosen in the settings or with VALISE_BROWSER.")

	// ErrInUse: another browser process has the directory open.
	ErrInUse = problem.New("this profile is open in another browser process",
		"Close that browser window first, then try again.")

	// ErrForeignKeys: the profile holds values that this computer's key does not open. Chromium deletes the cookies
	// of a site at once when it finds one such value, so the browser is not started.
	ErrForeignKeys = problem.New("the profile was encrypted with the key of another keyring or computer",
		"Open it where it was made; starting it here would delete those cookies for good.")

	// ErrBadArguments: VALISE_CHROMIUM_ARGS cannot be split into arguments.
	ErrBadArguments = problem.New("VALISE_CHROMIUM_ARGS is not understood",
		"Write it as in a shell: arguments apart by blanks, quotes in pairs.")
)
