package browser

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sitesOf lists the hosts that a profile holds something of: those of open tabs first, in their order, then those with cookies or
// storage, the most visited first.
func sitesOf(ctx context.Context, profileDir string, tabs []Tab) []string {
	kept := map[string]bool{}
	add := func(host string) {
		if host = strings.TrimPrefix(host, "."); host != "" {
			kept[host] = true
		}
	}
	addRows := func(file, query string) {
		eachRow(ctx, file, query, func(scan func(...any) error) error {
			var host string
			err := scan(&host)
			add(host)
			return err
		})
	}
	for _, file := range cookieFiles(profileDir) {
		addRows(file, "select distinct host_key from cookies")
	}
	// The quota manager knows every origin with IndexedDB, Cache API, OPFS or a service worker.
	addRows(filepath.Join(profileDir, "WebStorage", "QuotaManager"), "select distinct host from buckets")
	for _, host := range indexedDBHosts(profileDir) {
		add(host)
	}

	var sites []string
	for _, t := range tabs {
		if host := hostOf(t.URL); host != "" && !slices.Contains(sites, host) {
			sites = append(sites, host)
			delete(kept, host)
		}
	}
	visits := visitsByHost(ctx, profileDir)
	rest := make([]string, 0, len(kept))
	for host := range kept {
		rest = append(rest, host)
	}
	slices.SortFunc(rest, func(a, b string) int {
		return cmp.Or(cmp.Compare(visits[b], visits[a]), cmp.Compare(a, b))
	})
	return append(sites, rest...)
}

// hostOf is the host of a web page, "" of any other.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.Hostname()
}

// indexedDBHosts reads the names of directories: "https_example.org_0.indexeddb.leveldb".
func indexedDBHosts(profileDir string) []string {
	entries, _ := os.ReadDir(filepath.Join(profileDir, "IndexedDB"))
	var hosts []string
	for _, e := range entries {
		origin, _, _ := strings.Cut(e.Name(), ".indexeddb.")
		if host := hostOfIdentifier(origin); host != "" {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// hostOfIdentifier is the host in the name of an origin's files: "https_shop.example_0".
func hostOfIdentifier(origin string) string {
	scheme, rest, _ := strings.Cut(origin, "_")
	port := strings.LastIndexByte(rest, '_')
	if scheme != "http" && scheme != "https" || port <= 0 {
		return ""
	}
	return rest[:port]
}

// visitsByHost counts visits. A cookie of a whole domain counts those of its subdomains too.
func visitsByHost(ctx context.Context, profileDir string) map[string]int {
	visits := map[string]int{}
	eachRow(ctx, filepath.Join(profileDir, "History"), "select url, visit_count from urls", func(scan func(...any) error) error {
		var address string
		var n int
		if err := scan(&address, &n); err != nil {
			return err
		}
		for host, more := hostOf(address), true; more; _, host, more = strings.Cut(host, ".") {
			visits[host] += n
		}
		return nil
	})
	return visits
}
