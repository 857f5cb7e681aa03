package browser

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// inventory is what a profile holds, thing by thing: what Compare compares.
type inventory struct {
	things map[thing]trace
	unread map[kind]bool // kinds of which something is there and cannot be read
}

// thing is what makes one thing the same in two inventories.
type thing struct {
	kind kind
	site string // "": it belongs to none
	id   digest // among those of the kind and the site
}

// trace is how one tells whether a thing has changed, and what it is called.
type trace struct {
	content digest
	shown   any // its name, a Link or an Extension; nil: it is only counted
}

// digest stands for an id or a content: what is secret must not lie about, and what is large need not.
type digest [16]byte

// digestOf is the digest of several texts in their order.
func digestOf[T ~string | ~[]byte](parts ...T) digest {
	h := sha256.New()
	for _, part := range parts {
		h.Write(strconv.AppendInt(nil, int64(len(part)), 10))
		h.Write([]byte{':'})
		h.Write([]byte(part))
	}
	return digest(h.Sum(nil)[:16])
}

type kind uint8

const (
	cookieThing kind = iota
	passwordThing
	historyThing
	tabThing
	bookmarkThing
	extensionThing
	permissionThing
	storageThing // and those after it: one for each of storages
)

// storages are the kinds of storage, in the order in which they are told.
var storages = [...]string{LocalStorage, IndexedDB, CacheStorage, ServiceWorker, SiteFiles}

// String is what the things of the kind are called.
func (k kind) String() string {
	if k >= storageThing {
		return storages[k-storageThing]
	}
	return [...]string{"cookies", "passwords", "history", "tabs", "bookmarks", "extensions", "permissions"}[k]
}

func storageKind(storage string) kind {
	return storageThing + kind(slices.Index(storages[:], storage))
}

// Compared says whether Compare looks at a file of a user data directory: path is relative to it, with slashes.
func Compared(name string) bool {
	parts := strings.Split(name, "/")
	if !isProfile(parts[0]) || len(parts) < 2 || processBound(parts) {
		return false
	}
	switch parts[1] {
	case "Cookies", "Network", "Login Data", "Login Data For Account", "History", "Bookmarks", "Preferences", "Sessions",
		"Local Storage", "Service Worker", "File System":
		return true
	case "IndexedDB", "WebStorage":
		// Large values lie beside the database, which says what they are called: they never change.
		return !slices.ContainsFunc(parts, func(p string) bool { return strings.HasSuffix(p, "indexeddb.blob") })
	case "Extensions":
		base := parts[len(parts)-1]
		return base == "manifest.json" || base == "messages.json"
	}
	return false
}

// ComparedTogether names the group of files that a compared file belongs to: they make sense only together, so Compare needs all
// of a group or, where none of them differs between the directories, none.
func ComparedTogether(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) < 2 {
		return name
	}
	switch parts[1] {
	case "Sessions", "History": // which has titles of tabs
		return parts[0] + "/Sessions"
	case "Local Storage", "Service Worker", "File System", "WebStorage", "Extensions":
		return parts[0] + "/" + parts[1]
	case "IndexedDB":
		return strings.Join(parts[:min(3, len(parts))], "/")
	}
	return name
}

// takeInventory goes through one profile directory that no browser has open.
func takeInventory(ctx context.Context, dir string) *inventory {
	v := &inventory{map[thing]trace{}, map[kind]bool{}}
	v.addCookies(ctx, dir)
	v.addPasswords(ctx, dir)
	v.addHistory(ctx, dir)
	v.addTabs(ctx, dir)
	v.addBookmarks(dir)
	v.addExtensions(dir)
	v.addPermissions(dir)
	v.addStorage(ctx, dir)
	return v
}

// rely notes a kind as unread if reading it failed. What does not exist is no failure.
func (v *inventory) rely(kind kind, err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.unread[kind] = true
	}
}

// addAgain adds a thing that may be there several times over.
func (v *inventory) addAgain(kind kind, site, id string, t trace) {
	for n := 0; ; n++ {
		key := thing{kind, site, digestOf(id, strconv.Itoa(n))}
		if _, ok := v.things[key]; !ok {
			v.things[key] = t
			return
		}
	}
}

