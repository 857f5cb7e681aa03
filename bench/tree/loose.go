package tree

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
)

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// caches are what a browser makes anew: Valise leaves most of it out, but not what sites cache for themselves.
func (m *maker) caches(context.Context) error {
	for i := range 6 {
		site := fmt.Sprintf("Default/Service Worker/CacheStorage/%s", m.hex(20))
		if err := m.put(site+"/index.txt", []byte(m.url())); err != nil {
			return err
		}
		cache := site + "/" + m.hex(16)
		for name, size := range map[string]int{"index": 24, "index-dir/the-real-index": 700} {
			if err := m.put(cache+"/"+name, bytes.Repeat([]byte{byte(i)}, size)); err != nil {
				return err
			}
		}
		if err := m.putAll(m.times(28), func(int) (string, []byte) {
			head := fmt.Appendf(nil, "0\r\n%s\nHTTP/1.1 200\ncontent-type: text/javascript\netag: %q\n", m.url(), m.hex(16))
			n := m.about(42_000, 1.1)
			if m.IntN(20) < 13 {
				return cache + "/" + m.hex(8) + "_0", append(append(head, m.noise(n)...), m.noise(24)...)
			}
			return cache + "/" + m.hex(8) + "_0", append(append(head, m.slice(n)...), m.noise(24)...)
		}); err != nil {
			return err
		}
	}
	if err := m.putAll(m.times(40), func(int) (string, []byte) {
		return "Default/Service Worker/ScriptCache/" + m.hex(8) + "_0", append([]byte(m.url()), m.slice(m.about(36_000, .8))...)
	}); err != nil {
		return err
	}
	if err := m.compile(m.times(170)); err != nil {
		return err
	}
	if err := m.putAll(8, func(int) (string, []byte) {
		return "Default/Code Cache/wasm/" + m.hex(8) + "_0", m.noise(m.times(m.about(60_000, .5)))
	}); err != nil {
		return err
	}
	if err := m.put("Default/Code Cache/js/index-dir/the-real-index", m.noise(m.times(170)*24)); err != nil {
		return err
	}
	for _, cache := range []string{"GPUCache", "DawnWebGPUCache", "DawnGraphiteCache"} {
		for i, size := range []int{261_400, 8_192, 270_336, 8_192, 8_192} {
			name := fmt.Sprintf("Default/%s/data_%d", cache, i-1)
			if i == 0 {
				name = "Default/" + cache + "/index"
			}
			if err := m.put(name, append(m.noise(size/50), make([]byte, size-size/50)...)); err != nil {
				return err
			}
		}
	}
	for i, list := range []string{"UrlMalware", "UrlSoceng", "UrlUws", "UrlMalBin", "UrlCsdDownloadAllowlist", "IpMalware", "UrlHighConfidenceAllowlist"} {
		size := []int{700, 1200, 100, 300, 100, 300, 700}[i] * 1000
		if err := m.put(fmt.Sprintf("Safe Browsing/%s.store.4_%d", list, epoch.UnixMilli()), m.noise(m.times(size))); err != nil {
			return err
		}
	}
	if err := m.put("ZxcvbnData/3/passwords.txt", []byte(m.text(m.times(45_000)))); err != nil {
		return err
	}
	return m.put("hyphen-data/141/hyph-de.hyb", append(m.noise(m.times(120_000)), m.text(m.times(9_000))...))
}

// compile puts n scripts into the cache of compiled ones.
func (m *maker) compile(n int) error {
	return m.putAll(n, func(int) (string, []byte) {
		content := binary.LittleEndian.AppendUint64(nil, 0xfcfb6d1ba7725c30)
		content = append(append(content, m.url()...), m.noise(32)...)
		for end := m.about(20_000, 1); len(content) < end; {
			content = append(append(content, m.binary(2600, .55)...), m.slice(700)...)
		}
		return "Default/Code Cache/js/" + m.hex(8) + "_0", content
	})
}

func (m *maker) fillCaches(context.Context) error { return m.compile(6) }

