package tree

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// words is where content comes from: a language of its own, whose words are used as unevenly as those of a real one.
type words struct {
	*rand.Rand
	vocabulary []string
	hosts      []string
}

func newWords(seed, stream uint64) words {
	language := rand.New(rand.NewPCG(seed, 0x76616c69)) // the same in every session
	w := words{Rand: language}
	consonants := strings.Fields("b c d f g h j k l m n p r s t v w st tr ch pl gr")
	vowels := strings.Fields("a e i o u ai ea ou er in on al")
	for range 9000 {
		var b strings.Builder
		for range []int{1, 2, 2, 2, 3, 3, 4}[w.IntN(7)] {
			b.WriteString(pick(w.Rand, consonants))
			b.WriteString(pick(w.Rand, vowels))
		}
		w.vocabulary = append(w.vocabulary, b.String())
	}
	for range 420 {
		w.hosts = append(w.hosts, pick(w.Rand, []string{"www.", "", "", "app.", "mail.", "shop.", "docs."})+
			pick(w.Rand, w.vocabulary)+pick(w.Rand, []string{"", pick(w.Rand, w.vocabulary)})+
			pick(w.Rand, []string{".com", ".com", ".com", ".org", ".net", ".io", ".de", ".co.uk"}))
	}
	w.Rand = rand.New(rand.NewPCG(seed, stream))
	return w
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// rank is a number below n of which small ones are far more likely, as 1/(rank+shift) is.
func (w words) rank(n, shift int) int {
	s := float64(shift)
	return min(n-1, int(s*math.Pow((float64(n)+s)/s, w.Float64())-s))
}

// about is a size around typical, sometimes many times that: sizes of files and values are spread so. spread is the
// standard deviation of its logarithm.
func (w words) about(typical int, spread float64) int {
	return int(float64(typical) * math.Exp(w.NormFloat64()*spread))
}

func (w words) word() string { return w.vocabulary[w.rank(len(w.vocabulary), 8)] }
func (w words) host() string { return w.hosts[w.rank(len(w.hosts), 3)] }

func (w words) text(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = w.word()
	}
	return strings.Join(all, " ")
}

func (w words) title() string {
	text := []byte(w.text(2 + w.IntN(8)))
	for i := range text {
		if i == 0 || text[i-1] == ' ' {
			text[i] -= 'a' - 'A'
		}
	}
	return string(text)
}

// noise does not compress.
func (w words) noise(n int) []byte {
	b := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		for x, k := w.Uint64(), 0; k < 8; k++ {
			b[i+k] = byte(x >> (8 * k))
		}
	}
	return b[:n]
}

func (w words) token(n int) string { return base64.RawURLEncoding.EncodeToString(w.noise(n)) }
func (w words) hex(n int) string   { return hex.EncodeToString(w.noise(n)) }

// name is how Chromium calls an extension: 32 letters from a to p.
func (w words) name() string {
	b := []byte(w.hex(16))
	for i, c := range b {
		if c <= '9' {
			b[i] = c - '0' + 'a'
		} else {
			b[i] = c - 'a' + 'k'
		}
	}
	return string(b)
}

func (w words) url() string {
	path := make([]string, w.IntN(5))
	for i := range path {
		path[i] = w.word()
	}
	u := "https://" + w.host() + "/" + strings.Join(path, "/")
	switch x := w.Float64(); {
	case x < .25:
		return u + "?q=" + strings.ReplaceAll(w.text(1+w.IntN(5)), " ", "+") + "&src=" + w.vocabulary[w.IntN(60)]
	case x < .45:
		return fmt.Sprintf("%s?id=%d&utm_source=%s&s=%s", u, 1000+w.IntN(1e8), w.vocabulary[w.IntN(40)], w.token(6+w.IntN(34)))
	}
	return u
}

// moment is a time in the sixty days before the profile was last used, as Chromium counts: microseconds since 1601.
func (w words) moment() int64 { return chromeTime() - w.Int64N(60*86400e6) }

func chromeTime() int64 { return epoch.UnixMicro() + 11644473600e6 }

