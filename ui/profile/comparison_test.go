package profile_test

import (
	"slices"
	"strings"
	"testing"

	"valise/browser"
	"valise/profiles"
	"valise/ui/look"
	"valise/ui/profile"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

func TestAComparisonSaysWhatChangedBySite(t *testing.T) {
	h := history(2)
	of := profiles.Comparison{Name: "Shop", From: h[1], To: h[0]}
	of.Cookies = browser.Numbers{Added: 2, Removed: 1, Changed: 3}
	of.Sites = []browser.SiteChanges{{
		Site: "shop.example", Cookies: browser.Names{Added: []string{"sid", "cart"}},
		Storage: []browser.StorageChanges{{Kind: browser.LocalStorage, Change: browser.StorageChanged}},
	}}
	of.Tabs.Added = []browser.Link{{URL: "https://shop.example/cart", Title: "Cart"}}
	of.Unread = []string{"bookmarks"}
	got := compared(t, of)
	for _, want := range []string{
		"What changed in “Shop”", "−1 cookie", "3 cookies changed", "shop.example", "+2 cookies", "local storage changed",
		"New cookies: sid, cart", "Tabs that were opened", "Cart",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("it does not say %q, but %q", want, got)
		}
	}
	if !strings.Contains(strings.Join(got, " "), "could not be read: bookmarks.") {
		t.Errorf("it does not say what was not compared: %q", got)
	}
	if slices.Contains(got, "Tabs that were closed") {
		t.Error("it tells of tabs that nobody closed")
	}
}

func TestAComparisonOfTheSameSaysSo(t *testing.T) {
	h := history(2)
	if got := compared(t, profiles.Comparison{From: h[1], To: h[0]}); !slices.Contains(got, "Nothing changed that can be compared.") {
		t.Errorf("it says %q", got)
	}
}

// compared is what can be read on the page of a comparison.
func compared(t *testing.T, of profiles.Comparison) []string {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.New(look.Light))
	page := profile.NewComparison()
	test.NewTempWindow(t, page).Resize(fyne.NewSize(900, 700))
	page.Set(of)
	var all []string
	for _, o := range test.LaidOutObjects(page) {
		if text, is := o.(*canvas.Text); is {
			all = append(all, text.Text)
		}
	}
	return all
}
