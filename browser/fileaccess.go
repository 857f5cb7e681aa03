package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// An extension that may read file: addresses does so without a navigation, so that no policy is asked. Unpacked ones may unless the
// preferences say otherwise. In a fenced session none may: fileAccess takes it from all, and gives it back after the end to those of the profile that had it.
// A crash in between leaves it taken, which a person can undo on the page of the extension.

const allowFileAccess = "newAllowFileAccess"

// fileAccess sets it for the extensions of a profile that are among ids, or for all where ids is nil, and returns those that it has changed.
func fileAccess(userDataDir string, allowed bool, ids []string) (changed []string, err error) {
	profiles, err := profileDirs(userDataDir)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, profile := range profiles {
		for _, name := range []string{"Preferences", "Secure Preferences"} {
			found, err := fileAccessIn(filepath.Join(profile, name), allowed, ids)
			changed, failed = append(changed, found...), append(failed, err)
		}
	}
	return changed, errors.Join(failed...)
}

func fileAccessIn(file string, allowed bool, ids []string) (changed []string, err error) {
	before, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	root := map[string]json.RawMessage{}
	if err != nil || json.Unmarshal(before, &root) != nil {
		return nil, err // damaged: Chromium sets it aside
	}
	all, err := extensionSettings(root)
	if err != nil {
		return nil, err
	}
	for id := range all {
		entry, err := groupOf(all, id)
		if err != nil || ids != nil && !slices.Contains(ids, id) {
			continue
		}
		if was := string(entry[allowFileAccess]) == "true"; was == allowed {
			continue
		}
		if _, said := entry[allowFileAccess]; !said && !allowed {
			continue
		}
		entry[allowFileAccess] = json.RawMessage(fmt.Sprint(allowed))
		if all[id], err = plainJSON(entry); err != nil {
			return nil, err
		}
		changed = append(changed, id)
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return changed, writeExtensionSettings(file, before, root, all)
}

// denyFileAccess writes down, before the first start of unpacked extensions, that they may not.
func denyFileAccess(userDataDir string, dirs []string) error {
	file := filepath.Join(userDataDir, "Default", "Preferences")
	before, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	root := map[string]json.RawMessage{}
	if err := json.Unmarshal(before, &root); err != nil {
		return err
	}
	all, err := extensionSettings(root)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		entry, err := groupOf(all, unpackedID(dir))
		if err != nil {
			return err
		}
		entry[allowFileAccess] = json.RawMessage("false")
		if all[unpackedID(dir)], err = plainJSON(entry); err != nil {
			return err
		}
	}
	return writeExtensionSettings(file, before, root, all)
}

// unpackedID is the id that Chromium gives an unpacked extension: of its directory, in letters from a to p.
func unpackedID(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	id := make([]byte, 0, 32)
	for _, b := range sum[:16] {
		id = append(id, 'a'+b>>4, 'a'+b&15)
	}
	return string(id)
}

func extensionSettings(root map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	group, err := groupOf(root, "extensions")
	if err != nil {
		return nil, err
	}
	return groupOf(group, "settings")
}

func writeExtensionSettings(file string, before []byte, root, all map[string]json.RawMessage) error {
	group, err := groupOf(root, "extensions")
	if err != nil {
		return err
	}
	if group["settings"], err = plainJSON(all); err != nil {
		return err
	}
	if root["extensions"], err = plainJSON(group); err != nil {
		return err
	}
	after, err := plainJSON(root)
	if err != nil || bytes.Equal(before, after) {
		return err
	}
	return replaceFile(file, after)
}
