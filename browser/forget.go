package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// What a session had from its surroundings, Chromium writes down in part, and would believe the next time. It is taken out of the
// preferences before every start, so that neither a crash nor a copy that was made meanwhile keeps it, and extensions also after the end.

// forgetSurroundings takes out of the preferences of a profile what is not the profile's own.
func forgetSurroundings(root map[string]json.RawMessage) (changed bool, err error) {
	languages, err := forgetLanguages(root)
	if err != nil {
		return false, err
	}
	extensions, err := forgetLent(root, func(dir string) bool {
		_, err := os.Stat(dir)
		return errors.Is(err, fs.ErrNotExist)
	})
	return languages || len(extensions) > 0, err
}

// forgetLanguages: intl.accept_languages is worked out from selected_languages, which a first start takes from it. Only where the languages came
// from the command line is the one there without the other.
func forgetLanguages(root map[string]json.RawMessage) (changed bool, err error) {
	const accepted, selected = "accept_languages", "selected_languages"
	group, err := groupOf(root, "intl")
	if err != nil || group[accepted] == nil || group[selected] != nil {
		return false, err
	}
	delete(group, accepted)
	root["intl"], err = plainJSON(group)
	return true, err
}

// commandLine is the place of an extension that was loaded by --load-extension: extensions::mojom::ManifestLocation::kCommandLine.
const commandLine = 8

// forgetLent takes out the extensions that were lent to a session, as far as their directories are to be forgotten, and returns their ids.
// Chromium does not load them again, but keeps an entry for each.
func forgetLent(root map[string]json.RawMessage, forget func(dir string) bool) (ids []string, err error) {
	group, err := groupOf(root, "extensions")
	if err != nil {
		return nil, err
	}
	all, err := groupOf(group, "settings")
	if err != nil {
		return nil, err
	}
	for id, raw := range all {
		var entry struct {
			Location int
			Path     string
		}
		if json.Unmarshal(raw, &entry) == nil && entry.Location == commandLine && forget(entry.Path) {
			delete(all, id)
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if group["settings"], err = plainJSON(all); err != nil {
		return nil, err
	}
	root["extensions"], err = plainJSON(group)
	return ids, err
}

func groupOf(root map[string]json.RawMessage, name string) (map[string]json.RawMessage, error) {
	group := map[string]json.RawMessage{}
	if raw, ok := root[name]; ok {
		if err := json.Unmarshal(raw, &group); err != nil {
			return nil, err
		}
	}
	return group, nil
}

// forgetExtensions takes extensions that were lent to a session out of its profile, with what they have stored.
func forgetExtensions(userDataDir string, dirs []string) error {
	if len(dirs) == 0 {
		return nil
	}
	profiles, err := profileDirs(userDataDir)
	if err != nil {
		return err
	}
	lent := func(dir string) bool { return slices.Contains(dirs, dir) }
	var failed []error
	for _, profile := range profiles {
		failed = append(failed, forgetIn(profile, lent))
	}
	return errors.Join(failed...)
}

func forgetIn(profile string, lent func(dir string) bool) error {
	var ids []string
	for _, name := range []string{"Preferences", "Secure Preferences"} {
		file := filepath.Join(profile, name)
		before, err := os.ReadFile(file)
		root := map[string]json.RawMessage{}
		if err != nil || json.Unmarshal(before, &root) != nil {
			continue
		}
		found, err := forgetLent(root, lent)
		if err != nil || len(found) == 0 {
			continue
		}
		after, err := plainJSON(root)
		if err != nil || bytes.Equal(before, after) {
			continue
		}
		if err := replaceFile(file, after); err != nil {
			return fmt.Errorf("forgetting the extensions of a session: %w", err)
		}
		ids = append(ids, found...)
	}
	var failed []error
	for _, id := range ids {
		stored, _ := filepath.Glob(filepath.Join(profile, "*", "chrome-extension_"+id+"_*"))
		for _, place := range []string{"Local Extension Settings", "Sync Extension Settings", "Managed Extension Settings", "DNR Extension Rules"} {
			stored = append(stored, filepath.Join(profile, place, id))
		}
		for _, place := range stored {
			failed = append(failed, os.RemoveAll(place))
		}
	}
	return errors.Join(failed...)
}

// realPaths are the directories as Chromium writes them down, and makes their ids of.
func realPaths(dirs []string) ([]string, error) {
	var all []string
	for _, dir := range dirs {
		dir, err := filepath.Abs(dir)
		if err == nil {
			dir, err = filepath.EvalSymlinks(dir)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, dir)
	}
	return all, nil
}
