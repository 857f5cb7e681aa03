package browser

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
)

// Compare says what became different from one user data directory to another. No browser has them open, and nothing in them is
// changed; they need only have the files that Compared names. What cannot be read in one of them is not compared, and told. The only
// errors are those of ctx and of directories that cannot be read at all.
func Compare(ctx context.Context, from, to string) (Changes, error) {
	var profiles []string
	for _, userDataDir := range []string{from, to} {
		dirs, err := profileDirs(userDataDir)
		if err != nil {
			return Changes{}, err
		}
		for _, dir := range dirs {
			if name := filepath.Base(dir); !slices.Contains(profiles, name) {
				profiles = append(profiles, name)
			}
		}
	}
	d := difference{sites: map[string]*SiteChanges{}, stores: map[store]*contrast{}, unread: map[kind]bool{}}
	for _, name := range profiles {
		before, after := takeInventory(ctx, filepath.Join(from, name)), takeInventory(ctx, filepath.Join(to, name))
		d.compare(before, after)
		if err := ctx.Err(); err != nil {
			return Changes{}, err
		}
	}
	return d.result(), nil
}

// difference is Changes while they are collected.
type difference struct {
	Changes
	sites  map[string]*SiteChanges
	stores map[store]*contrast
	unread map[kind]bool
}

// store is one storage of one site.
type store struct {
	site string
	kind kind
}

// contrast is how many things a storage had, has, and how many of them changed how.
type contrast struct {
	before, after int
	Numbers
}

// change is what became of a thing.
type change uint8

const (
	same change = iota
	added
	removed
	changed
)

func (d *difference) compare(before, after *inventory) {
	for _, unread := range []map[kind]bool{before.unread, after.unread} {
		maps.Copy(d.unread, unread)
	}
	for thing, now := range after.things {
		switch then, ok := before.things[thing]; {
		case !ok:
			d.note(thing, now, added)
		case then.content != now.content:
			d.note(thing, now, changed)
		default:
			d.note(thing, now, same)
		}
	}
	for thing, then := range before.things {
		if _, ok := after.things[thing]; !ok {
			d.note(thing, then, removed)
		}
	}
}

func (d *difference) note(t thing, is trace, c change) {
	if d.unread[t.kind] {
		return // all of it would seem to be gone
	}
	if t.kind >= storageThing {
		d.noteStored(t, c)
		return
	}
	if c == same {
		return
	}
	switch t.kind {
	case cookieThing:
		c.count(&d.Cookies)
	case passwordThing:
		c.count(&d.Passwords)
	case historyThing:
		c.count(&d.History)
	case tabThing:
		pick(c, &d.Tabs.Added, &d.Tabs.Removed, nil, is.shown.(Link))
	case bookmarkThing:
		pick(c, &d.Bookmarks.Added, &d.Bookmarks.Removed, nil, is.shown.(Link))
	case extensionThing:
		pick(c, &d.Extensions.Added, &d.Extensions.Removed, &d.Extensions.Changed, is.shown.(Extension))
	}
	if t.site == "" {
		return
	}
	s := d.site(t.site)
	switch t.kind {
	case cookieThing:
		pick(c, &s.Cookies.Added, &s.Cookies.Removed, &s.Cookies.Changed, is.shown.(string))
	case permissionThing:
		pick(c, &s.Permissions.Added, &s.Permissions.Removed, nil, is.shown.(string))
	case passwordThing:
		c.count(&s.Passwords)
	case historyThing:
		c.count(&s.History)
	case tabThing:
		c.count(&s.Tabs)
	}
}

func (d *difference) noteStored(t thing, c change) {
	of := store{t.site, t.kind}
	s := d.stores[of]
	if s == nil {
		s = &contrast{}
		d.stores[of] = s
	}
	if c != added {
		s.before++
	}
	if c != removed {
		s.after++
	}
	c.count(&s.Numbers)
}

func (d *difference) site(host string) *SiteChanges {
	s := d.sites[host]
	if s == nil {
		s = &SiteChanges{Site: host}
		d.sites[host] = s
	}
	return s
}

// count counts one change.
func (c change) count(n *Numbers) {
	switch c {
	case added:
		n.Added++
	case removed:
		n.Removed++
	case changed:
		n.Changed++
	}
}

// pick appends to the list that is for the change.
func pick[T any](c change, whenAdded, whenRemoved, whenChanged *[]T, thing T) {
	list := map[change]*[]T{added: whenAdded, removed: whenRemoved, changed: whenChanged}[c]
	*list = append(*list, thing)
}

// result puts everything in order, which an inventory has none of.
func (d *difference) result() Changes {
	for of, s := range d.stores {
		if s.sum() == 0 {
			continue
		}
		how := StorageChanged
		switch {
		case s.before == 0:
			how = StorageAdded
		case s.after == 0:
			how = StorageRemoved
		}
		site := d.site(of.site)
		site.Storage = append(site.Storage, StorageChanges{storages[of.kind-storageThing], how, s.Numbers})
	}
	c := d.Changes
	for _, kind := range slices.Sorted(maps.Keys(d.unread)) {
		c.Unread = append(c.Unread, kind.String())
	}
	c.Sites = make([]SiteChanges, 0, len(d.sites))
	for _, s := range d.sites {
		slices.SortFunc(s.Storage, func(a, b StorageChanges) int {
			return cmp.Compare(slices.Index(storages[:], a.Kind), slices.Index(storages[:], b.Kind))
		})
		for _, names := range []Names{s.Cookies, s.Permissions} {
			slices.Sort(names.Added)
			slices.Sort(names.Removed)
			slices.Sort(names.Changed)
		}
		c.Sites = append(c.Sites, *s)
	}
	sortSites(c.Sites)
	for _, pages := range [][]Link{c.Tabs.Added, c.Tabs.Removed, c.Bookmarks.Added, c.Bookmarks.Removed} {
		slices.SortFunc(pages, func(a, b Link) int { return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.Title, b.Title)) })
	}
	for _, list := range [][]Extension{c.Extensions.Added, c.Extensions.Removed, c.Extensions.Changed} {
		slices.SortFunc(list, func(a, b Extension) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	}
	return c
}
