package browser

import (
	"slices"
	"testing"
)

func TestChangesOfASiteAreSaidInAFewWords(t *testing.T) {
	site := SiteChanges{
		Site:    "shop.example",
		Cookies: Names{Added: []string{"a", "b"}, Changed: []string{"c"}},
		Storage: []StorageChanges{
			{LocalStorage, StorageAdded, Numbers{Added: 3}},
			{IndexedDB, StorageRemoved, Numbers{Removed: 1}},
			{CacheStorage, StorageChanged, Numbers{Added: 1, Removed: 2}},
		},
		Permissions: Names{Added: []string{"notifications allowed"}, Removed: []string{"notifications blocked"}},
		Passwords:   Numbers{Changed: 1},
		Tabs:        Numbers{Added: 1, Removed: 2},
		History:     Numbers{Added: 5},
	}
	want := []string{"+2 cookies", "~1 cookie", "~1 password", "+local storage", "-IndexedDB", "~cache storage",
		"+notifications allowed", "-notifications blocked", "+1 tab", "-2 tabs", "+5 pages"}
	if got := site.Phrases(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestTheMostChangedSiteComesFirst(t *testing.T) {
	sites := []SiteChanges{
		{Site: "read.example", History: Numbers{Added: 500}},
		{Site: "b.example", Cookies: Names{Added: []string{"x"}}},
		{Site: "a.example", Cookies: Names{Added: []string{"x"}}},
		{Site: "login.example", Cookies: Names{Added: []string{"x", "y", "z"}}},
	}
	sortSites(sites)
	var order []string
	for _, s := range sites {
		order = append(order, s.Site)
	}
	if want := []string{"login.example", "a.example", "b.example", "read.example"}; !slices.Equal(order, want) {
		t.Errorf("the order is %q", order)
	}
}
