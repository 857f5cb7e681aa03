package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"valise/browser"
	"valise/internal/testenv"
)

// How many pages the two sessions visit.
const (
	pagesBefore = 90
	pagesAfter  = 20
)

// real compares the tools on a profile that a real Chromium made.
func (b *bench) real(ctx context.Context) error {
	t, err := b.browsed(ctx)
	if err != nil {
		return err
	}
	return b.compare(ctx, t)
}

// browsed is the profile before and after a second session.
func (b *bench) browsed(ctx context.Context) (trees, error) {
	if b.visited != nil {
		return *b.visited, nil
	}
	t := trees{name: "real"}
	if err := b.startSite(); err != nil {
		return t, err
	}
	chromium := testenv.Chromium(b.parts)
	// Nothing but this computer, of which the sites use more addresses than one.
	b.parts.Setenv("VALISE_CHROMIUM_ARGS", strings.Replace(testenv.ChromiumArgs(), "EXCLUDE 127.0.0.1", "EXCLUDE 127.0.0.*", 1))
	var err error
	if b.chromium, err = browser.At(ctx, chromium); err != nil {
		return t, err
	}
	b.out.progress("browsing")
	session, err := b.dir("browsing")
	if err != nil {
		return t, err
	}
	defer os.RemoveAll(session)
	before := filepath.Join(session, "before")
	if err := b.browse(ctx, session, 1, pagesBefore); err != nil {
		return t, err
	}
	if err := b.mirror(browser.UserDataDir(session), before, false); err != nil {
		return t, err
	}
	if err := b.browse(ctx, session, pagesBefore+1, pagesBefore+pagesAfter); err != nil {
		return t, err
	}
	b.out.say("%s %s visited %d pages of %d websites and closed; in the second session %d more.", b.chromium.Name, b.chromium.Version,
		pagesBefore, websites, pagesAfter)
	if err := b.place(&t, before, browser.UserDataDir(session)); err != nil {
		return t, err
	}
	b.visited = &t
	return t, nil
}

// browse is one session: from page to page, and closed in order.
func (b *bench) browse(ctx context.Context, dir string, from, to int) error {
	reached := b.site.tour(to)
	p, err := browser.Start(ctx, b.chromium, browser.Options{Dir: dir, URLs: []string{b.site.address(from)}, Headless: true, Log: io.Discard})
	if err != nil {
		return err
	}
	defer p.Close(ctx)
	select {
	case <-reached:
	case <-ctx.Done():
		return ctx.Err()
	case <-p.Done():
		return fmt.Errorf("the browser ended (%v)", p.Ending())
	case <-time.After(10 * time.Minute):
		return fmt.Errorf("page %d was not reached", to)
	}
	if ending := p.Close(ctx); ending != browser.ClosedByUs {
		return fmt.Errorf("the browser did not close in order (%v)", ending)
	}
	return nil
}
