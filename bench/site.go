package main

import (
	"bytes"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/jpeg"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"

	"valise/bench/tree"
)

// site is a dozen websites on loopback, each with a host of its own, whose pages keep something in every storage, as the
// applications that people have open all day do, and then lead on to the next page.
type site struct {
	seed    uint64
	servers []*httptest.Server

	mu      sync.Mutex
	last    int           // the page that leads nowhere
	reached chan struct{} // closed when it is there
	waiting map[string]chan struct{}
}

const websites = 12

func (b *bench) startSite() error {
	if b.site != nil {
		return nil
	}
	s := &site{seed: b.seed, waiting: map[string]chan struct{}{}}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /page/{number}", s.page)
	routes.HandleFunc("GET /records/{number}", func(w http.ResponseWriter, r *http.Request) {
		amount := 120_000 // an application fetches all that it has
		if number, _ := strconv.Atoi(r.PathValue("number")); number > pagesBefore {
			amount = 15_000 // and later what is new
		}
		s.serve("application/json", func(c tree.Contents) []byte { return c.Records(amount) })(w, r)
	})
	routes.HandleFunc("GET /script/{number}", s.serve("text/javascript", func(c tree.Contents) []byte {
		return fmt.Appendf(nil, "/*%s*/", bytes.ReplaceAll(c.Script(150_000), []byte("*/"), nil))
	}))
	routes.HandleFunc("GET /picture/{number}/{which}", s.serve("image/jpeg", picture))
	routes.HandleFunc("GET /icon/{number}", s.serve("image/jpeg", picture))
	routes.HandleFunc("GET /next/{number}", s.next)
	routes.HandleFunc("GET /first/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<title>First page</title><h1>Here</h1><script>onload = () => fetch('/here/%s')</script>", r.PathValue("name"))
	})
	routes.HandleFunc("GET /here/{name}", s.here)
	for i := range websites {
		// 127.0.0.0/8 is this computer, and each of its addresses a host that has cookies and storages of its own.
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", i+1))
		if err != nil {
			return err
		}
		server := httptest.NewUnstartedServer(routes)
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		b.parts.Cleanup(func() {
			server.CloseClientConnections()
			server.Close()
		})
		s.servers = append(s.servers, server)
	}
	b.site = s
	return nil
}

// address is where a page is. Neighbours are on different websites.
func (s *site) address(number int) string {
	return fmt.Sprintf("%s/page/%d", s.servers[number%websites].URL, number)
}

// tour makes last the page at which a walk through the pages ends; the channel tells when it is reached.
func (s *site) tour(last int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last, s.reached = last, make(chan struct{})
	return s.reached
}

// next is what a page asks for when it has kept everything.
func (s *site) next(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case number < s.last:
		fmt.Fprint(w, s.address(number+1))
	case number == s.last && s.reached != nil:
		close(s.reached)
		s.reached = nil
	}
}

// first is a page that says when it is there.
func (s *site) first(name string) (address string, there <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{})
	s.waiting[name] = c
	return s.servers[0].URL + "/first/" + name, c
}

func (s *site) here(_ http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.PathValue("name")
	if c := s.waiting[name]; c != nil {
		close(c)
		delete(s.waiting, name)
	}
}

func (s *site) contents(r *http.Request) tree.Contents {
	number, _ := strconv.Atoi(r.PathValue("number"))
	which, _ := strconv.Atoi(r.PathValue("which"))
	return tree.NewContents(s.seed, uint64(1000*number+which))
}

func (s *site) serve(kind string, content func(tree.Contents) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "max-age=86400")
		w.Write(content(s.contents(r)))
	}
}

// picture is a photograph of nothing, of about 40 kB.
func picture(c tree.Contents) []byte {
	const side = 240
	noise := c.Noise(3 * side / 2 * side / 2)
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			at := noise[3*(y/2*side/2+x/2):]
			img.Set(x, y, color.RGBA{at[0], at[1], at[2], 255})
		}
	}
	var b bytes.Buffer
	jpeg.Encode(&b, img, &jpeg.Options{Quality: 80})
	return b.Bytes()
}

func (s *site) page(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	c := s.contents(r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	http.SetCookie(w, &http.Cookie{Name: fmt.Sprintf("visit%d", number/websites%20), Value: fmt.Sprintf("%x", c.Noise(40)), Path: "/", MaxAge: 1 << 25})
	cacheEvery := 4
	if number > pagesBefore {
		cacheEvery = 10 // most of it is there by now
	}
	pageTemplate.Execute(w, map[string]any{"Number": number, "CacheEvery": cacheEvery, "Title": c.Title(), "Text": c.Text(4000)})
}

var pageTemplate = template.Must(template.New("").Parse(`<!doctype html>
<title>{{.Title}}</title>
<link rel="icon" href="/icon/{{.Number}}">
<h1>{{.Title}}</h1>
<img src="/picture/{{.Number}}/1"><img src="/picture/{{.Number}}/2"><img src="/picture/{{.Number}}/3">
<p>{{.Text}}</p>
<script src="/script/{{.Number}}"></script>
<script>
const number = {{.Number}}
const done = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = no })
onload = async () => {
	const records = await (await fetch('/records/' + number)).json()
	const opening = indexedDB.open('app', 1)
	opening.onupgradeneeded = () => opening.result.createObjectStore('records', {autoIncrement: true})
	const changes = (await done(opening)).transaction('records', 'readwrite')
	for (const record of records) changes.objectStore('records').add(record)
	await new Promise(yes => { changes.oncomplete = yes })
	localStorage.setItem('page ' + number % 40, JSON.stringify(records.slice(0, 12)))
	sessionStorage.setItem('read', number)
	if (number % {{.CacheEvery}} == 0) await (await caches.open('app')).addAll(['/script/' + number, '/picture/' + number + '/1'])
	const next = await (await fetch('/next/' + number)).text()
	if (next) location.href = next
}
</script>`))
