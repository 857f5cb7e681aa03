package tree

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
)

var languages = strings.Fields("am ar bg bn ca cs da de el en en_GB es es_419 et fa fi fil fr gu he hi hr hu id it ja kn ko lt lv " +
	"ml mr ms nl no pl pt_BR pt_PT ro ru sk sl sr sv sw ta te th tr uk vi zh_CN zh_TW")

// part is a group of files that an extension has: so many, of such a size.
type part struct {
	pattern string
	files   int
	size    int // typical
	content func(*maker, int) []byte
}

// plug-ins of the kinds that people have: an editor, a reader of documents, of formulas, a debugger, icons, speech, a
// recogniser of texts, a translator.
var plugins = [][]part{
	{{"vs/lang-%d.js", 95, 42_000, (*maker).script}, {"vs/editor-%d.js", 3, 2_400_000, (*maker).script}, {"vs/editor-%d.css", 1, 220_000, (*maker).style}},
	{{"build/pdf-%d.mjs", 4, 550_000, (*maker).script}, {"cmaps/%d.bcmap", 168, 6_900, mixed(.36)}, {"fonts/%d.pfb", 10, 20_000, mixed(.9)},
		{"web/viewer-%d.mjs", 7, 110_000, (*maker).script}, {"web/%d.svg", 60, 800, (*maker).drawing}, {"web/viewer-%d.css", 2, 130_000, (*maker).style}},
	{{"fonts/%d.ttf", 20, 27_000, mixed(.45)}, {"fonts/%d.woff", 20, 15_000, mixed(.87)}, {"fonts/%d.woff2", 20, 13_000, mixed(1)},
		{"katex-%d.js", 4, 330_000, (*maker).script}, {"katex-%d.css", 4, 25_000, (*maker).style}},
	{{"cjs/production-%d.js", 9, 330_000, (*maker).script}, {"_locales/%d/messages.json", 53, 5_200, (*maker).messages}},
	{{"webfonts/%d.ttf", 4, 140_000, mixed(.5)}, {"css/all-%d.css", 19, 33_000, (*maker).style}, {"js/all-%d.js", 1, 1_600_000, (*maker).drawings},
		{"svgs/%d.svg", 121, 900, (*maker).drawing}},
	{{"tex-%d.js", 2, 1_900_000, (*maker).script}, {"sre/mathmaps/%d.json", 40, 88_000, (*maker).messages}},
	{{"core-%d.wasm", 1, 2_860_000, mixed(.27)}, {"core.wasm-%d.js", 1, 3_900_000, (*maker).encoded}, {"_locales/%d/messages.json", 53, 5_200, (*maker).messages}},
	{{"langs/%d.json", 70, 9_500, (*maker).messages}, {"worker-%d.js", 40, 12_000, (*maker).script}, {"app.js.map%d", 1, 810_000, (*maker).script}},
}

func mixed(random float64) func(*maker, int) []byte {
	return func(m *maker, n int) []byte { return m.binary(n, random) }
}

func (m *maker) extensions(context.Context) error {
	for _, parts := range plugins {
		base := fmt.Sprintf("Default/Extensions/%s/%d.%d.%d_0", m.name(), 1+m.IntN(9), m.IntN(40), m.IntN(10))
		type hashed struct {
			Path      string   `json:"path"`
			BlockSize int      `json:"block_size"`
			Hashes    [][]byte `json:"block_hashes"`
		}
		var hashes []hashed
		for _, p := range parts {
			size := float64(p.size)
			if p.files > 1 {
				size /= 1.16 // what the spread adds
			}
			for i := range p.files {
				name := fmt.Sprintf(p.pattern, i)
				if strings.HasPrefix(name, "_locales/") {
					name = strings.Replace(name, fmt.Sprint(i), languages[i], 1)
				}
				n := m.times(int(size))
				if p.files > 1 {
					n = m.about(n, .55)
				}
				content := p.content(m, n)
				if err := m.put(base+"/"+name, content); err != nil {
					return err
				}
				h := hashed{Path: name, BlockSize: 4096}
				for at := 0; at == 0 || at < len(content); at += 4096 {
					sum := sha256.Sum256(content[at:min(len(content), at+4096)])
					h.Hashes = append(h.Hashes, sum[:])
				}
				hashes = append(hashes, h)
			}
		}
		computed, err := json.Marshal(map[string]any{"version": 2, "file_hashes": hashes})
		if err != nil {
			return err
		}
		for name, content := range map[string][]byte{
			"_metadata/computed_hashes.json":   computed,
			"manifest.json":                    fmt.Appendf(nil, `{"name": "plug-in", "manifest_version": 3, "key": "%s"}`, strings.Repeat("MIIB", 100)),
			"_metadata/verified_contents.json": fmt.Appendf(nil, `[{"description": "treehash per file", "files": %d}]`, len(hashes)),
		} {
			if err := m.put(base+"/"+name, content); err != nil {
				return err
			}
		}
	}
	return nil
}

// messages are translations: keys of which all languages have the same, texts of which none has.
func (m *maker) messages(n int) []byte {
	var b bytes.Buffer
	b.WriteString("{\n")
	for b.Len() < n {
		key := m.vocabulary[m.IntN(40)] + "_" + m.vocabulary[m.IntN(60)]
		fmt.Fprintf(&b, "  %q: {\n    \"message\": %q,\n    \"description\": %q\n  },\n", key, m.text(2+m.IntN(6)), key)
	}
	b.WriteString("  \"\": {}\n}\n")
	return b.Bytes()
}

// style is a style sheet.
func (m *maker) style(n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, ".%s-%s{display:%s;margin:%dpx %dpx;color:#%03x;content:\"\\%x\"}", m.vocabulary[m.IntN(12)], m.vocabulary[m.rank(900, 30)],
			pick(m.Rand, []string{"block", "flex", "none", "inline-block"}), m.IntN(12), m.IntN(40), m.IntN(16)*273, m.IntN(600))
	}
	return b.Bytes()[:n]
}

// drawing is an SVG picture, drawings are many in a script.
func (m *maker) drawing(n int) []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><path d="%s"/></svg>`, m.strokes(n-90))
}

func (m *maker) drawings(n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, `"%s":[512,512,[],"%x","%s"],`, m.word(), m.IntN(1<<16), m.strokes(m.about(500, .6)))
	}
	return b.Bytes()[:n]
}

func (m *maker) strokes(n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%c%d.%d-%d", "mlhvcszMLC"[m.IntN(10)], m.rank(512, 4), m.rank(10, 1), m.rank(90, 4))
	}
	return b.String()
}

// encoded is machine code in a script, as base64.
func (m *maker) encoded(n int) []byte {
	return fmt.Appendf(nil, "var wasm=%q", encode(m.binary(n*3/4, .2)))
}
