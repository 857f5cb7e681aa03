package browser

import (
	"context"
	"path"
	"path/filepath"
	"strings"
)

// Contents is what a profile directory holds, as far as it can be read with the browser gone. What cannot be read is left
// empty: it is there to be shown, and must never fail a saving.
type Contents struct {
	Sites      []string // hosts with cookies or storage, those of open tabs first, then the most used
	Cookies    int
	Passwords  int
	Bookmarks  int
	History    int // pages
	Extensions int // those that the person has installed
	Tabs       []Tab
}

// Inspected says whether Inspect reads a file of a user data directory; of all others it wants to see the directories. path
// is relative, with slashes.
func Inspected(name string) bool {
	switch base := path.Base(name); base {
	case "Cookies", "Login Data", "Bookmarks", "History", "Favicons", "QuotaManager":
		return true
	default:
		return strings.HasPrefix(base, "Session_")
	}
}

// Inspect reads a user data directory that no browser has open, and changes nothing in it. The only errors are those of ctx and
// of a directory that cannot be read at all.
func Inspect(ctx context.Context, userDataDir string) (Contents, error) {
	profiles, err := profileDirs(userDataDir)
	if err != nil {
		return Contents{}, err
	}
	var all Contents
	for _, dir := range profiles {
		c := inspectProfile(ctx, dir)
		all.Sites = append(all.Sites, c.Sites...)
		all.Cookies += c.Cookies
		all.Passwords += c.Passwords
		all.Bookmarks += c.Bookmarks
		all.History += c.History
		all.Extensions += c.Extensions
		all.Tabs = append(all.Tabs, c.Tabs...)
	}
	return all, ctx.Err()
}

func inspectProfile(ctx context.Context, dir string) Contents {
	c := Contents{
		Passwords:  count(ctx, filepath.Join(dir, "Login Data"), "select count(*) from logins where blacklisted_by_user = 0"),
		History:    count(ctx, filepath.Join(dir, "History"), "select count(*) from urls where hidden = 0"),
		Extensions: len(installed(filepath.Join(dir, "Extensions"))),
		Tabs:       openTabs(ctx, dir),
	}
	eachBookmark(filepath.Join(dir, "Bookmarks"), func(string, string) { c.Bookmarks++ })
	for _, file := range cookieFiles(dir) {
		c.Cookies += count(ctx, file, "select count(*) from cookies")
	}
	c.Sites = sitesOf(ctx, dir, c.Tabs)
	return c
}

func count(ctx context.Context, file, query string) (n int) {
	eachRow(ctx, file, query, func(scan func(...any) error) error { return scan(&n) })
	return n
}
