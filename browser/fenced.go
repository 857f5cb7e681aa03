package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"

	"valise/problem"
)

// A fenced session is driven by somebody who is not at this computer. It shows neither files of the computer nor pages of the browser
// itself, whoever asks for them and how: a start address, a tab that comes back, DevTools, a page, an extension, the history.
//
// What holds that tight is a policy of the browser, since that is looked at for each navigation of each frame, in the browser's own
// process, before the first tab is there. Policies are for a whole computer and belong to its administrator; but a build without a channel, such as Chromium
// of a distribution, takes those of one start from its "Local State" (local_test_policies_for_next_startup, by which
// chrome://policy/test tries policies out), and forgets them there. Commands of DevTools do not do: they are given to a tab after it
// is there, and there are pages and frames that they do not reach. Whether it holds is asked after each start, and a browser in which it does not is closed.

// ErrNotFenced: this browser takes no policy from us.
var ErrNotFenced = problem.New("this browser cannot be closed off for people elsewhere",
	"Use Chromium as a distribution builds it; Chrome, Edge and Brave take no policies from a program.")

// closedAddresses are closed to a fenced session. view-source: counts as what it shows.
var closedAddresses = []string{
	"file://*", "chrome://*", "chrome-untrusted://*", "devtools://*", "chrome-search://*", "filesystem://*", "externalfile://*",
}

// policy is one entry of local_test_policies_for_next_startup.
type policy struct {
	Level  int    `json:"level"`  // 1: mandatory
	Scope  int    `json:"scope"`  // 1: of the machine
	Source int    `json:"source"` // 5: of the platform
	Name   string `json:"name"`
	Value  any    `json:"value"`
}

// policies are those of a fenced session.
func (s Surroundings) policies() []policy {
	values := map[string]any{
		"URLBlocklist": closedAddresses,
		// what would let a person pick a file of this computer, or let a page at a device of it
		"AllowFileSelectionDialogs":          false,
		"DefaultFileSystemReadGuardSetting":  2,
		"DefaultFileSystemWriteGuardSetting": 2,
		"AudioCaptureAllowed":                false,
		"VideoCaptureAllowed":                false,
		"ScreenCaptureAllowed":               false,
		"DefaultWebUsbGuardSetting":          2,
		"DefaultWebHidGuardSetting":          2,
		"DefaultSerialGuardSetting":          2,
		"DefaultWebBluetoothGuardSetting":    2,
		"DefaultSensorsSetting":              2,
		"PrintingEnabled":                    false,
		// what would let an extension at them, or past the proxy
		"ExtensionSettings": map[string]any{"*": map[string]any{
			"blocked_permissions": []string{"proxy", "debugger", "nativeMessaging"},
		}},
		"NativeMessagingBlocklist": []string{"*"},
		"QuicAllowed":              false,
		"WebRtcIPHandling":         "disable_non_proxied_udp",
	}
	if s.Proxy != "" {
		values["ProxySettings"] = map[string]any{
			"ProxyMode": "fixed_servers", "ProxyServer": s.proxyServer(), "ProxyBypassList": everythingByProxy}
	}
	var all []policy
	for name, value := range values {
		all = append(all, policy{Level: 1, Scope: 1, Source: 5, Name: name, Value: value})
	}
	return all
}

func (s Surroundings) proxyServer() string { return "http://" + s.Proxy }

// everythingByProxy takes away what Chromium sends past any proxy otherwise: what is on this computer.
const everythingByProxy = "<-loopback>"

// proxyFlags leave a session no other way than its proxy: UDP has none, and names are not resolved here.
func (s Surroundings) proxyFlags() []string {
	if s.Proxy == "" {
		return nil
	}
	return []string{
		"--proxy-server=" + s.proxyServer(),
		"--proxy-bypass-list=" + everythingByProxy,
		"--disable-quic",
		"--webrtc-ip-handling-policy=disable_non_proxied_udp",
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp", // as other builds call it
		"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
	}
}

// policiesKey is where Chromium looks for the policies of one start.
const policiesKey = "local_test_policies_for_next_startup"

// seedPolicies writes the policies of the next start into the "Local State" of a user data directory, or takes away those of a start that never came about.
func seedPolicies(userDataDir string, s Surroundings) error {
	file := filepath.Join(userDataDir, "Local State")
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	root := map[string]json.RawMessage{}
	if len(before) > 0 && json.Unmarshal(before, &root) != nil {
		if !s.Fenced {
			return nil // damaged: Chromium sets it aside and starts with a fresh one
		}
		root = map[string]json.RawMessage{}
	}
	if _, there := root[policiesKey]; !there && !s.Fenced {
		return nil
	}
	delete(root, policiesKey)
	if s.Fenced {
		list, err := plainJSON(s.policies())
		if err != nil {
			return err
		}
		if root[policiesKey], err = plainJSON(string(list)); err != nil {
			return err
		}
	}
	after, err := plainJSON(root)
	if err != nil {
		return err
	}
	return replaceFile(file, after)
}

// checkFence asks a tab, which shows nothing that anybody misses, for what must be closed to it.
func (p *Process) checkFence(ctx context.Context, tab target.ID) error {
	in, err := p.aside(ctx, tab)
	if err != nil {
		return err
	}
	defer in.leave()
	answer, err := cdp.Call(ctx, in, page.Navigate, page.NavigateParams{URL: "file:///"})
	if err != nil {
		return fmt.Errorf("asking whether files are closed: %w", err)
	}
	if answer.ErrorText != "net::ERR_BLOCKED_BY_ADMINISTRATOR" {
		return ErrNotFenced
	}
	return nil
}