// addCookies tells cookies apart as Chromium does. Their values are encrypted with one key and the same beginning, so that equal
// ones look equal; only Windows encrypts the same value differently whenever a site sets it again.
func (v *inventory) addCookies(ctx context.Context, dir string) {
	for _, file := range cookieFiles(dir) {
		err := eachRow(ctx, file, `select host_key, top_frame_site_key, name, path, source_scheme, source_port, value, encrypted_value from cookies`,
			func(scan func(...any) error) error {
				var host, top, name, path, scheme, port string
				var value, encrypted []byte
				if err := scan(&host, &top, &name, &path, &scheme, &port, &value, &encrypted); err != nil {
					return err
				}
				v.things[thing{cookieThing, strings.TrimPrefix(host, "."), digestOf(host, top, name, path, scheme, port)}] =
					trace{digestOf(value, encrypted), name}
				return nil
			})
		v.rely(cookieThing, err)
	}
}

func (v *inventory) addPasswords(ctx context.Context, dir string) {
	for _, file := range []string{"Login Data", "Login Data For Account"} {
		err := eachRow(ctx, filepath.Join(dir, file), `select origin_url, username_element, username_value, password_element, signon_realm, password_value
			from logins where blacklisted_by_user = 0`,
			func(scan func(...any) error) error {
				var origin, userField, user, field, realm string
				var password []byte
				if err := scan(&origin, &userField, &user, &field, &realm, &password); err != nil {
					return err
				}
				v.things[thing{passwordThing, hostOf(origin), digestOf(file, origin, userField, user, field, realm)}] =
					trace{content: digestOf(password)}
				return nil
			})
		v.rely(passwordThing, err)
	}
}

func (v *inventory) addHistory(ctx context.Context, dir string) {
	err := eachRow(ctx, filepath.Join(dir, "History"), "select url from urls where hidden = 0", func(scan func(...any) error) error {
		var address string
		if err := scan(&address); err != nil {
			return err
		}
		v.things[thing{historyThing, hostOf(address), digestOf(address)}] = trace{}
		return nil
	})
	v.rely(historyThing, err)
}

func (v *inventory) addTabs(ctx context.Context, dir string) {
	for _, t := range openTabs(ctx, dir) {
		v.addAgain(tabThing, hostOf(t.URL), t.URL, trace{shown: Link{t.URL, t.Title}})
	}
}

func (v *inventory) addBookmarks(dir string) {
	eachBookmark(filepath.Join(dir, "Bookmarks"), func(address, title string) {
		v.addAgain(bookmarkThing, "", address, trace{shown: Link{address, title}})
	})
}

func (v *inventory) addExtensions(dir string) {
	for _, x := range installed(filepath.Join(dir, "Extensions")) {
		v.things[thing{extensionThing, "", digestOf(x.ID)}] = trace{digestOf(x.Version), x}
	}
}

// permissions are those that a site asks a person for, by their names in the preferences.
var permissions = map[string]string{
	"notifications": "notifications", "geolocation": "location", "media_stream_camera": "camera", "media_stream_mic": "microphone",
	"clipboard": "clipboard", "popups": "pop-ups", "midi_sysex": "MIDI devices",
}

// addPermissions adds what the person has allowed or blocked for single sites (components/content_settings).
func (v *inventory) addPermissions(dir string) {
	var p struct {
		Profile struct {
			ContentSettings struct {
				Exceptions map[string]json.RawMessage `json:"exceptions"`
			} `json:"content_settings"`
		} `json:"profile"`
	}
	raw, err := os.ReadFile(filepath.Join(dir, "Preferences"))
	if err != nil || json.Unmarshal(raw, &p) != nil {
		return
	}
	for setting, name := range permissions {
		var sites map[string]struct {
			Setting int `json:"setting"`
		}
		if json.Unmarshal(p.Profile.ContentSettings.Exceptions[setting], &sites) != nil {
			continue
		}
		for pattern, decided := range sites {
			address, _, _ := strings.Cut(pattern, ",") // "https://shop.example:443,*"
			site := hostOf(address)
			words := map[int]string{1: name + " allowed", 2: name + " blocked"}[decided.Setting]
			if site != "" && words != "" {
				v.things[thing{permissionThing, site, digestOf(words, address)}] = trace{shown: words}
			}
		}
	}
}