// record is an array of JSON objects of about size bytes, as sites keep them.
func (w words) record(size int) []byte {
	var b bytes.Buffer
	for b.Len() < size {
		b.WriteByte(",["[min(1, 1/(b.Len()+1))])
		id := w.noise(16)
		fmt.Fprintf(&b, `{"id":%d,"type":%q,"ts":%d,"uid":"%x-%x-%x-%x-%x",`, 1+w.IntN(1e9),
			pick(w.Rand, []string{"message", "event", "item", "draft", "metric"}), epoch.UnixMilli()-w.Int64N(1e10),
			id[:4], id[4:6], id[6:8], id[8:10], id[10:])
		fmt.Fprintf(&b, `"author":{"name":%q,"avatar":"https://%s/a/%s.png"},"body":%q,"flags":{"read":%t,"pinned":%t},"score":%.4f`,
			w.title(), w.host(), w.token(12), w.text(5+w.IntN(55)), w.IntN(2) == 0, w.IntN(10) == 0, w.Float64()*100)
		if w.Float64() < .15 {
			fmt.Fprintf(&b, `,"token":%q`, w.token(32+w.IntN(224)))
		}
		b.WriteByte('}')
	}
	b.WriteByte(']')
	return b.Bytes()
}

// wide is text in UTF-16, as Chromium stores what is not Latin.
func wide(text []byte) []byte {
	b := make([]byte, 0, 2*len(text))
	for _, c := range text {
		b = append(b, c, 0)
	}
	return b
}

// script is minified code: statements of a few shapes, of which a file repeats many.
func (w words) script(n int) []byte {
	var b bytes.Buffer
	short := func() string { return string(rune('a'+w.IntN(26))) + []string{"", "", "t", "n", "0"}[w.IntN(5)] }
	statement := func() string {
		switch w.IntN(7) {
		case 0:
			return fmt.Sprintf("function %s(%s,%s){return %s.%s(%s)}", short(), short(), short(), short(), w.word(), short())
		case 1:
			return fmt.Sprintf("var %s=%s.%s||{};", short(), short(), w.word()+w.word())
		case 2:
			return fmt.Sprintf("if(%s.%s!==%s.%s)throw new Error(%q);", short(), w.word(), short(), w.word(), w.text(3+w.IntN(6)))
		case 3:
			return fmt.Sprintf("%s.prototype.%s=function(%s){this.%s=%s;%s()};", short(), w.word()+w.word(), short(), w.word(), short(), short())
		case 4:
			return fmt.Sprintf("for(let %s=0;%s<%s.length;%s++)%s.push(%s[%s]);", short(), short(), short(), short(), short(), short(), short())
		case 5:
			return fmt.Sprintf("const{%s:%s,%s:%s}=%s(%d);", w.word(), short(), w.word(), short(), short(), w.IntN(4000))
		}
		return fmt.Sprintf(`case%q:return %s?%s.%s:0x%x;`, w.word(), short(), short(), w.word(), w.IntN(1<<20))
	}
	var said []string
	for b.Len() < n {
		if len(said) > 50 && w.IntN(20) < 12 {
			b.WriteString(said[len(said)-1-w.rank(min(len(said), 3000), 60)])
			continue
		}
		s := statement()
		said = append(said, s)
		b.WriteString(s)
	}
	return b.Bytes()[:n]
}

// binary is like machine code, fonts and compiled scripts: short patterns, numbers, and a share that does not compress.
func (w words) binary(n int, random float64) []byte {
	patterns := make([][]byte, 300)
	for i := range patterns {
		patterns[i] = w.noise([]int{6, 8, 12, 16, 24}[w.IntN(5)])
	}
	b := make([]byte, 0, n+64)
	for len(b) < n {
		switch {
		case w.Float64() < random:
			b = append(b, w.noise(16)...)
		default:
			b = append(append(b, patterns[w.rank(len(patterns), 6)]...), byte(w.IntN(64)), 0)
		}
	}
	return b[:n]
}

// slice is a piece of code that is n bytes long, or as long as there is.
func (m *maker) slice(n int) []byte {
	from := m.IntN(len(m.code))
	return m.code[from:min(len(m.code), from+n)]
}
