package tree

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// stores are the LevelDB databases: of sites, of extensions, and a score of small ones of Chromium's own.
func (m *maker) stores(context.Context) error {
	megabyte := m.times(1e6)
	for _, s := range []struct {
		name   string
		of     kind
		tables int
		size   int
	}{
		{"Local Storage/leveldb", localStorage, 3, megabyte * 26 / 10},
		{"Session Storage", localStorage, 1, megabyte * 15 / 10},
		{"Sync Data/LevelDB", small, 2, megabyte * 7 / 10},
	} {
		if err := m.store("Default/"+s.name, s.of, s.tables, s.size); err != nil {
			return err
		}
	}
	for _, name := range []string{
		"Extension State", "Extension Rules", "Extension Scripts", "GCM Store", "Site Characteristics Database", "shared_proto_db",
		"shared_proto_db/metadata", "Service Worker/Database", "AutofillStrikeDatabase", "BudgetDatabase",
		"Feature Engagement Tracker/EventDB", "Feature Engagement Tracker/AvailabilityDB", "Segmentation Platform/SegmentInfoDB",
		"Segmentation Platform/SignalDB", "optimization_guide_hint_cache_store", "commerce_subscription_db", "discounts_db",
		"parcel_tracking_db", "coupon_db", "PersistentOriginTrials", "Download Service/EntryDB",
	} {
		size := pick(m.Rand, []int{2, 4, 20, 150}) * megabyte / 1000
		if err := m.store("Default/"+name, small, m.IntN(2), size+300); err != nil {
			return err
		}
	}
	for i := range 3 {
		if err := m.store("Default/Local Extension Settings/"+m.name(), localStorage, i, megabyte*7/10); err != nil {
			return err
		}
	}
	for i := range 14 {
		// Each site has its own amount: from 50 kB to 1.1 MB at a time.
		size := []int{50, 1100, 200, 400, 800, 200, 1100, 50, 400, 1100, 800, 200, 400, 800}[i] * megabyte / 1000
		if err := m.store(fmt.Sprintf("Default/IndexedDB/https_%s_0.indexeddb.leveldb", m.hosts[i]), indexedDB, i%3, size); err != nil {
			return err
		}
	}
	return m.putAll(40, func(i int) (string, []byte) {
		return fmt.Sprintf("Default/IndexedDB/https_%s_0.indexeddb.blob/1/%02x/%x", m.hosts[i%5], i%4, 100+i), m.noise(m.times(m.about(22000, 1)))
	})
}

// fillStores is what a session writes to them.
func (m *maker) fillStores(context.Context) error {
	for _, s := range []struct {
		name string
		of   kind
		size int
	}{
		{"Local Storage/leveldb", localStorage, 220_000},
		{"Session Storage", localStorage, 160_000},
		{"Sync Data/LevelDB", small, 60_000},
		{"Extension State", small, 8_000},
		{"Site Characteristics Database", small, 20_000},
		{"shared_proto_db", small, 6_000},
		{"Segmentation Platform/SignalDB", small, 9_000},
	} {
		if err := m.write("Default/"+s.name, s.of, s.size); err != nil {
			return err
		}
	}
	sites, err := filepath.Glob(m.path("Default/IndexedDB/*.leveldb"))
	if err != nil {
		return err
	}
	for _, i := range m.Perm(len(sites))[:4] {
		name := strings.TrimPrefix(filepath.ToSlash(sites[i]), filepath.ToSlash(m.dir)+"/")
		if err := m.write(name, indexedDB, pick(m.Rand, []int{15_000, 80_000, 250_000})); err != nil {
			return err
		}
	}
	// Every third session finds a log long enough to become a table.
	if m.session%3 == 2 {
		return m.flush("Default/Local Storage/leveldb", localStorage)
	}
	return nil
}

// oldest is the first file, by name, that a pattern matches.
func (m *maker) oldest(pattern string) (string, error) {
	found, err := filepath.Glob(m.path(pattern))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s: %w", pattern, os.ErrNotExist)
	}
	return found[0], nil
}
