package engine

import (
	"context"
	"fmt"

	"valise/engine/live"
	"valise/profiles"
)

// zoomTab sets the zoom of a tab where a factor is given, and tells what it is then; null where no tab shows the address. DevTools and
// chrome.tabs have no common name for a tab. The address does, since the zoom is that of all tabs with pages of one host, as a person's is
// (chrome.tabs.ZoomSettings: automatic, per-origin).
const zoomTab = `async ({address, factor}) => {
	const tab = (await chrome.tabs.query({})).find(t => t.url === address || t.pendingUrl === address)
	if (!tab) return null
	if (factor !== null) await chrome.tabs.setZoom(tab.id, factor)
	return chrome.tabs.getZoom(tab.id)
}`

// zoom is live.Options.Zoom.
func zoom(ctx context.Context, session *profiles.Session, address string, factor *float64) (float64, error) {
	type wish struct {
		Address string   `json:"address"`
		Factor  *float64 `json:"factor"`
	}
	var now *float64
	if err := askAide(ctx, session, zoomTab, wish{address, factor}, &now); err != nil {
		return 0, fmt.Errorf("asking for the zoom of a tab: %w", err)
	}
	if now == nil {
		return 0, live.ErrNoTab
	}
	return *now, nil
}
