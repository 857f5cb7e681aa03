package browser

import (
	"cmp"
	"fmt"
	"slices"
)

// Changes is how one profile directory differs from another, the later one. It says what came, went and changed, and never
// what a cookie or a password is.
type Changes struct {
	Sites      []SiteChanges `json:"sites"` // the most changed first
	Cookies    Numbers       `json:"cookies"`
	Passwords  Numbers       `json:"passwords"`
	History    Numbers       `json:"history"` // pages
	Tabs       Links         `json:"tabs"`    // opened and closed
	Bookmarks  Links         `json:"bookmarks"`
	Extensions Extensions    `json:"extensions"`
	Unread     []string      `json:"unread,omitempty"` // what could not be read and was not compared: "cookies", "local storage"
}

// SiteChanges is what changed of one site.
type SiteChanges struct {
	Site        string           `json:"site"` // a host
	Cookies     Names            `json:"cookies,omitzero"`
	Storage     []StorageChanges `json:"storage,omitempty"`
	Permissions Names            `json:"permissions,omitzero"` // "notifications allowed", "camera blocked"
	Passwords   Numbers          `json:"passwords,omitzero"`
	Tabs        Numbers          `json:"tabs,omitzero"`    // opened and closed
	History     Numbers          `json:"history,omitzero"` // pages
}

// StorageChanges is what changed in one of the storages that a browser has for a site.
type StorageChanges struct {
	Kind   string `json:"kind"`   // one of the storages below
	Change string `json:"change"` // StorageAdded, StorageRemoved: all of it; StorageChanged
	Numbers
}

// The storages of a site.
const (
	LocalStorage  = "local storage"  // by key
	IndexedDB     = "IndexedDB"      // by record
	CacheStorage  = "cache storage"  // by response
	ServiceWorker = "service worker" // by registration
	SiteFiles     = "files"          // of the site's own file system
)

// What became of a storage.
const (
	StorageAdded   = "added"
	StorageRemoved = "removed"
	StorageChanged = "changed"
)

// Numbers counts what came, what went and what became different.
type Numbers struct {
	Added   int `json:"added,omitempty"`
	Removed int `json:"removed,omitempty"`
	Changed int `json:"changed,omitempty"`
}

// Names lists what came, what went and what became different. A name stands there as often as things of that name did.
type Names struct {
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Changed []string `json:"changed,omitempty"`
}

// IsZero says that nothing came, went or changed.
func (n Names) IsZero() bool { return n.Numbers() == Numbers{} }

// Numbers counts the names.
func (n Names) Numbers() Numbers { return Numbers{len(n.Added), len(n.Removed), len(n.Changed)} }

// Links lists the pages that came and went.
type Links struct {
	Added   []Link `json:"added,omitempty"`
	Removed []Link `json:"removed,omitempty"`
}

// Link is a tab or a bookmark.
type Link struct {
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
}

// Extensions lists the extensions that were installed, removed, or updated.
type Extensions struct {
	Added   []Extension `json:"added,omitempty"`
	Removed []Extension `json:"removed,omitempty"`
	Changed []Extension `json:"changed,omitempty"`
}

// Extension is an extension that the person has installed.
type Extension struct {
	ID      string `json:"id"`
	Name    string `json:"name"` // its id where it does not say
	Version string `json:"version,omitempty"`
}

// Empty says that nothing is different, as far as it is looked at.
func (c Changes) Empty() bool { return len(c.Sites) == 0 && len(c.Phrases()) == 0 }

// Phrases says in a few words each what changed in all: "+2 cookies", "~1 cookie", "-1 tab", "+1 bookmark".
func (c Changes) Phrases() []string {
	x := c.Extensions
	return slices.Concat(
		c.Cookies.phrases("cookie", "cookies"),
		c.Passwords.phrases("password", "passwords"),
		Numbers{Added: len(c.Tabs.Added), Removed: len(c.Tabs.Removed)}.phrases("tab", "tabs"),
		Numbers{Added: len(c.Bookmarks.Added), Removed: len(c.Bookmarks.Removed)}.phrases("bookmark", "bookmarks"),
		Numbers{len(x.Added), len(x.Removed), len(x.Changed)}.phrases("extension", "extensions"),
		c.History.phrases("page", "pages"),
	)
}

// Phrases says in a few words each what changed of the site: "+2 cookies", "~1 cookie", "+local storage", "-IndexedDB".
// What came has a plus, what went a minus, what is different a tilde.
func (s SiteChanges) Phrases() []string {
	phrases := slices.Concat(
		s.Cookies.Numbers().phrases("cookie", "cookies"),
		s.Passwords.phrases("password", "passwords"),
	)
	for _, storage := range s.Storage {
		phrases = append(phrases, storage.Phrase())
	}
	for _, name := range s.Permissions.Added {
		phrases = append(phrases, "+"+name)
	}
	for _, name := range s.Permissions.Removed {
		phrases = append(phrases, "-"+name)
	}
	return slices.Concat(phrases,
		s.Tabs.phrases("tab", "tabs"),
		s.History.phrases("page", "pages"),
	)
}

// Phrase is that of one storage: "+local storage", "-IndexedDB", "~cache storage".
func (s StorageChanges) Phrase() string {
	switch s.Change {
	case StorageAdded:
		return "+" + s.Kind
	case StorageRemoved:
		return "-" + s.Kind
	}
	return "~" + s.Kind
}

func (n Numbers) phrases(one, several string) []string {
	var phrases []string
	for _, part := range []struct {
		sign string
		n    int
	}{{"+", n.Added}, {"-", n.Removed}, {"~", n.Changed}} {
		switch part.n {
		case 0:
		case 1:
			phrases = append(phrases, part.sign+"1 "+one)
		default:
			phrases = append(phrases, fmt.Sprintf("%s%d %s", part.sign, part.n, several))
		}
	}
	return phrases
}

func (n Numbers) sum() int { return n.Added + n.Removed + n.Changed }

// weight is how much a site has changed. What a person would miss counts; that they read many pages there does not.
func (s SiteChanges) weight() int {
	sum := s.Cookies.Numbers().sum() + s.Passwords.sum() + s.Permissions.Numbers().sum() + s.Tabs.sum() + min(s.History.sum(), 1)
	for _, storage := range s.Storage {
		sum += min(storage.sum(), 10)
	}
	return sum
}

// sortSites puts the most changed first.
func sortSites(sites []SiteChanges) {
	slices.SortFunc(sites, func(a, b SiteChanges) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.Site, b.Site))
	})
}
