package browser

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"
)

// openDatabase opens a database of a browser that is gone, to read it and nothing else: "immutable" keeps SQLite from locking it, from
// rolling back a journal, and from making files beside it. Err is fs.ErrNotExist where there is none.
func openDatabase(file string) (*sql.DB, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, err
	}
	path := filepath.ToSlash(file)
	if path[0] != '/' { // "C:/..."
		path = "/" + path
	}
	uri := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&immutable=1"}
	db, err := sql.Open("sqlite", uri.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// eachRow runs a query over a database file and calls row for each result; scan fills its values. Rows that cannot be read
// end it.
func eachRow(ctx context.Context, file, query string, row func(scan func(...any) error) error) error {
	db, err := openDatabase(file)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// cookieFiles are the places of the cookies in a profile, of which one exists: Windows has moved them into a directory of the
// network process, Linux may follow.
func cookieFiles(profileDir string) []string {
	return []string{
		filepath.Join(profileDir, "Cookies"),
		filepath.Join(profileDir, "Network", "Cookies"),
	}
}
