package tree

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"
)

// database opens an SQLite database as Chromium would, has fill write to it in one transaction, and closes it: an empty
// journal stays beside it. Nothing here needs to survive a power cut.
func (m *maker) database(ctx context.Context, name string, fill func(*sql.Tx) error) error {
	path := m.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+path+
		"?_pragma=page_size(4096)&_pragma=journal_mode(truncate)&_pragma=synchronous(off)&_pragma=locking_mode(exclusive)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fill(tx); err != nil {
		tx.Rollback()
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := db.Close(); err != nil {
		return err
	}
	return m.put(name+"-journal", nil)
}

// writer prepares statements as they come, and keeps the first error.
type writer struct {
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
	err      error
}

func writing(tx *sql.Tx) *writer { return &writer{tx: tx, prepared: map[string]*sql.Stmt{}} }

// do runs a statement and returns the row id that it inserted.
func (w *writer) do(statement string, args ...any) int64 {
	if w.err != nil {
		return 0
	}
	s := w.prepared[statement]
	if s == nil {
		if s, w.err = w.tx.Prepare(statement); w.err != nil {
			return 0
		}
		w.prepared[statement] = s
	}
	result, err := s.Exec(args...)
	if err != nil {
		w.err = err
		return 0
	}
	id, _ := result.LastInsertId()
	return id
}

// last is the largest id of a table.
func (w *writer) last(table string) (id int64) {
	if w.err == nil {
		w.err = w.tx.QueryRow("SELECT max(id) FROM " + table).Scan(&id)
	}
	return id
}

const history = `
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER DEFAULT 0 NOT NULL,
	typed_count INTEGER DEFAULT 0 NOT NULL, last_visit_time INTEGER NOT NULL, hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT, url INTEGER NOT NULL, visit_time INTEGER NOT NULL, from_visit INTEGER,
	external_referrer_url TEXT, transition INTEGER DEFAULT 0 NOT NULL, segment_id INTEGER, visit_duration INTEGER DEFAULT 0 NOT NULL,
	incremented_omnibox_typed_score BOOLEAN DEFAULT FALSE NOT NULL, opener_visit INTEGER, originator_cache_guid TEXT,
	is_known_to_sync BOOLEAN DEFAULT FALSE NOT NULL);
CREATE TABLE keyword_search_terms(keyword_id INTEGER NOT NULL, url_id INTEGER NOT NULL, term LONGVARCHAR NOT NULL,
	normalized_term LONGVARCHAR NOT NULL);
CREATE TABLE content_annotations(visit_id INTEGER PRIMARY KEY, visibility_score NUMERIC, categories VARCHAR,
	page_topics_model_version INTEGER, annotation_flags INTEGER NOT NULL, entities VARCHAR, related_searches VARCHAR,
	page_language VARCHAR, password_state INTEGER DEFAULT 0 NOT NULL, has_url_keyed_image BOOLEAN DEFAULT 0);
CREATE TABLE context_annotations(visit_id INTEGER PRIMARY KEY, context_annotation_flags INTEGER NOT NULL,
	duration_since_last_visit INTEGER, page_end_reason INTEGER, total_foreground_duration INTEGER, browser_type INTEGER,
	window_id INTEGER, tab_id INTEGER, task_id INTEGER, root_task_id INTEGER, response_code INTEGER DEFAULT 0 NOT NULL);
CREATE INDEX urls_url_index ON urls(url);
CREATE INDEX visits_url_index ON visits(url);
CREATE INDEX visits_time_index ON visits(visit_time);
CREATE INDEX visits_from_index ON visits(from_visit);
CREATE INDEX keyword_search_terms_index3 ON keyword_search_terms(term);`

// visit adds n addresses to a history, each with a few visits.
func (m *maker) visit(w *writer, n int) {
	for range n {
		when := m.moment()
		if m.session > 0 {
			when = m.now()
		}
		address := m.url()
		id := w.do("INSERT INTO urls(url, title, visit_count, typed_count, last_visit_time) VALUES (?, ?, ?, ?, ?)",
			address, m.title(), 1+m.IntN(30), m.IntN(3), when)
		for range pick(m.Rand, []int{1, 1, 1, 2, 2, 3, 5}) {
			visit := w.do("INSERT INTO visits(url, visit_time, from_visit, external_referrer_url, transition, visit_duration, originator_cache_guid) VALUES (?, ?, ?, '', ?, ?, '')",
				id, when+m.Int64N(1e10), m.Int64N(2*id+1), 805306368+m.IntN(9), m.IntN(9e8))
			w.do("INSERT INTO content_annotations VALUES (?, ?, '', -1, 0, '', '', ?, 0, 0)", visit, m.Float64(), pick(m.Rand, []string{"en", "en", "de"}))
			w.do("INSERT INTO context_annotations VALUES (?, 0, ?, 3, ?, 1, ?, ?, ?, -1, 200)", visit, m.IntN(1e9), m.IntN(1e9),
				m.IntN(1<<30), m.IntN(1<<30), m.Int64N(1<<50))
		}
		if term := address[9:min(len(address), 50)]; m.IntN(4) == 0 {
			w.do("INSERT INTO keyword_search_terms VALUES (2, ?, ?, ?)", id, term, term)
		}
	}
}

