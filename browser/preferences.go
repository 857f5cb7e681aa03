package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// setting is one preference that has to have a value before a start.
type setting struct{ group, name, value string } // value in JSON

// settings make a browser come back as it was left. exit_type is what a browser that crashed is told by: with "Normal" it
// restores its tabs without asking.
var settings = append([]setting{
	{"profile", "exit_type", `"Normal"`},
	{"profile", "exited_cleanly", `true`},
}, restoreSettings...)

// seedPreferences sets them in the profiles of a user data directory, and in Default before its first start.
func seedPreferences(userDataDir string) error {
	profiles, err := profileDirs(userDataDir)
	if err != nil {
		return err
	}
	for _, profile := range profiles {
		if err := seedFile(filepath.Join(profile, "Preferences")); err != nil {
			return fmt.Errorf("preparing the preferences of the browser: %w", err)
		}
	}
	return nil
}

// MarkEnded makes the copy of a user data directory that a browser had open look as if that browser had ended in order.
func MarkEnded(userDataDir string) error { return seedPreferences(userDataDir) }

// profileDirs are the profiles in a user data directory: Default, whether it exists or not, and those that the person has added.
func profileDirs(userDataDir string) ([]string, error) {
	entries, err := os.ReadDir(userDataDir)
	if err != nil {
		return nil, err
	}
	dirs := []string{filepath.Join(userDataDir, "Default")}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), "Profile ") {
			dirs = append(dirs, filepath.Join(userDataDir, e.Name()))
		}
	}
	return dirs, nil
}

func seedFile(file string) error {
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after, err := seed(before)
	if err != nil || bytes.Equal(before, after) {
		return nil // damaged: Chromium sets it aside and starts with a fresh one
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return replaceFile(file, after)
}

// seed puts the settings into the text of a preferences file and leaves every other byte of a value as it is: numbers that
// float64 cannot hold, and what a newer Chromium has added.
func seed(text []byte) ([]byte, error) {
	root := map[string]json.RawMessage{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &root); err != nil {
			return nil, err
		}
	}
	changed, err := forgetSurroundings(root)
	if err != nil {
		return nil, err
	}
	for _, s := range settings {
		group := map[string]json.RawMessage{}
		if raw, ok := root[s.group]; ok {
			if err := json.Unmarshal(raw, &group); err != nil {
				return nil, err
			}
		}
		if string(group[s.name]) == s.value {
			continue
		}
		group[s.name] = json.RawMessage(s.value)
		raw, err := plainJSON(group)
		if err != nil {
			return nil, err
		}
		root[s.group] = raw
		changed = true
	}
	if !changed {
		return text, nil
	}
	return plainJSON(root)
}

// plainJSON is json.Marshal without the escapes for HTML.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// replaceFile writes a file whole or not at all.
func replaceFile(file string, text []byte) error {
	next, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(next.Name())
	_, err = next.Write(text)
	if err := errors.Join(err, next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), file)
}
