package ui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"valise/browser"
	"valise/internal/testenv"
	"valise/profiles"
	"valise/ui/list"

	"fyne.io/fyne/v2/test"
)

func TestAProfileIsOpenedInAChromiumElsewhere(t *testing.T) {
	b := start(t)
	p := b.pack("Work")
	chromium, err := browser.At(t.Context(), testenv.Chromium(t))
	if err != nil {
		t.Fatal(err)
	}
	lab, err := browser.Start(t.Context(), chromium, browser.Options{Dir: t.TempDir(), Headless: true, Port: true})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close(context.Background())

	b.desk.showSettings()
	card := b.desk.settings.screen.Engines
	card.Name.Entry.SetText("lab")
	card.Address.Entry.SetText(lab.WebSocketURL())
	test.Tap(card.Add)
	b.until("the engine", func() bool { return card.Said() == "It works." })
	b.desk.showList()
	b.until("the engine to be offered", func() bool {
		return slices.ContainsFunc(b.desk.list.screen.Entries(), func(e list.Entry) bool { return slices.Equal(e.Engines, []string{"lab"}) })
	})

	b.desk.do(list.OpenOn, list.Entry{Profile: p, On: "lab"})
	b.until("the profile being open there", func() bool {
		return b.state("Work") == "open on lab" && b.desk.sessions.here()[0].Stage == profiles.StageRunning
	})
	b.tap("Close and save")
	b.until("the profile being back", func() bool { return b.state("Work") == "saved" })
	b.tap("Details")
	if !strings.Contains(strings.Join(b.texts(), " "), "To lab went") {
		t.Errorf("the details are not among %q", b.texts())
	}
}
