// Adblock makes the content blocker that sessions of an engine get when they ask for one (adblock in POST /v0/vm): an unpacked
// extension that is nothing but rules of declarativeNetRequest, so it has no code and sees no page. The rules are the base
// list of AdGuard as @adguard/dnr-rulesets has it on npm; they are not part of Valise, whose build fetches them.
//
//	go run ./packaging/adblock FOLDER-OF-THE-PACKAGE FOLDER-TO-MAKE
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// baseList is the number of AdGuard's base list, which blocks advertisements.
const baseList = "dist/filters/declarative/ruleset_2/ruleset_2.json"

// rule is one of declarativeNetRequest (chrome/common/extensions/api/declarative_net_request.webidl).
type rule struct {
	ID        int                        `json:"id"`
	Priority  int                        `json:"priority,omitempty"`
	Action    action                     `json:"action"`
	Condition map[string]json.RawMessage `json:"condition"`
}

type action struct {
	Type string `json:"type"`
}

func main() {
	if len(os.Args) != 3 {
		fail("usage: adblock FOLDER-OF-THE-PACKAGE FOLDER-TO-MAKE")
	}
	if err := assemble(os.Args[1], os.Args[2]); err != nil {
		fail(err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "adblock:", why)
	os.Exit(1)
}

// assemble makes the extension beside the folder and moves it there when it is whole.
func assemble(from, to string) error {
	var of struct{ Version string }
	if err := read(filepath.Join(from, "package.json"), &of); err != nil {
		return err
	}
	var list []rule
	if err := read(filepath.Join(from, baseList), &list); err != nil {
		return err
	}
	list = condense(list)
	if len(list) == 0 {
		return fmt.Errorf("%s has no rules that block", baseList)
	}
	licence, err := os.ReadFile(filepath.Join(from, "LICENSE"))
	if err != nil {
		return err
	}
	half := to + ".half"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	if err := os.MkdirAll(half, 0o755); err != nil {
		return err
	}
	manifest := map[string]any{
		"manifest_version": 3, "name": "Ad blocker", "version": "1", "permissions": []string{"declarativeNetRequest"},
		"description": "Blocks what AdGuard's base list names.",
		"declarative_net_request": map[string]any{
			"rule_resources": []any{map[string]any{"id": "base", "enabled": true, "path": "rules.json"}},
		},
	}
	for name, content := range map[string]any{"manifest.json": manifest, "rules.json": list} {
		text, err := json.Marshal(content)
		if err == nil {
			err = os.WriteFile(filepath.Join(half, name), text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	notice := "The rules are those of AdGuard's base list, condensed, from @adguard/dnr-rulesets " + of.Version + " on npm.\n" +
		"They are under the GNU General Public License, version 3, which LICENSE has.\n" +
		"Their source: https://github.com/AdguardTeam/AdguardFilters\n"
	for name, text := range map[string][]byte{"NOTICE": []byte(notice), "LICENSE": licence} {
		if err := os.WriteFile(filepath.Join(half, name), text, 0o644); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.Rename(half, to)
}

func read(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// wholeDomain is a filter that means everything at a domain and below it.
var wholeDomain = regexp.MustCompile(`^\|\|([a-z0-9-]+(?:\.[a-z0-9-]+)+)\^$`)

// condense keeps the rules that block and those that make exceptions, and puts those about whole domains that are alike in all else into one: a
// browser reads this with every start, and of the base list's rules nine in ten are such.
func condense(list []rule) []rule {
	var kept []rule
	domains := map[string][]string{} // by what else there is of the rule
	for _, r := range list {
		if !slices.Contains([]string{"block", "allow", "allowAllRequests"}, r.Action.Type) {
			continue
		}
		var filter string
		json.Unmarshal(r.Condition["urlFilter"], &filter) // a rule without one is kept as it is
		found := wholeDomain.FindStringSubmatch(filter)
		if found == nil || r.Condition["requestDomains"] != nil {
			kept = append(kept, r)
			continue
		}
		delete(r.Condition, "urlFilter")
		r.ID = 0
		key, err := json.Marshal(r)
		if err != nil {
			continue // cannot be: it was read from JSON
		}
		domains[string(key)] = append(domains[string(key)], found[1])
	}
	for _, key := range slices.Sorted(maps.Keys(domains)) {
		of := domains[key]
		var r rule
		json.Unmarshal([]byte(key), &r)
		slices.Sort(of)
		r.Condition["requestDomains"], _ = json.Marshal(slices.Compact(of))
		kept = append(kept, r)
	}
	slices.SortStableFunc(kept, func(a, b rule) int { return a.ID - b.ID })
	for i := range kept {
		kept[i].ID = i + 1
	}
	return kept
}
