package live_test

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"valise/engine/live"
	"valise/internal/testenv"
)

func TestAViewerSeesThePageAndWorksInIt(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	th.hears("size 1280 720")
	s := th.watch("alice")
	s.sees(0, 128, 64, 900, 600)

	s.click(200, 120)
	th.hears("clicked 1 truly")
	s.sees(30, 60, 220, 900, 600)

	s.click(200, 220)
	s.types("Hi there")
	th.hears("line Hi there")
	s.types("\r")
	th.hears("entered Hi there")

	left, top := s.at(640, 400)
	s.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, left, top, func(p *input.DispatchMouseEventParams) { p.DeltaX, p.DeltaY = 0.01, 1900 }))
	th.hears("scrolled")
	s.sees(200, 40, 120, 900, 600)
}

func TestTabsAreShownSwitchedOpenedAndClosed(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	s := th.watch("alice")
	s.sees(0, 128, 64, 900, 600)

	s.clickOn(".add")
	testenv.Until(t, "a second tab in front", func() bool {
		return eval[bool](s, `view.querySelectorAll(".tab").length === 2 && view.activeElement?.className === "address"`)
	})
	s.do(chromedp.KeyEvent(th.site + "/other.html\r"))
	s.sees(240, 160, 0, 900, 600)
	testenv.Until(t, "its title", func() bool {
		return eval[string](s, `view.querySelector(".tab[aria-selected=true]").textContent`) == "Other"
	})

	s.clickOn(".tab:first-child")
	s.sees(0, 128, 64, 900, 600)
	s.click(200, 630) // a link that opens a tab of its own
	s.sees(240, 160, 0, 900, 600)
	testenv.Until(t, "three tabs", func() bool { return s.number(`view.querySelectorAll(".tab").length`) == 3 })

	s.clickOn(".tab[aria-selected=true] .shut")
	testenv.Until(t, "two tabs", func() bool { return s.number(`view.querySelectorAll(".tab").length`) == 2 })
	s.clickOn(".tab:first-child")
	s.sees(0, 128, 64, 900, 600)
	s.keep("tabs")
}

func TestAViewerWhoseConnectionIsLostComesBack(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	s := th.watch("alice")
	th.reach(false)
	th.cut()
	testenv.Until(t, "the viewer to say so", func() bool {
		return eval[bool](s, `!view.querySelector(".banner").hidden && view.querySelector(".banner").textContent.startsWith("The connection is lost")`)
	})
	s.keep("lost")
	th.reach(true)
	testenv.Until(t, "the viewer to be back", func() bool {
		return th.room.Standing().Viewers == 1 && eval[bool](s, `view.querySelector(".banner").hidden && !view.querySelector(".lost")`)
	})
	s.click(200, 120)
	th.hears("clicked 1 truly")
	s.sees(30, 60, 220, 900, 600)
}
