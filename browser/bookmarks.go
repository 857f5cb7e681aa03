package browser

import (
	"encoding/json"
	"os"
)

// eachBookmark calls use for the addresses in a Bookmarks file: a tree for each of the bars and folders that the browser has.
func eachBookmark(file string, use func(address, title string)) {
	type node struct {
		Type     string `json:"type"`
		Name     string `json:"name"`
		URL      string `json:"url"`
		Children []node `json:"children"`
	}
	var tree struct {
		Roots map[string]json.RawMessage `json:"roots"` // among them values that are no nodes
	}
	raw, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(raw, &tree) != nil {
		return
	}
	var visit func(node)
	visit = func(n node) {
		if n.Type == "url" {
			use(n.URL, n.Name)
		}
		for _, child := range n.Children {
			visit(child)
		}
	}
	for _, raw := range tree.Roots {
		var root node
		if json.Unmarshal(raw, &root) == nil {
			visit(root)
		}
	}
}
