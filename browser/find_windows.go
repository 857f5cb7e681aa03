package browser

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows/registry"
)

const noBrowserAdvice = "Install Chromium, Chrome, Edge or Brave, or give the path of one in VALISE_BROWSER."

// installs are the places below the program directories, best first.
var installs = []string{
	`Chromium\Application\chrome.exe`,
	`Google\Chrome\Application\chrome.exe`,
	`Microsoft\Edge\Application\msedge.exe`,
	`BraveSoftware\Brave-Browser\Application\brave.exe`,
}

// candidates are the usual places, and what the installers have registered.
func candidates() []string {
	var paths []string
	for _, install := range installs {
		for _, root := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
			if dir := os.Getenv(root); dir != "" {
				paths = append(paths, filepath.Join(dir, install))
			}
		}
	}
	for _, name := range []string{"chrome.exe", "msedge.exe", "brave.exe"} {
		for _, root := range []registry.Key{registry.CURRENT_USER, registry.LOCAL_MACHINE} {
			key, err := registry.OpenKey(root, `SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\`+name, registry.QUERY_VALUE)
			if err != nil {
				continue
			}
			if path, _, err := key.GetStringValue(""); err == nil {
				paths = append(paths, path)
			}
			key.Close()
		}
	}
	return paths
}

// program: there are no wrappers here.
func program(path string) (string, error) { return path, nil }

// versionText reads the version from the directory beside the program, "156.0.8078.79": asked with --version, the program would open a
// window.
func versionText(_ context.Context, path string) (string, error) {
	brand := map[string]string{"msedge.exe": "Edge", "brave.exe": "Brave"}[filepath.Base(path)]
	if brand == "" {
		brand = "Chromium"
		if filepath.Base(filepath.Dir(filepath.Dir(path))) == "Chrome" {
			brand = "Chrome"
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	newest := ""
	for _, e := range entries { // sorted by name
		if e.IsDir() && versionNumber.FindString(e.Name()) == e.Name() {
			newest = e.Name()
		}
	}
	if newest == "" {
		return "", errors.New("there is no version beside it")
	}
	return brand + " " + newest, nil
}