// loose are the files that stand alone: settings, bookmarks, open tabs.
func (m *maker) loose(context.Context) error {
	settings := func(sites int) map[string]any {
		exceptions := map[string]any{}
		for _, kind := range []string{"site_engagement", "media_engagement", "cookie_controls_metadata", "client_hints"} {
			of := map[string]any{}
			for range sites {
				of["https://"+m.host()+":443,*"] = m.engagement()
			}
			exceptions[kind] = of
		}
		plugins := map[string]any{}
		for range 12 {
			plugins[m.name()] = map[string]any{"active_permissions": m.text(6), "manifest": map[string]any{"description": m.text(20), "key": m.token(390)}}
		}
		return map[string]any{
			"profile":     map[string]any{"exit_type": "Normal", "content_settings": map[string]any{"exceptions": exceptions}},
			"extensions":  map[string]any{"settings": plugins},
			"zerosuggest": map[string]any{"cachedresults": string(m.record(9000))},
			"protection":  map[string]any{"super_mac": m.hex(32)},
		}
	}
	marks := make([]any, m.times(900))
	for i := range marks {
		marks[i] = map[string]any{"date_added": fmt.Sprint(m.moment()), "guid": m.hex(16), "id": fmt.Sprint(i), "name": m.title(), "type": "url", "url": m.url()}
	}
	bookmarks := map[string]any{"checksum": m.hex(16), "roots": map[string]any{"bookmark_bar": map[string]any{"children": marks}}}
	secure := make([]any, m.times(700))
	for i := range secure {
		secure[i] = map[string]any{"expiry": m.Float64() * 1e7, "host": m.token(32), "mode": "force-https", "sts_observed": m.Float64() * 1e7}
	}
	servers := make([]any, m.times(600))
	for i := range servers {
		servers[i] = m.server()
	}
	for _, f := range []struct {
		name    string
		content any
	}{
		{"Default/Preferences", settings(m.times(260))},
		{"Default/Secure Preferences", settings(m.times(10))},
		{"Local State", map[string]any{"variations_compressed_seed": m.token(52_000), "os_crypt": m.token(300), "stats_buildtime": 0}},
		{"Default/Bookmarks", bookmarks},
		{"Default/Bookmarks.bak", bookmarks},
		{"Default/TransportSecurity", map[string]any{"sts": secure, "version": 2}},
		{"Default/Network Persistent State", map[string]any{"servers": servers}},
	} {
		if err := m.putJSON(f.name, f.content); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{
		{"Default/Google Profile.ico", m.noise(180_000)},
		{"Default/README", []byte(m.text(30))},
		{"Default/Visited Links", append(append(m.noise(4096), make([]byte, 90_000)...), m.noise(40_000)...)},
		{"First Run", nil},
		{"Last Version", []byte("141.0.7390.54")},
	} {
		if err := m.put(f.name, f.content); err != nil {
			return err
		}
	}
	for i := range 2 {
		if err := m.tabs("Session", i, m.times(900)); err != nil {
			return err
		}
		if err := m.tabs("Tabs", i, m.times(700)); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) engagement() map[string]any {
	return map[string]any{"expiration": "0", "last_modified": fmt.Sprint(m.moment()), "setting": map[string]any{
		"lastEngagementTime": float64(m.moment()), "pointsAddedToday": m.Float64() * 15, "rawScore": m.Float64() * 100}}
}

func (m *maker) server() map[string]any {
	return map[string]any{"alternative_service": map[string]any{"advertised_alpns": []string{"h3"}, "expiration": fmt.Sprint(m.moment()), "port": 443},
		"anonymization": m.token(30), "server": "https://" + m.host()}
}

func (m *maker) putJSON(name string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return m.put(name, content)
}

// tabs writes what Chromium remembers of n steps in tabs: addresses, titles, and the state of pages.
func (m *maker) tabs(kind string, number, n int) error {
	content := []byte("SNSS\x03\x00\x00\x00")
	for range n {
		address, title := []byte(m.url()), wide([]byte(m.title()))
		state := append(wide([]byte(m.text(4+m.IntN(36)))), m.noise(40)...)
		body := append([]byte{6}, m.noise(4)...)
		for _, piece := range [][]byte{address, title, state} {
			body = append(binary.LittleEndian.AppendUint32(body, uint32(len(piece))), piece...)
		}
		content = append(binary.LittleEndian.AppendUint16(content, uint16(len(body))), body...)
	}
	return m.put(fmt.Sprintf("Default/Sessions/%s_%d%09d%06d", kind, 13404+min(1, m.session), m.session*10+number, m.IntN(1e6)), content)
}

// touchLoose is what a session changes in them.
func (m *maker) touchLoose(context.Context) error {
	if err := m.editJSON("Default/Preferences", func(all map[string]any) {
		all["zerosuggest"] = map[string]any{"cachedresults": string(m.record(9000))}
		sites := all["profile"].(map[string]any)["content_settings"].(map[string]any)["exceptions"].(map[string]any)["site_engagement"].(map[string]any)
		for range 30 {
			sites["https://"+m.host()+":443,*"] = m.engagement()
		}
	}); err != nil {
		return err
	}
	if err := m.editJSON("Default/Secure Preferences", func(all map[string]any) {
		all["protection"] = map[string]any{"super_mac": m.hex(32)}
	}); err != nil {
		return err
	}
	if err := m.editJSON("Local State", func(all map[string]any) { all["stats_buildtime"] = m.session }); err != nil {
		return err
	}
	if err := m.editJSON("Default/TransportSecurity", func(all map[string]any) {
		list := all["sts"].([]any)
		for range 25 {
			list[m.IntN(len(list))].(map[string]any)["expiry"] = m.Float64() * 1e7
		}
	}); err != nil {
		return err
	}
	if err := m.editJSON("Default/Network Persistent State", func(all map[string]any) {
		list := all["servers"].([]any)
		for range 25 {
			list[m.IntN(len(list))] = m.server()
		}
	}); err != nil {
		return err
	}
	for _, f := range []struct {
		kind string
		n    int
	}{{"Session", 250}, {"Tabs", 120}} {
		old, err := m.oldest("Default/Sessions/" + f.kind + "_*")
		if err != nil {
			return err
		}
		if err := os.Remove(old); err != nil {
			return err
		}
		if err := m.tabs(f.kind, 0, f.n); err != nil {
			return err
		}
	}
	links, err := os.ReadFile(m.path("Default/Visited Links"))
	if err != nil {
		return err
	}
	for range 60 {
		copy(links[m.IntN(len(links)-8):], m.noise(8))
	}
	if err := m.put("Default/Visited Links", links); err != nil {
		return err
	}
	index, err := os.ReadFile(m.path("Default/Code Cache/js/index-dir/the-real-index"))
	if err != nil {
		return err
	}
	return m.put("Default/Code Cache/js/index-dir/the-real-index", append(index, m.noise(6*24)...))
}

// editJSON changes a file of settings. Go writes maps in the order of their keys, so that what stays, stays in place.
func (m *maker) editJSON(name string, edit func(map[string]any)) error {
	content, err := os.ReadFile(m.path(name))
	if err != nil {
		return err
	}
	var all map[string]any
	if err := json.Unmarshal(content, &all); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	edit(all)
	return m.putJSON(name, all)
}