const cookies = `
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE cookies(creation_utc INTEGER NOT NULL, host_key TEXT NOT NULL, top_frame_site_key TEXT NOT NULL, name TEXT NOT NULL,
	value TEXT NOT NULL, encrypted_value BLOB NOT NULL, path TEXT NOT NULL, expires_utc INTEGER NOT NULL, is_secure INTEGER NOT NULL,
	is_httponly INTEGER NOT NULL, last_access_utc INTEGER NOT NULL, has_expires INTEGER NOT NULL, is_persistent INTEGER NOT NULL,
	priority INTEGER NOT NULL, samesite INTEGER NOT NULL, source_scheme INTEGER NOT NULL, source_port INTEGER NOT NULL,
	last_update_utc INTEGER NOT NULL, source_type INTEGER NOT NULL, has_cross_site_ancestor INTEGER NOT NULL);
CREATE UNIQUE INDEX cookies_unique_index ON cookies(host_key, top_frame_site_key, has_cross_site_ancestor, name, path, source_scheme, source_port);`

func (m *maker) giveCookies(w *writer, n int) {
	for range n {
		made := m.moment()
		name := pick(m.Rand, []string{"_ga", "_gid", "session", "csrftoken", "uid", "consent", "_fbp", "ab", "lang", "pref"}) +
			pick(m.Rand, []string{"", "", "_" + m.token(6)})
		value := append([]byte("v10"), m.noise(16*(2+m.IntN(22)))...) // encrypted
		w.do("INSERT OR REPLACE INTO cookies VALUES (?, ?, '', ?, '', ?, '/', ?, 1, ?, ?, 1, 1, 1, ?, 2, 443, ?, 1, 0)",
			made, "."+m.host(), name, value, made+1e13, m.IntN(2), made+m.Int64N(1e12), m.IntN(3)-1, made)
	}
}

const favicons = `
CREATE TABLE icon_mapping(id INTEGER PRIMARY KEY, page_url LONGVARCHAR NOT NULL, icon_id INTEGER);
CREATE TABLE favicons(id INTEGER PRIMARY KEY, url LONGVARCHAR NOT NULL, icon_type INTEGER DEFAULT 1);
CREATE TABLE favicon_bitmaps(id INTEGER PRIMARY KEY, icon_id INTEGER NOT NULL, last_updated INTEGER DEFAULT 0, image_data BLOB,
	width INTEGER DEFAULT 0, height INTEGER DEFAULT 0, last_requested INTEGER DEFAULT 0);
CREATE INDEX icon_mapping_page_url_idx ON icon_mapping(page_url);
CREATE INDEX favicons_url ON favicons(url);
CREATE INDEX favicon_bitmaps_icon_id ON favicon_bitmaps(icon_id);`

func (m *maker) giveFavicons(w *writer, n int) {
	for range n {
		id := w.do("INSERT INTO favicons(url, icon_type) VALUES (?, 1)", "https://"+m.host()+"/favicon-"+m.hex(4)+".png")
		for _, side := range []int{16, 32} {
			picture := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00"), m.noise(m.about(545, .6)*side/16)...)
			w.do("INSERT INTO favicon_bitmaps(icon_id, last_updated, image_data, width, height) VALUES (?, ?, ?, ?, ?)",
				id, m.moment(), picture, side, side)
		}
		for range 1 + m.IntN(5) {
			w.do("INSERT INTO icon_mapping(page_url, icon_id) VALUES (?, ?)", m.url(), id)
		}
	}
}

