package browser

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// installed lists the extensions in a directory: each is called after its id, 32 letters, and has a directory for each of its versions.
func installed(dir string) []Extension {
	entries, _ := os.ReadDir(dir)
	var all []Extension
	for _, e := range entries {
		if e.IsDir() && len(e.Name()) == 32 {
			all = append(all, describeExtension(filepath.Join(dir, e.Name())))
		}
	}
	return all
}

func describeExtension(dir string) Extension {
	x := Extension{ID: filepath.Base(dir)}
	x.Name = x.ID
	versions, _ := os.ReadDir(dir)
	if len(versions) == 0 {
		return x
	}
	newest := filepath.Join(dir, versions[len(versions)-1].Name())
	var manifest struct {
		Name          string `json:"name"`
		Version       string `json:"version"`
		DefaultLocale string `json:"default_locale"`
	}
	raw, err := os.ReadFile(filepath.Join(newest, "manifest.json"))
	if err != nil || json.Unmarshal(raw, &manifest) != nil {
		return x
	}
	x.Version = manifest.Version
	name := manifest.Name
	if key, ok := strings.CutPrefix(name, "__MSG_"); ok {
		name = localized(filepath.Join(newest, "_locales", filepath.Base(manifest.DefaultLocale)), strings.TrimSuffix(key, "__"))
	}
	x.Name = cmp.Or(name, x.ID)
	return x
}

// localized looks up a text of an extension; keys may be in any case.
func localized(locale, key string) string {
	var messages map[string]struct {
		Message string `json:"message"`
	}
	raw, err := os.ReadFile(filepath.Join(locale, "messages.json"))
	if err != nil || json.Unmarshal(raw, &messages) != nil {
		return ""
	}
	for k, m := range messages {
		if strings.EqualFold(k, key) {
			return m.Message
		}
	}
	return ""
}
