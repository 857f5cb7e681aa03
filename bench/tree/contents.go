package tree

// Contents is what a website serves, and the like: for profiles that a real browser is to make.
type Contents struct{ words words }

// NewContents begins anew for each number.
func NewContents(seed, number uint64) Contents { return Contents{newWords(seed, number)} }

// Text is so many words.
func (c Contents) Text(words int) string { return c.words.text(words) }

// Title is a few.
func (c Contents) Title() string { return c.words.title() }

// Script is code of n bytes.
func (c Contents) Script(n int) []byte { return c.words.script(n) }

// Records is a JSON array of about n bytes.
func (c Contents) Records(n int) []byte { return c.words.record(n) }

// Noise is n bytes that do not compress.
func (c Contents) Noise(n int) []byte { return c.words.noise(n) }
