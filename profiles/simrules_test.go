package profiles

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rules are what keeps devices from losing anything, each with what a copy of the code without it says instead.
var rules = []struct{ rule, file, with, without string }{
	{"what was pruned stays while a snapshot needs it", "gone.go", "if !needed[id] {\n\t\t\tnames", "if !needed[id] || true {\n\t\t\tnames"},
	{"savings are ranked by their token", "tokens.go", "cmp.Compare(of[a], of[b]), ", ""},
	{"the id of a child is larger than its parent's, whatever the clock says", "snapshot/id.go", "bytes.Compare(id[:], after[:]) > 0", "true || bytes.Compare(id[:], after[:]) > 0"},
	{"a lease that another device has is not taken", "leases.go", "other != nil && !force", "false && other != nil && !force"},
	{"each holder of a lease has a token of its own", "leases.go", "max(was.Token, highest) + 1", "highest + 1"},
	{"a lease that is not renewed runs out", "lease.go", "age > runsOut", "false"},
	{"who was overtaken renews no more", "leases.go", "now.Token != h.lease.Token || now.Device != h.lease.Device", "false"},
	{"of a field the last change counts", "merging.go", "bytes.Compare(when[:], was[:]) <= 0", "true || was != when"},
	{"a device that was away leaves everything as it is", "upkeep.go", "notes.QuietUntil = now.Add(quietFor)", "notes.QuietUntil = now"},
	{"the trash is kept for thirty days", "upkeep.go", "!isQuiet && now.Sub(was.Since) >= trashKept", "!isQuiet"},
	{"what is not at the place is sent there", "vault/sync.go", "send = append(send, info)", "_ = info"},
	{"what was replaced is not fetched again for good", "card.go", "after.Replaces = shelf.cards", "after.Replaces = nil"},
}

// TestEveryRuleIsNeeded breaks one rule at a time in a copy of the code, and has the simulation find it. Without
// VALISE_RULES=all it takes two, by chance.
func TestEveryRuleIsNeeded(t *testing.T) {
	chosen := rand.Perm(len(rules))
	if os.Getenv("VALISE_RULES") != "all" {
		chosen = chosen[:2]
	}
	for _, i := range chosen {
		r := rules[i]
		t.Run(strings.ReplaceAll(r.rule, " ", "_"), func(t *testing.T) {
			source, err := os.ReadFile(r.file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), r.with); n != 1 {
				t.Fatalf("%s has %q %d times", r.file, r.with, n)
			}
			dir := t.TempDir()
			broken := filepath.Join(dir, "broken.go")
			if err := os.WriteFile(broken, []byte(strings.Replace(string(source), r.with, r.without, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			at, err := filepath.Abs(r.file)
			if err != nil {
				t.Fatal(err)
			}
			overlay, err := json.Marshal(map[string]map[string]string{"Replace": {at: broken}})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-overlay", filepath.Join(dir, "overlay.json"),
				"-run", "TestDevicesWithOneVaultLoseNothing", "-count=1", ".")
			run.Env = append(os.Environ(), "VALISE_SEEDS=500", "VALISE_SEED=0", "CGO_ENABLED=0")
			output, err := run.CombinedOutput()
			text := string(output)
			if err == nil || !strings.Contains(text, "violations:") {
				t.Fatalf("nobody noticed: %v\n%s", err, text)
			}
			_, violations, _ := strings.Cut(text, "violations:")
			line, _, _ := strings.Cut(strings.TrimSpace(violations), "\n")
			t.Log(line)
		})
	}
}
