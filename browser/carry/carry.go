// Package carry takes the state of sites out of a browser and brings it into another, over DevTools alone: cookies, localStorage,
// databases (IndexedDB), and what single tabs keep (sessionStorage). Neither browser's files are touched, and no site is asked for
// anything meanwhile: the pages in which storage can be reached are empty ones that this package answers in the place of the site.
//
// What it promises: what cannot be carried is told of, and never taken away where it is; bringing changes in leaves everything
// else as it was, to the single record of a database.
//
// Start reading with State, which is close to what Playwright calls storage state; then place.go, which reads and changes it.
// remote.go is the way to a browser elsewhere, page.js what runs in the empty pages.
package carry

import (
	"encoding/json"

	"github.com/chromedp/cdproto/network"
)

// State is what sites keep in a browser.
type State struct {
	Cookies []Cookie `json:"cookies"`
	Origins []Origin `json:"origins"`
}

// Cookie is a cookie with all that a browser knows of it.
type Cookie struct {
	Name         string        `json:"name"`
	Value        string        `json:"value"`
	Domain       string        `json:"domain"` // begins with a dot: subdomains get it too
	Path         string        `json:"path"`
	Expires      float64       `json:"expires"` // seconds since 1970; -1: with the browser's session
	HTTPOnly     bool          `json:"httpOnly"`
	Secure       bool          `json:"secure"`
	SameSite     string        `json:"sameSite,omitempty"` // "Strict", "Lax", "None"; empty: nothing is said
	PartitionKey *PartitionKey `json:"partitionKey,omitempty"`
	Priority     string        `json:"priority,omitempty"`
	SourceScheme string        `json:"sourceScheme,omitempty"`
	SourcePort   int64         `json:"sourcePort,omitempty"`
}

// PartitionKey says in which site a cookie counts that is kept apart for it.
type PartitionKey struct {
	TopLevelSite         string `json:"topLevelSite"`
	HasCrossSiteAncestor bool   `json:"hasCrossSiteAncestor"`
}

// cookieName is what tells a cookie from all others.
type cookieName struct {
	name, domain, path string
	partition          PartitionKey
}

func (c Cookie) id() cookieName {
	id := cookieName{name: c.Name, domain: c.Domain, path: c.Path}
	if c.PartitionKey != nil {
		id.partition = *c.PartitionKey
	}
	return id
}

// same says whether two cookies of one name are the same. Browsers cut times to what they store.
func (c Cookie) same(d Cookie) bool {
	apart := c.Expires - d.Expires
	c.Expires, d.Expires, c.PartitionKey, d.PartitionKey = 0, 0, nil, nil
	return c == d && -1 < apart && apart < 1
}

func cookieOf(c *network.Cookie) Cookie {
	cookie := Cookie{
		Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Expires: float64(c.Expires), HTTPOnly: c.HTTPOnly, Secure: c.Secure,
		SameSite: string(c.SameSite), Priority: string(c.Priority), SourceScheme: string(c.SourceScheme), SourcePort: c.SourcePort,
	}
	if c.Session {
		cookie.Expires = -1
	}
	if k := c.PartitionKey; k != nil {
		cookie.PartitionKey = &PartitionKey{k.TopLevelSite, k.HasCrossSiteAncestor}
	}
	return cookie
}

// param is the cookie as a command takes it.
func (c Cookie) param() map[string]any {
	p := map[string]any{"name": c.Name, "value": c.Value, "domain": c.Domain, "path": c.Path, "secure": c.Secure, "httpOnly": c.HTTPOnly}
	if c.Expires >= 0 {
		p["expires"] = c.Expires
	}
	for key, value := range map[string]string{"sameSite": c.SameSite, "priority": c.Priority, "sourceScheme": c.SourceScheme} {
		if value != "" {
			p[key] = value
		}
	}
	if c.SourcePort != 0 {
		p["sourcePort"] = c.SourcePort
	}
	if c.PartitionKey != nil {
		p["partitionKey"] = c.PartitionKey
	}
	return p
}

// Origin is what the pages of one origin keep.
type Origin struct {
	Origin       string     `json:"origin"` // "https://shop.example"
	LocalStorage []Item     `json:"localStorage"`
	IndexedDB    []Database `json:"indexedDB,omitempty"`
	Lost         []string   `json:"-"` // what was found and cannot be carried, in words
}

// Item is an entry of a storage. Name and value are strings in JSON: those of scripts need not be Unicode.
type Item struct {
	Name  json.RawMessage `json:"name"`
	Value json.RawMessage `json:"value"`
}

// Database is one of an origin's.
type Database struct {
	Name    json.RawMessage `json:"name"` // a string, as in Item
	Version uint64          `json:"version"`
	Stores  []Store         `json:"stores"`
}

// Store is an object store of a database. Of a key path one or none of the fields is set.
type Store struct {
	Name          json.RawMessage   `json:"name"`
	KeyPath       json.RawMessage   `json:"keyPath,omitempty"`
	KeyPathArray  []json.RawMessage `json:"keyPathArray,omitempty"`
	AutoIncrement bool              `json:"autoIncrement"`
	Indexes       []Index           `json:"indexes"`
	Records       []Record          `json:"records"`
}

// Index is an index of a store.
type Index struct {
	Name         json.RawMessage   `json:"name"`
	KeyPath      json.RawMessage   `json:"keyPath,omitempty"`
	KeyPathArray []json.RawMessage `json:"keyPathArray,omitempty"`
	Unique       bool              `json:"unique"`
	MultiEntry   bool              `json:"multiEntry"`
}

// Record is one of a store. Key and value are plain JSON where that can hold them, and else encoded as page.js says. The
// key is always given, also where it is in the value.
type Record struct {
	Key          json.RawMessage `json:"key,omitempty"`
	KeyEncoded   json.RawMessage `json:"keyEncoded,omitempty"`
	Value        json.RawMessage `json:"value,omitempty"`
	ValueEncoded json.RawMessage `json:"valueEncoded,omitempty"`
}

func (r Record) key() string   { return string(r.Key) + "|" + string(r.KeyEncoded) }
func (r Record) value() string { return string(r.Value) + "|" + string(r.ValueEncoded) }

// Records counts those of all databases.
func (o Origin) Records() int {
	n := 0
	for _, d := range o.IndexedDB {
		for _, s := range d.Stores {
			n += len(s.Records)
		}
	}
	return n
}

// Empty says whether an origin keeps nothing.
func (o Origin) Empty() bool { return len(o.LocalStorage) == 0 && len(o.IndexedDB) == 0 }
