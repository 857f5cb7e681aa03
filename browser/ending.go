package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Ending says how the browser came to its end.
type Ending int

const (
	ClosedByPerson Ending = iota + 1 // the last window was closed
	ClosedByUs                       // it followed Browser.close, or the end of this program, in order
	Interrupted                      // SIGINT or WM_CLOSE was needed: in order, all kept
	Terminated                       // SIGTERM, or the end of the desktop session: the last half minute may be missing
	Killed                           // SIGKILL, or it crashed
)

// Orderly says whether the browser wrote everything down before it ended.
func (e Ending) Orderly() bool {
	return e == ClosedByPerson || e == ClosedByUs || e == Interrupted
}

func (e Ending) String() string {
	switch e {
	case ClosedByPerson:
		return "closed by the person"
	case ClosedByUs:
		return "closed"
	case Interrupted:
		return "interrupted"
	case Terminated:
		return "terminated"
	case Killed:
		return "killed"
	}
	return "running"
}

// lastWords reads from the files of a browser that is gone how it ended: ClosedByUs stands for every orderly way. It notes
// "Crashed" when it starts and replaces that at its end, and takes its lock away only when it ends in order.
func lastWords(userDataDir string) Ending {
	var prefs struct {
		Profile struct {
			ExitType string `json:"exit_type"`
		} `json:"profile"`
	}
	raw, err := os.ReadFile(filepath.Join(userDataDir, "Default", "Preferences"))
	if err != nil || json.Unmarshal(raw, &prefs) != nil {
		return Killed
	}
	switch {
	case prefs.Profile.ExitType == "SessionEnded":
		return Terminated
	case prefs.Profile.ExitType == "Normal" && !lockLeft(userDataDir):
		return ClosedByUs
	}
	return Killed
}
