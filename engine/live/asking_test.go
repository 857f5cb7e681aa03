package live_test

import (
	"os"
	"path/filepath"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valise/engine/live"
	"valise/internal/testenv"
)

func TestTextOfAnInputMethodArrives(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	s := th.watch("alice")
	s.click(200, 220)
	compose := func(text string) {
		t.Helper()
		_, err := chromedp.Call(s.tab, input.ImeSetComposition, input.ImeSetCompositionParams{
			Text: text, SelectionStart: int64(len([]rune(text))), SelectionEnd: int64(len([]rune(text)))})
		if err != nil {
			t.Fatal(err)
		}
	}
	insert := func(text string) {
		t.Helper()
		if _, err := chromedp.Call(s.tab, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	compose("に")
	th.hears("line に")
	compose("にほん")
	th.hears("line にほん")
	insert("日本")
	th.hears("line 日本")
	insert("é") // as a dead key leaves it
	th.hears("line 日本é")
	s.types("x")
	th.hears("line 日本éx")
}

func TestAnOptionIsChosenFromAListOfTheViewers(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	s := th.watch("alice")
	s.click(200, 320)
	s.clickOn(".option:nth-child(3)")
	th.hears("chose three")
}

func TestADialogIsAnsweredByAViewer(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	s := th.watch("alice")
	s.click(600, 620)
	s.clickOn(".card input")
	s.keep("dialog")
	s.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	s.types("Zoë\r")
	th.hears("answer Zoë")
	s.click(200, 120)
	th.hears("clicked 1 truly")
}

func TestADialogWaitsForSomebodyToCome(t *testing.T) {
	th := open(t, "/asks.html", live.Options{})
	s := th.watch("alice")
	s.clickOn(".card .main")
	th.hears("answered true")
}

func TestFilesGoToThePageAndComeFromIt(t *testing.T) {
	private := t.TempDir()
	th := open(t, "/desk.html", live.Options{Dir: private})
	s := th.watch("alice")

	from := t.TempDir()
	small, large := filepath.Join(from, "Über uns.txt"), filepath.Join(from, "large.bin")
	if err := os.WriteFile(small, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s.click(200, 420)
	testenv.Until(t, "the viewer to be asked", func() bool { return eval[bool](s, `!!view.querySelector(".card input[type=file]")`) })
	s.keep("wish")
	picker, err := chromedp.Run(s.tab, chromedp.Evaluate[*runtime.RemoteObject](`document.querySelector("main").shadowRoot.querySelector(".card input[type=file]")`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = chromedp.Call(s.tab, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{small, large}, ObjectID: picker.ObjectID})
	if err != nil {
		t.Fatal(err)
	}
	th.hears("file Über uns.txt 5 hello")
	th.hears("file large.bin 3145728 " + string(make([]byte, 20)))

	to := t.TempDir()
	_, err = chromedp.CallBrowser(s.tab, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: to})
	if err != nil {
		t.Fatal(err)
	}
	s.click(200, 520)
	testenv.Until(t, "the file to be offered", func() bool { return eval[bool](s, `!!view.querySelector(".offer a")`) })
	s.keep("offer")
	s.clickOn(".offer a")
	testenv.Until(t, "the file", func() bool {
		got, _ := os.ReadFile(filepath.Join(to, "report über.txt"))
		return string(got) == "all is well"
	})
	testenv.Until(t, "the file to be gone from the engine", func() bool {
		left, _ := filepath.Glob(filepath.Join(private, "*", "*-*-*-*-*"))
		return len(left) == 0
	})
	th.room.End("request")
	if left, _ := os.ReadDir(private); len(left) != 0 {
		t.Errorf("%v stayed", left)
	}
}

func TestSomethingIsDraggedAndDropped(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	s := th.watch("alice")
	press := func(kind input.DispatchMouseEventType, x, y float64) {
		left, top := s.at(x, y)
		s.do(chromedp.MouseEvent(kind, left, top, chromedp.ButtonLeft, chromedp.ClickCount(1), func(p *input.DispatchMouseEventParams) { p.Buttons = 1 }))
	}
	press(input.DispatchMouseEventTypeMousePressed, 600, 120)
	for _, y := range []float64{130, 160, 200, 250, 300, 315, 320} {
		press(input.DispatchMouseEventTypeMouseMoved, 600, y)
	}
	press(input.DispatchMouseEventTypeMouseReleased, 600, 320)
	th.hears("dropped")
	s.click(200, 120)
	th.hears("clicked 1 truly")
}

func TestTheClipboardsOfViewerAndPageAreJoined(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	p := start(t, "about:blank")
	s := th.sit(p, "alice")
	for _, name := range []string{"clipboard-read", "clipboard-write"} { // as a person lets a page look
		_, err := chromedp.CallBrowser(s.tab, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: cdpbrowser.PermissionSettingGranted})
		if err != nil {
			t.Fatal(err)
		}
	}
	left, top := s.at(560, 510)
	s.do(chromedp.MouseClickXY(left, top, chromedp.ClickCount(1)), chromedp.MouseClickXY(left, top, chromedp.ClickCount(2)), chromedp.MouseClickXY(left, top, chromedp.ClickCount(3)))
	s.do(chromedp.KeyEvent("c", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	testenv.Until(t, "the text in the viewer's clipboard", func() bool {
		text, err := chromedp.Run(s.tab, chromedp.Evaluate[string](`navigator.clipboard.readText().catch((e) => String(e))`, chromedp.EvalAwaitPromise))
		return err == nil && text == "words to be copied"
	})
	s.click(200, 220)
	s.do(chromedp.KeyEvent("v", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	th.hears("pasted words to be copied")
	th.hears("line words to be copied")
	s.types("!") // and the keys go on
	th.hears("line words to be copied!")
}
