package live_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"

	"valise/engine/live"
)

// BenchmarkViewing measures what a viewer gets and what that costs, with
//
//	go test ./engine/live -run XXX -bench Viewing -benchtime 1x
//
// pictures/s and MB/s as they arrive; latency from a click that is sent to the arrival of the picture that shows it; the CPU of the
// browser, and of this process with the viewer in it, in percent of one core. loop-... is with a real browser for a viewer, whose CPU is not
// counted: there the latency goes from its own mouse to its own canvas.
func BenchmarkViewing(b *testing.B) {
	for _, size := range []struct{ width, height int }{{1280, 720}, {1920, 1080}} {
		for _, scene := range []string{"still", "scrolling", "moving"} {
			b.Run(fmt.Sprintf("%dx%d/%s", size.width, size.height, scene), func(b *testing.B) {
				for b.Loop() {
					measure(b, size.width, size.height, scene)
				}
			})
		}
	}
}

// span is how long each is measured.
const span = 8 * time.Second

func measure(b *testing.B, width, height int, scene string) {
	th := open(b, "/bench.html?"+scene, live.Options{Width: width, Height: height, FPS: 60})
	l := th.dial("bench")
	l.until("picture")
	time.Sleep(time.Second) // for the start to be over

	// What it costs.
	var pictures, amount atomic.Int64
	stop := make(chan struct{})
	var look atomic.Pointer[func(time.Time, []byte)]
	go func() {
		for {
			kind, data, err := l.conn.Read(b.Context())
			if err != nil {
				return
			}
			now := time.Now()
			amount.Add(int64(len(data)))
			if kind != websocket.MessageBinary {
				continue
			}
			pictures.Add(1)
			text, _ := json.Marshal(map[string]any{"type": "taken", "number": binary.BigEndian.Uint32(data[1:])})
			l.conn.Write(b.Context(), websocket.MessageText, text)
			if f := look.Load(); f != nil {
				(*f)(now, data[9:])
			}
		}
	}()
	defer close(stop)
	browserBefore, ownBefore, from := treeCPU(th.session.PID()), ownCPU(os.Getpid()), time.Now()
	time.Sleep(span)
	seconds := time.Since(from).Seconds()
	browserCPU, own := treeCPU(th.session.PID())-browserBefore, ownCPU(os.Getpid())-ownBefore
	got, size := pictures.Load(), amount.Load()

	// How long a click takes.
	var latencies []time.Duration
	for i := range 40 {
		seen := make(chan time.Time, 1)
		wantBlue := i%2 == 0
		f := func(now time.Time, image []byte) {
			picture, err := jpeg.Decode(bytes.NewReader(image))
			if err != nil {
				return
			}
			red, _, blue, _ := picture.At(20, 20).RGBA()
			if (blue > red) == wantBlue {
				select {
				case seen <- now:
				default:
				}
			}
		}
		sent := time.Now()
		look.Store(&f)
		l.send(`{"type": "mouse", "kind": "down", "button": 0, "count": 1, "x": 20, "y": 20}`)
		l.send(`{"type": "mouse", "kind": "up", "button": 0, "count": 1, "x": 20, "y": 20}`)
		select {
		case at := <-seen:
			latencies = append(latencies, at.Sub(sent))
		case <-time.After(5 * time.Second):
			b.Error("a click was not seen")
		}
		look.Store(nil)
		time.Sleep(100 * time.Millisecond)
	}
	slices.Sort(latencies)
	b.ReportMetric(float64(got)/seconds, "pictures/s")
	b.ReportMetric(float64(size)/seconds/1e6, "MB/s")
	if got > 0 {
		b.ReportMetric(float64(size)/float64(got)/1e3, "kB/picture")
	}
	b.ReportMetric(100*browserCPU/seconds, "%browser")
	b.ReportMetric(100*own/seconds, "%engine")
	if n := len(latencies); n > 0 {
		b.ReportMetric(float64(latencies[n/2].Microseconds())/1e3, "ms-p50")
		b.ReportMetric(float64(latencies[n*95/100].Microseconds())/1e3, "ms-p95")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLoop measures the latency with a real browser for a viewer: from its mouse to its canvas.
func BenchmarkLoop(b *testing.B) {
	for _, size := range []struct{ width, height int }{{1280, 720}, {1920, 1080}} {
		b.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(b *testing.B) {
			for b.Loop() {
				th := open(b, "/bench.html?still", live.Options{Width: size.width, Height: size.height, FPS: 60})
				s := th.watch("bench")
				latencies, err := chromedp.Run(s.tab, chromedp.Evaluate[[]float64](`(async () => {
					`+prologue+`
					const canvas = view.querySelector("canvas")
					const paint = canvas.getContext("2d")
					const box = canvas.getBoundingClientRect()
					const at = {clientX: box.left + 20, clientY: box.top + 20, button: 0, detail: 1, bubbles: true, composed: true, cancelable: true}
					const all = []
					let blue = false
					for (let i = 0; i < 40; i++) {
						blue = !blue
						const from = performance.now()
						canvas.dispatchEvent(new MouseEvent("mousedown", at))
						window.dispatchEvent(new MouseEvent("mouseup", at))
						for (;;) {
							const [r, g, b] = paint.getImageData(20, 20, 1, 1).data
							if ((b > r) === blue) break
							await new Promise((done) => setTimeout(done, 1))
						}
						all.push(performance.now() - from)
						await new Promise((done) => setTimeout(done, 100))
					}
					return all
				})()`, chromedp.EvalAwaitPromise))
				if err != nil {
					b.Fatal(err)
				}
				slices.Sort(latencies)
				b.ReportMetric(latencies[len(latencies)/2], "ms-p50")
				b.ReportMetric(latencies[len(latencies)*95/100], "ms-p95")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// ownCPU is the processor time of a process, in seconds.
func ownCPU(pid int) float64 {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+2:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// treeCPU is that of a process and all below it.
func treeCPU(pid int) float64 {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		own, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+2:]))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], own)
	}
	sum := 0.0
	for left := []int{pid}; len(left) > 0; {
		p := left[0]
		left = append(left[1:], children[p]...)
		sum += ownCPU(p)
	}
	return sum
}
