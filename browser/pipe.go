package browser

import "os"

// wire is what joins this program and the browser: the two pipes of DevTools, and what the browser prints.
type wire struct {
	theirCommands, ourCommands *os.File // from us to the browser
	ourAnswers, theirAnswers   *os.File // from the browser to us
	ourOutput, theirOutput     *os.File // its standard output and error
}

func newWire() (w *wire, err error) {
	w = new(wire)
	defer func() {
		if err != nil {
			w.closeTheirs()
			w.closeOurs()
		}
	}()
	if w.theirCommands, w.ourCommands, err = os.Pipe(); err != nil {
		return nil, err
	}
	if w.ourAnswers, w.theirAnswers, err = os.Pipe(); err != nil {
		return nil, err
	}
	w.ourOutput, w.theirOutput, err = os.Pipe()
	return w, err
}

// closeTheirs is due once the browser has its copies: only then does a pipe end with the browser.
func (w *wire) closeTheirs() {
	w.theirCommands.Close()
	w.theirAnswers.Close()
	w.theirOutput.Close()
}

func (w *wire) closeOurs() {
	w.ourCommands.Close()
	w.ourAnswers.Close()
	w.ourOutput.Close()
}
