package snapshot

import "testing"

func TestNamesThatWindowsHasOtherPlansFor(t *testing.T) {
	for _, path := range []string{
		"a:b", `a\b`, `..\a`, "a?", "a*", "a<", "a>", "a|", `a"`, "a\x01", "a.", "a ", "a./b", "con", "dir/NUL/a", "nul.txt", "COM1", "com¹.log",
		"lpt9", "AUX .x", "prn", "CONIN$",
	} {
		if allowedOnWindows(path) {
			t.Errorf("%q is let through", path)
		}
	}
	for _, path := range []string{
		"Default/Cookies", "https_example.org_0.indexeddb.leveldb/000003.log", "a b", "console", "COM", "COM10", "lpt", "nullify", ".a", "Grüße/日本語", "{1}", "aux1",
	} {
		if !allowedOnWindows(path) {
			t.Errorf("%q is refused", path)
		}
	}
}
