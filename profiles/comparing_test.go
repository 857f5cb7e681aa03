package profiles_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/google/uuid"
)

// With this in the environment the test program is another Valise process, which compares the last two snapshots of a profile
// (its id) in otherHome again and again, until it is killed.
const otherCompares = "VALISE_TEST_OTHER_COMPARES"

func init() {
	profile := os.Getenv(otherCompares)
	if profile == "" {
		return
	}
	l, err := profiles.Open(context.Background(), profiles.Home{Dir: os.Getenv(otherHome)}, profiles.Options{})
	for err == nil {
		_, err = l.Compare(context.Background(), uuid.MustParse(profile), uuid.Nil, uuid.Nil)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestAComparisonTellsWhatChangedAndLeavesNothing(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	ada := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	if _, err := c.Compare(t.Context(), ada.Profile, uuid.Nil, uuid.Nil); !errors.Is(err, profiles.ErrNothingBefore) {
		t.Errorf("with one snapshot: %v", err)
	}
	bob := c.logIn(site, "bob", profiles.How{Load: ada.Profile, Save: profiles.SaveSame})
	back, err := c.Rollback(t.Context(), ada.Profile, ada.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(a, b uuid.UUID) profiles.Comparison {
		t.Helper()
		found, err := c.Compare(t.Context(), ada.Profile, a, b)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}

	all := []string{"hidden", "hiddensession", "lasting", "session", "strict"}
	login := compare(ada.Snapshot, bob.Snapshot)
	if login.Name != "Shop" || login.From.ID != ada.Snapshot || login.To.ID != bob.Snapshot {
		t.Errorf("compared %+v", login)
	}
	if len(login.Sites) != 1 || login.Sites[0].Site != "127.0.0.1" || !slices.Equal(login.Sites[0].Cookies.Changed, all) {
		t.Errorf("the second login changed %+v", login.Sites)
	}
	if before := compare(uuid.Nil, bob.Snapshot); before.From.ID != ada.Snapshot {
		t.Errorf("before the second login was %v", before.From.ID)
	}
	last := compare(uuid.Nil, uuid.Nil)
	if last.From.ID != bob.Snapshot || last.To.ID != back.Snapshot || last.Cookies.Changed != 5 {
		t.Errorf("rolling back changed %+v", last)
	}
	if same := compare(ada.Snapshot, back.Snapshot); !same.Empty() {
		t.Errorf("rolled back, %+v is different", same.Changes)
	}
	var missing *profiles.NotFoundError
	if _, err := c.Compare(t.Context(), ada.Profile, uuid.New(), uuid.Nil); !errors.As(err, &missing) || missing.What != "snapshot" {
		t.Errorf("with a snapshot that does not exist: %v", err)
	}
	c.nothingPlain("ada", "bob", "Shop")
}

func TestAComparisonThatIsKilledIsWipedAtTheNextStart(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	p := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	c.logIn(site, "bob", profiles.How{Load: p.Profile, Save: profiles.SaveSame})

	unpacked := func() bool {
		found, err := filepath.Glob(filepath.Join(c.home.Dir, "sessions/*/from/Default/*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found) > 0
	}
	testenv.Until(t, "a comparison to be killed in the middle", func() bool {
		other := exec.Command(os.Args[0])
		other.Env = append(os.Environ(), otherHome+"="+c.home.Dir, otherCompares+"="+p.Profile.String())
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		testenv.Until(t, "a comparison to be under way", unpacked)
		other.Process.Kill()
		other.Wait()
		return unpacked()
	})
	recovered, err := c.Recover(t.Context())
	if err != nil || len(recovered) > 0 {
		t.Errorf("recovered %v, %v", recovered, err)
	}
	c.nothingPlain("ada", "bob", "Shop")
}
