package e2e

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// Whatever goes wrong has its own message with a next step, its exit code, and harms nothing: after each the profile is
// as it was.
func TestEveryProblemIsToldApartAndHarmsNothing(t *testing.T) {
	t.Parallel()
	site, server, c := testenv.NewSite(t), testenv.S3(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")
	c.logIn(site, "bob", "open", "Shop")
	code := c.recoveryCode()

	// Another vault is kept in the same bucket, and another server is down.
	other := newComputer(t)
	other.connect(server)
	down := testenv.S3(t)
	down.Stop()

	exposed := filepath.Join(c.dir, "exposed key")
	if err := os.WriteFile(exposed, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(c.dir, "broken browser")
	script := "#!/bin/sh\ncase $1 in --version) echo Chromium 156.0.0.0;; *) echo cannot open my eyes >&2; exit 3;; esac\n"
	if err := os.WriteFile(broken, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	nobus := []string{"DBUS_SESSION_BUS_ADDRESS="}
	aws := server.Env()
	connect := func(to, endpoint string) []string { return []string{"vault", "connect", to, "--endpoint", endpoint} }
	join := func(to string) []string { return []string{"vault", "join", to, "--endpoint", server.Endpoint} }
	fresh := "s3://" + server.Bucket + "/fresh"

	groups := strings.Split(strings.TrimSpace(code), "-")
	mistyped := slices.Clone(groups)
	mistyped[3] = strings.Map(func(r rune) rune { // one character is another one
		if r == '7' {
			return '8'
		}
		return '7'
	}, mistyped[3][:1]) + mistyped[3][1:]

	type trouble struct {
		name  string
		env   []string
		args  []string
		stdin string
		code  int
		says  []string
	}
	for _, p := range []trouble{
		// The recovery code.
		{"a typing error in the recovery code", aws, join(bucketURL(server)), strings.Join(mistyped, "-"), 5, []string{"group 4"}},
		{"a recovery code that is cut short", aws, join(bucketURL(server)), strings.Join(groups[:9], "-"), 5, []string{"recovery code"}},
		{"no recovery code", aws, join(bucketURL(server)), "", 5, []string{"recovery code"}},
		{"the recovery code of another vault", aws, join(bucketURL(server)), code, 5, []string{"sealed under another key", "recovery code belongs to this vault"}},
		{"a place without a vault", aws, join(fresh), code, 3, []string{"there is no vault at this place"}},
		{"leaving a vault with profiles", aws, join(bucketURL(server)), other.recoveryCode(), 1, []string{"this computer has a vault with profiles already"}},

		// The bucket.
		{"the place of another vault", aws, connect(bucketURL(server), server.Endpoint), "", 1, []string{"another vault is kept at this place"}},
		{"no such bucket", aws, connect("s3://elsewhere/ours", server.Endpoint), "", 3, []string{"there is no such bucket", "s3://elsewhere"}},
		{"a wrong secret", []string{"AWS_ACCESS_KEY_ID=" + server.AccessKey, "AWS_SECRET_ACCESS_KEY=wrong"}, connect(fresh, server.Endpoint), "", 1,
			[]string{"does not accept the access key and secret"}},
		{"an unknown access key", []string{"AWS_ACCESS_KEY_ID=nobody", "AWS_SECRET_ACCESS_KEY=" + server.SecretKey}, connect(fresh, server.Endpoint), "", 1,
			[]string{"does not accept the access key and secret"}},
		{"no access key at all", nil, connect(fresh, server.Endpoint), "", 1, []string{"the bucket's access key is not known", "AWS_ACCESS_KEY_ID"}},
		{"an endpoint where nothing listens", aws, connect(fresh, down.Endpoint), "", 1, []string{"the place cannot be reached", "refused"}},
		{"an endpoint that is a website", aws, connect(fresh, site.URL), "", 1, []string{"does not answer as an S3 server"}},
		{"a clock that is an hour off", aws, connect(fresh, aheadByAnHour(t, server)), "", 1, []string{"this computer's clock is wrong", "the server says"}},
		{"no place", aws, []string{"vault", "connect", "s3://"}, "", 2, []string{"this names no place for a vault"}},

		// The keyring.
		{"no session bus", nobus, []string{"list"}, "", 1, []string{"this computer offers no keyring", "VALISE_KEY_FILE"}},
		{"a bus without a keyring", []string{testenv.BusEnv(testenv.Bus(t))}, []string{"list"}, "", 1, []string{"this computer offers no keyring"}},
		{"a locked keyring", []string{testenv.BusEnv(lockedKeyring(t))}, []string{"list"}, "", 1, []string{"the keyring is locked", "Unlock it"}},
		{"a keyring that lacks the key", testenv.Keyring(t), []string{"list"}, "", 1, []string{"the key of this vault is not in the keyring", "recovery code"}},
		{"a key file that others can read", []string{"VALISE_KEY_FILE=" + exposed}, []string{"list"}, "", 1, []string{"others can read the key file", "chmod 600"}},

		// The browser.
		{"no browser", []string{"VALISE_BROWSER=/nowhere/chromium"}, []string{"open", "Shop", "--headless"}, "", 1, []string{"no browser was found", "/nowhere/chromium"}},
		{"a browser that is none", []string{"VALISE_BROWSER=/bin/true"}, []string{"open", "Shop", "--headless"}, "", 1, []string{"no browser was found", "not a browser"}},
		{"a browser that does not start", []string{"VALISE_BROWSER=" + broken}, []string{"open", "Shop", "--headless"}, "", 1, []string{"the browser did not start", "cannot open my eyes"}},
		{"no screen for a window", nil, []string{"open", "Shop"}, "", 1, []string{"there is no screen", "headless"}},
		{"arguments with an open quote", []string{"VALISE_CHROMIUM_ARGS='--no-sandbox"}, []string{"open", "Shop", "--headless"}, "", 1, []string{"VALISE_CHROMIUM_ARGS is not understood"}},

		// What is not there, and what is not understood.
		{"an unknown profile", nil, []string{"open", "Shops"}, "", 3, []string{`there is no profile "Shops"`, "`valise list`"}},
		{"an unknown snapshot", nil, []string{"open", "Shop", "--at", "ffffffff"}, "", 3, []string{`there is no snapshot "ffffffff"`, "`valise history"}},
		{"no session to stop", nil, []string{"stop", "Shop"}, "", 3, []string{`there is no session of "Shop"`}},
		{"a name that is taken", nil, []string{"new", "SHOP", "--headless"}, "", 1, []string{`a profile named "SHOP" exists already`}},
		{"an unknown verb", nil, []string{"opne", "Shop"}, "", 2, []string{`did you mean "open"`}},
		{"an unknown flag", nil, []string{"open", "Shop", "--colour"}, "", 2, []string{"--colour"}},
		{"a contradiction", nil, []string{"open", "Shop", "--throwaway", "--save-as", "Other"}, "", 2, []string{"contradict each other"}},
		{"a vault without a place", nil, []string{"sync"}, "", 1, []string{"kept on this computer only", "`valise vault connect`"}},
	} {
		t.Run(p.name, func(t *testing.T) {
			c := c.in(t)
			profiles, history := c.profiles(), c.history("Shop")
			a := c.with(p.env...).valiseReading(p.stdin, p.args...)
			refused(t, a, p.code, p.says...)
			for _, secret := range []string{server.SecretKey, code} {
				if strings.Contains(a.err, strings.TrimSpace(secret)) {
					t.Error("the message has a secret")
				}
			}
			if now := c.profiles(); !reflect.DeepEqual(now, profiles) {
				t.Errorf("the profiles are %+v, were %+v", now, profiles)
			}
			if now := c.history("Shop"); !reflect.DeepEqual(now, history) {
				t.Errorf("the history is %+v, was %+v", now, history)
			}
			c.leavesNothing()
		})
	}

	if os.Geteuid() == 0 {
		t.Run("root without --no-sandbox", func(t *testing.T) {
			refused(t, c.in(t).with("VALISE_CHROMIUM_ARGS=").valise("open", "Shop", "--headless"), 1,
				"a browser does not run as root with its sandbox on", "VALISE_CHROMIUM_ARGS=--no-sandbox")
		})
	}
	if who := c.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("after all that it is logged in as %q", who)
	}
	c.does("vault", "check")
}

// A first start that fails for want of a keyring leaves no vault without a key behind, and a key file is a way out.
func TestTheFirstStartWithoutAKeyring(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	without := c.with("DBUS_SESSION_BUS_ADDRESS=")
	refused(t, without.valise("new", "Shop", "--headless"), 1, "this computer offers no keyring", "VALISE_KEY_FILE")
	if left := files(t, c.home, "vaults", "*"); len(left) > 0 {
		t.Errorf("it has left %v", left)
	}

	key := filepath.Join(c.dir, "key")
	withFile := without.with("VALISE_KEY_FILE=" + key)
	withFile.logIn(site, "ada", "new", "Shop")
	if who := withFile.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("with a key file it is logged in as %q", who)
	}
	info, err := os.Stat(key)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("the key file has the mode %v", info.Mode())
	}

	// With the keyring back, the recovery code moves the key there.
	refused(t, c.valise("list"), 1, "the key of this vault is not in the keyring")
	c.well(c.valiseReading(withFile.recoveryCode(), "vault", "join"))
	if who := c.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("with the keyring it is logged in as %q", who)
	}
}

// lockedKeyring is the bus of a keyring that nobody is there to unlock.
func lockedKeyring(t *testing.T) (bus string) {
	t.Helper()
	bus = testenv.Bus(t)
	testenv.KeyringOn(t, bus)
	testenv.LockKeyring(t, bus)
	return bus
}
