package browser

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
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
		Bookmarks:  bookmarks(filepath.Join(dir, "Bookmarks")),
		History:    count(ctx, filepath.Join(dir, "History"), "select count(*) from urls where hidden = 0"),
		Extensions: extensions(filepath.Join(dir, "Extensions")),
		Tabs:       openTabs(ctx, dir),
	}
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

// bookmarks counts the addresses in a Bookmarks file: a tree for each of the bars and folders that the browser has.
func bookmarks(file string) int {
	type node struct {
		Type     string `json:"type"`
		Children []node `json:"children"`
	}
	var tree struct {
		Roots map[string]json.RawMessage `json:"roots"` // among them values that are no nodes
	}
	raw, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(raw, &tree) != nil {
		return 0
	}
	var total func(node) int
	total = func(n node) int {
		sum := 0
		if n.Type == "url" {
			sum = 1
		}
		for _, child := range n.Children {
			sum += total(child)
		}
		return sum
	}
	sum := 0
	for _, raw := range tree.Roots {
		var root node
		if json.Unmarshal(raw, &root) == nil {
			sum += total(root)
		}
	}
	return sum
}

// extensions counts directories that are called after the id of an extension: 32 letters.
func extensions(dir string) int {
	entries, _ := os.ReadDir(dir)
	n := 0
	for _, e := range entries {
		if e.IsDir() && len(e.Name()) == 32 {
			n++
		}
	}
	return n
}
