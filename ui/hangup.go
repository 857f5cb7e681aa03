package ui

import (
	"os"
	"os/signal"
	"syscall"

	"fyne.io/fyne/v2"
)

// quitAtHangup has the program end as at SIGTERM, of which Fyne takes care, also at SIGHUP: the end of the terminal that it was
// started in, or of a desktop that says so in this way. Under nohup the signal is ignored, and stays so.
func quitAtHangup(a fyne.App) {
	if signal.Ignored(syscall.SIGHUP) {
		return
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGHUP)
	go func() {
		<-told
		fyne.Do(a.Quit)
	}()
}
