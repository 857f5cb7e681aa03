package testenv

import (
	"embed"
	"encoding/json"
	"html/template"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Site is a website on loopback at which a person can log in, and whose pages keep something in every place that a browser offers.
//
//	/login     a form; whoever sends it gets cookies of every kind that carry their name
//	/desk      where the login leads: keepState() fills every storage
//	/check     readState() says what is left of it
//	/tab/1..   pages with a title and an icon of their own
//	/unload    asks before it is left
//	/busy      writes into every storage ten times a second
type Site struct {
	URL string

	mu      sync.Mutex
	cookies map[string]string
}

//go:embed site
var pages embed.FS

var templates = template.Must(template.ParseFS(pages, "site/*.html"))

// NewSite starts a website for the length of the test.
func NewSite(t testing.TB) *Site {
	t.Helper()
	s := &Site{cookies: map[string]string{}}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /login", page("login.html"))
	routes.HandleFunc("POST /login", logIn)
	routes.HandleFunc("GET /desk", page("desk.html"))
	routes.HandleFunc("GET /check", page("check.html"))
	routes.HandleFunc("GET /tab/{number}", page("tab.html"))
	routes.HandleFunc("GET /unload", page("unload.html"))
	routes.HandleFunc("GET /busy", page("busy.html"))
	routes.HandleFunc("GET /icon/{number}", icon)
	routes.HandleFunc("GET /cookies", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		json.NewEncoder(w).Encode(r.Header.Get("Cookie"))
	})
	routes.HandleFunc("GET /worker.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pages, "site/worker.js")
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.cookies[r.URL.Path] = r.Header.Get("Cookie")
		s.mu.Unlock()
		routes.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections() // a browser that is still there must not hold the test up
		server.Close()
	})
	s.URL = server.URL
	return s
}

// Cookies is the Cookie header of the last request for a path, "/check" for instance.
func (s *Site) Cookies(path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cookies[path]
}

func page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		templates.ExecuteTemplate(w, name, r.PathValue("number"))
	}
}

// logIn gives cookies of every kind, with the name of the person for a value.
func logIn(w http.ResponseWriter, r *http.Request) {
	const year = 365 * 24 * time.Hour
	for _, cookie := range []http.Cookie{
		{Name: "lasting", MaxAge: int(year.Seconds())},
		{Name: "session"},
		{Name: "hidden", MaxAge: int(year.Seconds()), HttpOnly: true},
		{Name: "hiddensession", HttpOnly: true},
		{Name: "strict", MaxAge: int(year.Seconds()), SameSite: http.SameSiteStrictMode},
	} {
		cookie.Path = "/"
		cookie.Value = r.FormValue("user")
		http.SetCookie(w, &cookie)
	}
	http.Redirect(w, r, "/desk", http.StatusSeeOther)
}

// icon is a square in the colour of its number.
func icon(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	square := image.NewRGBA(image.Rect(0, 0, 32, 32))
	draw.Draw(square, square.Bounds(), image.NewUniform(color.RGBA{R: uint8(60 * number), G: 120, B: 180, A: 255}), image.Point{}, draw.Src)
	w.Header().Set("Content-Type", "image/png")
	png.Encode(w, square)
}
