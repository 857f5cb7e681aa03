package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// unpacked is a package with a rule of each sort.
func unpacked(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"package.json": `{"version": "1.2.3"}`,
		"LICENSE":      "the licence",
		baseList: `[
			{"id": 1, "action": {"type": "block"}, "condition": {"urlFilter": "||more.ads-2.example^"}, "priority": 1, "metadata": {"large": "and of no use"}},
			{"id": 2, "action": {"type": "redirect", "redirect": {"url": "data:,"}}, "condition": {"urlFilter": "||moved.example^"}, "priority": 1},
			{"id": 3, "action": {"type": "block"}, "condition": {"urlFilter": "/ad.js?a=1&b=<"}, "priority": 1},
			{"id": 4, "action": {"type": "block"}, "condition": {"urlFilter": "||ads.example^"}, "priority": 1},
			{"id": 5, "action": {"type": "allow"}, "condition": {"urlFilter": "||good.example^"}, "priority": 1},
			{"id": 6, "action": {"type": "block"}, "condition": {"urlFilter": "||third.example^", "domainType": "thirdParty"}, "priority": 1},
			{"id": 7, "action": {"type": "block"}, "condition": {"urlFilter": "||worse.example^"}, "priority": 100},
			{"id": 8, "action": {"type": "block"}, "condition": {"urlFilter": "||a*.example^"}, "priority": 1},
			{"id": 9, "action": {"type": "modifyHeaders"}, "condition": {"urlFilter": "||heads.example^"}, "priority": 1}
		]`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Rules for whole domains are one where all else is the same; the others stay as they are; what needs more permissions is left out.
func TestAnExtensionIsMadeOfAPackage(t *testing.T) {
	from, to := unpacked(t), filepath.Join(t.TempDir(), "build", "adblock")
	for range 2 { // the second time over the first
		if err := assemble(from, to); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(to, "LICENSE")); err != nil || string(text) != "the licence" {
		t.Errorf("the licence is %q, %v", text, err)
	}
	var manifest struct {
		Version int `json:"manifest_version"`
	}
	if err := read(filepath.Join(to, "manifest.json"), &manifest); err != nil || manifest.Version != 3 {
		t.Errorf("the manifest is %+v, %v", manifest, err)
	}
	type unnumbered map[string]any
	var rules []unnumbered
	if err := read(filepath.Join(to, "rules.json"), &rules); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for i, r := range rules {
		if r["id"] != float64(i+1) {
			t.Errorf("rule %d has the id %v", i+1, r["id"])
		}
		delete(r, "id")
		text, _ := json.Marshal(r)
		got[string(text)] = true
	}
	var expected []unnumbered
	if err := json.Unmarshal([]byte(`[
		{"priority": 1, "action": {"type": "block"}, "condition": {"requestDomains": ["ads.example", "more.ads-2.example"]}},
		{"priority": 1, "action": {"type": "block"}, "condition": {"urlFilter": "/ad.js?a=1&b=<"}},
		{"priority": 1, "action": {"type": "allow"}, "condition": {"requestDomains": ["good.example"]}},
		{"priority": 1, "action": {"type": "block"}, "condition": {"domainType": "thirdParty", "requestDomains": ["third.example"]}},
		{"priority": 100, "action": {"type": "block"}, "condition": {"requestDomains": ["worse.example"]}},
		{"priority": 1, "action": {"type": "block"}, "condition": {"urlFilter": "||a*.example^"}}
	]`), &expected); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, r := range expected {
		text, _ := json.Marshal(r)
		want[string(text)] = true
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the rules are %v", got)
	}
	if beside, _ := os.ReadDir(filepath.Dir(to)); len(beside) != 1 {
		t.Errorf("beside it lie %v", beside)
	}
}

// Half a package makes nothing, and leaves what was there.
func TestHalfAPackageIsRefused(t *testing.T) {
	to := filepath.Join(t.TempDir(), "adblock")
	if err := assemble(unpacked(t), to); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"package.json", "LICENSE", baseList} {
		from := unpacked(t)
		if err := os.Remove(filepath.Join(from, name)); err != nil {
			t.Fatal(err)
		}
		if err := assemble(from, to); err == nil {
			t.Errorf("a package without %s is taken", name)
		}
	}
	if left, _ := os.ReadDir(to); len(left) != 4 {
		t.Errorf("what was there is %v", left)
	}
}