// lists are Chromium's other databases, which are much alike: what was typed, clicked or met, how often, and when.
var lists = []struct {
	name, table   string
	rows          int // in a profile
	adds, touches int // by a session
}{
	{"Network Action Predictor", "network_action_predictor", 9000, 40, 90},
	{"segmentation_platform/ukm_db", "metrics", 9000, 60, 0},
	{"Web Data", "autofill", 4000, 6, 4},
	{"Affiliation Database", "eq_class_members", 2500, 0, 0},
	{"Shortcuts", "omni_box_shortcuts", 1500, 5, 10},
	{"Reporting and NEL", "nel_policies", 1500, 10, 30},
	{"DIPS", "bounces", 900, 10, 25},
	{"SharedStorage", "values_mapping", 400, 0, 0},
	{"Login Data", "logins", 300, 0, 0},
	{"WebStorage/QuotaManager", "buckets", 200, 2, 15},
	{"PrivateAggregation", "budgets", 60, 0, 0},
	{"Top Sites", "top_sites", 40, 0, 20},
	{"MediaDeviceSalts", "media_device_salts", 30, 0, 0},
	{"Account Web Data", "autofill", 20, 0, 0},
	{"heavy_ad_intervention_opt_out.db", "previews_v1", 10, 0, 0},
	{"Login Data For Account", "logins", 5, 0, 0},
	{"Trust Tokens", "issuers", 5, 0, 0},
	{"Safe Browsing Cookies", "cookies", 5, 0, 0},
	{"Extension Cookies", "cookies", 5, 0, 0},
	{"first_party_sets.db", "browser_contexts", 5, 0, 0},
}

func (m *maker) list(w *writer, table string, n int) {
	for range n {
		typed := m.text(2)
		w.do("INSERT INTO "+table+"(user_text, url, number_of_hits, number_of_misses, guid, last) VALUES (?, ?, ?, ?, ?, ?)",
			typed[:min(len(typed), 1+m.IntN(14))], m.url(), m.IntN(30), m.IntN(30), m.hex(6), m.moment())
	}
}

func (m *maker) databases(ctx context.Context) error {
	for _, d := range []struct {
		name, tables string
		fill         func(*writer, int)
		rows         int
	}{
		{"History", history, m.visit, 17000},
		{"Cookies", cookies, m.giveCookies, 3800},
		{"Favicons", favicons, m.giveFavicons, 1600},
	} {
		err := m.database(ctx, "Default/"+d.name, func(tx *sql.Tx) error {
			if _, err := tx.Exec(d.tables); err != nil {
				return err
			}
			w := writing(tx)
			d.fill(w, m.times(d.rows))
			return w.err
		})
		if err != nil {
			return err
		}
	}
	for _, l := range lists {
		err := m.database(ctx, "Default/"+l.name, func(tx *sql.Tx) error {
			if _, err := tx.Exec(fmt.Sprintf(`
				CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
				CREATE TABLE %[1]s(id INTEGER PRIMARY KEY, user_text TEXT, url TEXT, number_of_hits INTEGER DEFAULT 0,
					number_of_misses INTEGER DEFAULT 0, guid TEXT, last INTEGER);
				CREATE INDEX i_%[1]s ON %[1]s(user_text);
				CREATE INDEX u_%[1]s ON %[1]s(url);`, l.table)); err != nil {
				return err
			}
			w := writing(tx)
			m.list(w, l.table, m.times(l.rows))
			return w.err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// now is a time in this session, an hour long, a day after the one before.
func (m *maker) now() int64 { return chromeTime() + int64(m.session)*86400e6 + m.Int64N(3600e6) }

// visitSites is what a session does to the databases: new rows at their ends, and here and there a counter or a time.
func (m *maker) visitSites(ctx context.Context) error {
	err := m.database(ctx, "Default/History", func(tx *sql.Tx) error {
		w := writing(tx)
		top := w.last("urls")
		m.visit(w, 60)
		for range 120 { // mostly of late
			w.do("UPDATE urls SET visit_count = visit_count + 1, last_visit_time = ? WHERE id = ?", m.now(), max(1, top-int64(900*m.ExpFloat64())))
		}
		return w.err
	})
	if err != nil {
		return err
	}
	err = m.database(ctx, "Default/Cookies", func(tx *sql.Tx) error {
		w := writing(tx)
		m.giveCookies(w, 30)
		for _, i := range m.Perm(150)[:30] {
			w.do("UPDATE cookies SET last_access_utc = ? WHERE host_key = ?", m.now(), "."+m.hosts[i])
		}
		for range 12 {
			w.do("DELETE FROM cookies WHERE rowid = ?", 1+m.IntN(3800))
		}
		return w.err
	})
	if err != nil {
		return err
	}
	err = m.database(ctx, "Default/Favicons", func(tx *sql.Tx) error {
		w := writing(tx)
		m.giveFavicons(w, 10)
		return w.err
	})
	if err != nil {
		return err
	}
	for _, l := range lists {
		if l.adds+l.touches == 0 {
			continue
		}
		err := m.database(ctx, "Default/"+l.name, func(tx *sql.Tx) error {
			w := writing(tx)
			m.list(w, l.table, l.adds)
			top := w.last(l.table)
			for range l.touches {
				w.do("UPDATE "+l.table+" SET number_of_hits = number_of_hits + 1, last = ? WHERE id = ?", m.now(), 1+m.Int64N(max(1, top)))
			}
			return w.err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
