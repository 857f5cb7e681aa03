package ui

import (
	"context"
	"os"

	"valise/ui/parts"
)

// chooseFile has the person choose a file, with the system's dialog where there is one. chosen gets its path; it is not
// called when they think better of it.
func (w *window) chooseFile(title string, chosen func(path string)) { w.choose(title, false, chosen) }

// chooseFolder does the same for a folder.
func (w *window) chooseFolder(title string, chosen func(path string)) { w.choose(title, true, chosen) }

func (w *window) choose(title string, folder bool, chosen func(string)) {
	later(w.program.main, func(ctx context.Context) ([]string, error) { return systemChooser(ctx, title, folder) },
		func(paths []string, err error) {
			switch {
			case err != nil:
				w.askPath(title, folder, chosen)
			case len(paths) > 0:
				chosen(paths[0])
			}
		})
}

// askPath has the path typed, where the system has no dialog to offer.
func (w *window) askPath(title string, folder bool, chosen func(string)) {
	parts.AskLine(w.Canvas(), title, "Whole path", "", "Choose", func(path string) string {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return "There is no such path."
		case info.IsDir() != folder && folder:
			return "This is a file. A folder is needed."
		case info.IsDir() != folder:
			return "This is a folder. A file is needed."
		}
		chosen(path)
		return ""
	})
}
