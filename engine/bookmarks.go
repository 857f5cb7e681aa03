package engine

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bookmarks come as the HTML in which browsers export them (the Netscape bookmark file), and the aide adds them to a session that runs.

const (
	mostBookmarkHTML = 4 << 20
	mostBookmarks    = 20_000
	deepestBookmark  = 32
)

// bookmark is one, or a folder of them, which has no address.
type bookmark struct {
	Title    string      `json:"title"`
	URL      string      `json:"url,omitempty"`
	Children []*bookmark `json:"children,omitempty"`
}

// readBookmarks understands the file as browsers do: of a list only the headings, the links and the beginnings and ends of
// lists count (chrome/utility/importer/bookmark_html_reader.cc), and whatever is left open ends with the file.
func readBookmarks(from io.Reader) ([]*bookmark, error) {
	top := &bookmark{}
	open, next := []*bookmark{top}, (*bookmark)(nil) // next: the folder that the next list is in
	var text *bookmark                               // whose title is being read
	count := 0
	tokens := html.NewTokenizer(from)
	for {
		kind := tokens.Next()
		token := tokens.Token()
		switch {
		case kind == html.ErrorToken && errors.Is(tokens.Err(), io.EOF):
			if count == 0 {
				return nil, invalid("there is no bookmark in it: send the HTML that browsers export bookmarks as")
			}
			return top.Children, nil
		case kind == html.ErrorToken:
			return nil, badBody(tokens.Err(), "the bookmarks cannot be read")
		case kind == html.TextToken && text != nil:
			text.Title += token.Data
		case kind == html.StartTagToken && (token.DataAtom == atom.A || token.DataAtom == atom.H3):
			text = &bookmark{}
			if token.DataAtom == atom.A {
				if text.URL = attribute(token, "href"); text.URL == "" {
					text = nil
					continue
				}
			} else {
				next = text
			}
			into := open[len(open)-1]
			into.Children = append(into.Children, text)
			if count++; count > mostBookmarks {
				return nil, invalid("there are more than %d bookmarks", mostBookmarks)
			}
		case kind == html.EndTagToken && (token.DataAtom == atom.A || token.DataAtom == atom.H3):
			if text != nil {
				text.Title = strings.Join(strings.Fields(text.Title), " ")
			}
			text = nil
		case kind == html.StartTagToken && token.DataAtom == atom.Dl:
			if next == nil { // the list around everything, or one without a heading: what is in it belongs to what is around it
				next = open[len(open)-1]
			}
			if open = append(open, next); len(open) > deepestBookmark {
				return nil, invalid("folders of bookmarks lie in each other more than %d deep", deepestBookmark)
			}
			next = nil
		case kind == html.EndTagToken && token.DataAtom == atom.Dl && len(open) > 1:
			open, next = open[:len(open)-1], nil
		}
	}
}

func attribute(of html.Token, name string) string {
	if i := slices.IndexFunc(of.Attr, func(a html.Attribute) bool { return a.Key == name }); i >= 0 {
		return of.Attr[i].Val
	}
	return ""
}

// addBookmarks puts bookmarks at the end of the bookmarks bar. Addresses that the browser does not take are left out.
const addBookmarks = `async all => {
	const put = async (list, parentId) => {
		for (const {title, url, children} of list) {
			let made
			try {
				made = await chrome.bookmarks.create({parentId, title, url})
			} catch (e) {
				if (url) continue
				throw e
			}
			if (children) await put(children, made.id)
		}
	}
	const bar = (await chrome.bookmarks.getTree())[0].children[0]
	await put(all, bar.id)
}`

// takeBookmarks is the call.
func takeBookmarks(c *call, w *work) (any, error) {
	all, err := readBookmarks(c.Body)
	if err != nil {
		return nil, err
	}
	if err := askAide(c.Context(), w.session, addBookmarks, all, nil); err != nil {
		return nil, fmt.Errorf("adding bookmarks: %w", err)
	}
	return nothing{}, nil
}
