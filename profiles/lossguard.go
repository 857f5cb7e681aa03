package profiles

import (
	"fmt"

	"valise/profiles/snapshot"
)

// A saving in which logins seem to be lost (a profile that was wiped, values that the browser could not decrypt and
// therefore deleted) is kept, but set aside: the one before stays the newest until a person says otherwise.

// collapse says what was lost between two savings of a profile; empty: nothing that is out of the ordinary. People clear
// cookies, and sites log them out: only what is nearly all of a profile counts.
func collapse(before, now snapshot.Summary) string {
	sites := func(s snapshot.Summary) int { return len(s.Sites) }
	switch {
	case before.Cookies >= 2 && now.Cookies == 0:
		return fmt.Sprintf("all of its %s are gone", count(before.Cookies, "cookie"))
	case before.Cookies >= 10 && now.Cookies*5 <= before.Cookies:
		return fmt.Sprintf("%d of its %s are gone", before.Cookies-now.Cookies, count(before.Cookies, "cookie"))
	case before.Passwords >= 2 && now.Passwords == 0:
		return fmt.Sprintf("all of its %s are gone", count(before.Passwords, "password"))
	case sites(before) >= 4 && sites(now)*4 <= sites(before):
		return fmt.Sprintf("%d of its %s are gone", sites(before)-sites(now), count(sites(before), "site"))
	}
	return ""
}
