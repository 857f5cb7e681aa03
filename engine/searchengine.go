package engine

import (
	"encoding/json"
	"net/url"
	"strings"
)

// searchEngine is the field `search_engine`: where words go that a viewer types as an address. It is a name, or an object
// with the url of any other, in which %s stands for the words.
type searchEngine struct {
	url string // empty: the viewer's own default
}

// searchEngines are those that the contract names.
var searchEngines = map[string]string{
	"duckduckgo": "https://duckduckgo.com/?q=%s",
	"ecosia":     "https://www.ecosia.org/search?q=%s",
	"google":     "https://www.google.com/search?q=%s",
	"startpage":  "https://www.startpage.com/sp/search?query=%s",
	"brave":      "https://search.brave.com/search?q=%s",
}

// UnmarshalJSON reads a name or an object.
func (s *searchEngine) UnmarshalJSON(data []byte) error {
	*s = searchEngine{}
	if string(data) == "null" {
		return nil
	}
	var name string
	if json.Unmarshal(data, &name) == nil {
		known, is := searchEngines[strings.ToLower(name)]
		if !is {
			return invalid("search_engine is duckduckgo, ecosia, google, startpage, brave, or an object with a url")
		}
		s.url = known
		return nil
	}
	var other struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(data, &other); err != nil {
		return invalid("search_engine must be a name or an object")
	}
	u, err := url.Parse(strings.ReplaceAll(other.URL, "%s", "words"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || !strings.Contains(other.URL, "%s") {
		return invalid("search_engine.url must be an http or https address in which %%s stands for the words")
	}
	s.url = other.URL
	return nil
}
