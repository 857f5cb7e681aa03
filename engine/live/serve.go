package live

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed viewer
var viewerFiles embed.FS

// parts of the module, in their order. They are one module, since the pages that embed it import it as one file.
var parts = []string{"build.js", "wire.js", "screen.js", "input.js", "bar.js", "questions.js", "files.js", "module.js"}

var module = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	style, _ := json.Marshal(file("viewer.css"))
	out.WriteString("const style = ")
	out.Write(style)
	out.WriteString("\n\n")
	for _, part := range parts {
		out.WriteString(file(part))
		out.WriteString("\n")
	}
	return out.Bytes()
})

func file(name string) string {
	content, err := viewerFiles.ReadFile("viewer/" + name)
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(content)
}

// ServeModule serves the ES module that shows a room. Its default export is called with a shadow root, the address of the room (whose path
// with /ws is that of Join), a function that gets messages, and options; it returns handleMessage and destroy.
func ServeModule(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Access-Control-Allow-Origin", "*") // pages from anywhere embed it; it holds no secret
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.Write(module())
}

// ServePage serves the page for a person who visits the address of a room.
func ServePage(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "script-src 'self' 'sha256-" + bootHash() + "'", "style-src 'sha256-" + styleHash() + "'",
		"img-src 'self' blob: data:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
	}, "; "))
	h.Set("Referrer-Policy", "no-referrer") // the address has the token
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.Write([]byte(file("page.html")))
}

// bootHash and styleHash are those of the page's only script and style in it, which Content-Security-Policy allows by them.
var (
	bootHash  = sync.OnceValue(func() string { return hashBetween("<script type=\"module\">", "</script>") })
	styleHash = sync.OnceValue(func() string { return hashBetween("<style>", "</style>") })
)

func hashBetween(from, to string) string {
	_, rest, _ := strings.Cut(file("page.html"), from)
	inner, _, _ := strings.Cut(rest, to)
	sum := sha256.Sum256([]byte(inner))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ServeHTTP serves what is below the address of a room, to a viewer whose token has been seen: /ws and /files/....
func (r *Room) ServeHTTP(w http.ResponseWriter, req *http.Request, who Viewer) {
	above, last := path.Split(req.URL.Path)
	switch {
	case last == "ws":
		r.Join(w, req, who)
	case path.Base(above) == "files":
		r.ServeDownload(w, req, who, last)
	default:
		http.NotFound(w, req)
	}
}
