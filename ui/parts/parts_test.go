package parts_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"valise/ui/look"
	"valise/ui/parts"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// app runs what follows in Valise's colours.
func app(t *testing.T) { test.NewTempApp(t).Settings().SetTheme(look.New(look.Light)) }

// shown is the text that a Text shows.
func shown(t *parts.Text) string {
	return test.WidgetRenderer(t).Objects()[0].(*canvas.Text).Text
}

func TestTextIsCutWhereThereIsNoRoom(t *testing.T) {
	app(t)
	text := parts.NewText("mail.example, wiki.example")
	text.Cut = true
	text.Resize(fyne.NewSize(1000, 20))
	if shown(text) != text.Text {
		t.Errorf("with room it shows %q", shown(text))
	}
	text.Resize(fyne.NewSize(80, 20))
	if got := shown(text); !strings.HasPrefix(got, "mail") || !strings.HasSuffix(got, "…") {
		t.Errorf("without room it shows %q", got)
	}
	text.Resize(fyne.NewSize(1, 20))
	if shown(text) != "…" {
		t.Errorf("with hardly any room it shows %q", shown(text))
	}
}

func TestTheNameGivesWayToTheChip(t *testing.T) {
	app(t)
	name, chip := parts.NewText("A very long name of a profile"), parts.NewChip("saved", parts.Quiet)
	name.Cut = true
	line := parts.Hug(8, name, chip)
	line.Resize(fyne.NewSize(150, 24))
	if end := chip.Position().X + chip.Size().Width; end > 150 {
		t.Errorf("the chip ends at %v of 150", end)
	}
	name.Set("Work")
	line.Refresh()
	if chip.Position().X > 70 {
		t.Errorf("the chip of a short name is at %v", chip.Position().X)
	}
}

func TestAFaviconThatIsNoneBecomesALetter(t *testing.T) {
	app(t)
	var good, huge bytes.Buffer
	png.Encode(&good, image.NewNRGBA(image.Rect(0, 0, 16, 16)))
	png.Encode(&huge, image.NewNRGBA(image.Rect(0, 0, 5000, 1)))
	for what, c := range map[string]struct {
		icon    []byte
		picture bool
	}{
		"a PNG": {good.Bytes(), true}, "nothing": {nil, false}, "junk": {[]byte("GIF89a"), false}, "a huge PNG": {huge.Bytes(), false},
	} {
		icon := parts.NewFavicon(16)
		icon.Set("mail.example", c.icon)
		var picture, letter bool
		for _, o := range test.WidgetRenderer(icon).Objects() {
			switch o := o.(type) {
			case *canvas.Image:
				picture = o.Visible()
			case *canvas.Text:
				letter = o.Visible() && o.Text == "M"
			}
		}
		if picture != c.picture || letter == c.picture {
			t.Errorf("%s: picture %v, letter %v", what, picture, letter)
		}
	}
}

func TestNoticesMakeRoomForNewerOnes(t *testing.T) {
	app(t)
	n := parts.NewNotices()
	test.NewTempWindow(t, n)
	undone := false
	for _, text := range []string{"one", "two", "three", "four"} {
		n.Add(parts.Notice{Text: text, Action: parts.Action{Label: "Undo", Do: func() { undone = true }}})
	}
	bars := n.Bars()
	if len(bars) != 3 || bars[0].Notice.Text != "two" {
		t.Fatalf("%d bars are left, the oldest is %q", len(bars), bars[0].Notice.Text)
	}
	test.Tap(bars[2].Do)
	if !undone || len(n.Bars()) != 2 {
		t.Errorf("undone: %v, bars left: %d", undone, len(n.Bars()))
	}
}

func TestANameIsAskedForUntilItIsRight(t *testing.T) {
	app(t)
	w := test.NewTempWindow(t, parts.NewNote(""))
	w.Resize(fyne.NewSize(600, 400))
	var got string
	d := parts.AskName(w.Canvas(), "New profile", "New profile 2", "Start", func(name string) string {
		if name == "Work" {
			return "That is taken."
		}
		got = name
		return ""
	})
	if w.Canvas().Focused() != d.Field.Entry {
		t.Error("the field has not got the focus")
	}
	enter := func(text string) {
		d.Field.Entry.SetText(text)
		d.Field.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	enter("  ")
	if !d.Shown() || d.Field.Complaint() == "" {
		t.Error("an empty name goes through")
	}
	enter("Work")
	if !d.Shown() || d.Field.Complaint() != "That is taken." {
		t.Errorf("the complaint is %q", d.Field.Complaint())
	}
	enter(" Shop ")
	if d.Shown() || got != "Shop" {
		t.Errorf("the name is %q, the dialog is there: %v", got, d.Shown())
	}
}

func TestOneOfSeveralIsChosenWithTheKeys(t *testing.T) {
	app(t)
	w := test.NewTempWindow(t, parts.NewNote(""))
	w.Resize(fyne.NewSize(600, 400))
	picked := -1
	d := parts.AskWhich(w.Canvas(), "Over which?", "", []parts.Choice{{Name: "Work"}, {Name: "Shop"}}, "Open", func(i int) { picked = i })
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyReturn} {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
	if picked != 1 || d.Shown() {
		t.Errorf("picked was %d, the dialog is there: %v", picked, d.Shown())
	}
}

func TestOptionsStandAtEvenDistancesAndAreChosenWithTheKeys(t *testing.T) {
	app(t)
	o := parts.NewOptions("As the system", "Light", "Dark")
	w := test.NewTempWindow(t, o)
	var chosen []string
	o.OnChanged = func(label string) { chosen = append(chosen, label) }
	line := test.WidgetRenderer(o).Objects()[0].(*fyne.Container).Objects
	end := func(i int) float32 { return line[i].Position().X + line[i].Size().Width }
	if first, second := line[1].Position().X-end(0), line[2].Position().X-end(1); first != second || first <= 0 {
		t.Errorf("the gaps are %v and %v", first, second)
	}
	w.Canvas().Focus(line[0].(fyne.Focusable))
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeySpace, fyne.KeyRight, fyne.KeyRight, fyne.KeyRight} {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
	if want := "As the system,Light,Dark"; strings.Join(chosen, ",") != want || w.Canvas().Focused() != line[2].(fyne.Focusable) {
		t.Errorf("chosen were %q, want %q", chosen, want)
	}
}

func TestEscapeLeavesADialog(t *testing.T) {
	app(t)
	w := test.NewTempWindow(t, parts.NewNote(""))
	yes := false
	d := parts.Confirm(w.Canvas(), "Roll back?", "Really?", "Roll back", func() { yes = true })
	w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if d.Shown() || yes {
		t.Errorf("after Escape the dialog is there: %v, done: %v", d.Shown(), yes)
	}
	parts.Confirm(w.Canvas(), "Roll back?", "Really?", "Roll back", func() { yes = true })
	w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !yes {
		t.Error("Enter does not press the likely button")
	}
}
