package browser

import "testing"

func TestKeepKeepsWhatAPersonOrASiteCouldMiss(t *testing.T) {
	for _, path := range []string{
		"Local State",
		"Last Version",
		"First Run",
		"Default/Preferences",
		"Default/Secure Preferences",
		"Default/Cookies",
		"Default/Cookies-journal",
		"Default/Network/Cookies",
		"Default/Network/TransportSecurity",
		"Default/Login Data",
		"Default/Login Data For Account",
		"Default/History",
		"Default/Bookmarks",
		"Default/EncryptedBookmarks2",
		"Default/Favicons",
		"Default/Shortcuts",
		"Default/Web Data",
		"Default/TransportSecurity",
		"Default/DIPS",
		"Default/DIPS-wal",
		"Default/Sessions/Session_13439889841060400",
		"Default/Sessions_Encrypted/Session_13439889841060400",
		"Default/Session Storage/000003.log",
		"Default/Local Storage/leveldb/CURRENT",
		"Default/IndexedDB/https_example.org_0.indexeddb.leveldb/000003.log",
		"Default/IndexedDB/https_example.org_0.indexeddb.blob/1/00/3",
		"Default/Service Worker/ScriptCache/index",
		"Default/Service Worker/CacheStorage/0f/index.txt",
		"Default/Service Worker/Database/MANIFEST-000001",
		"Default/File System/000/t/00/00000000",
		"Default/WebStorage/QuotaManager",
		"Default/WebStorage/1/CacheStorage/index.txt",
		"Default/Extensions/abcdefghijklmnopabcdefghijklmnop/1.0_0/LOG",
		"Default/Extensions/abcdefghijklmnopabcdefghijklmnop/1.0_0/Cache/a.tmp",
		"Default/Extension State/CURRENT",
		"Default/Local Extension Settings/abcdefghijklmnopabcdefghijklmnop/000003.log",
		"Default/Storage/ext/abcdefghijklmnopabcdefghijklmnop/def/Cookies",
		"Profile 1/Cookies",
		"External Extensions/abcdefghijklmnopabcdefghijklmnop.json",
		"Something New/from a later browser",
		"Profilers/Cache", // not a profile
		"Cache/of nobody knows what",
	} {
		if !Keep(path, false) {
			t.Errorf("%s is left out", path)
		}
	}
	for _, dir := range []string{"Default", "Default/Sessions", "Default/Service Worker", "Default/Network", "Profile 2", "Default/Storage/ext"} {
		if !Keep(dir, true) {
			t.Errorf("%s is left out", dir)
		}
	}
}

func TestKeepLeavesOutWhatTheBrowserMakesAgain(t *testing.T) {
	for _, path := range []string{
		"SingletonLock",
		"SingletonSocket",
		"SingletonCookie",
		"DevToolsActivePort",
		"RunningChromeVersion",
		"lockfile",
		"BrowserMetrics-spare.pma",
		"BrowserMetrics/BrowserMetrics-1.pma",
		"Crashpad/settings.dat",
		"Crash Reports/pending/a.dmp",
		"GPUPersistentCache/db",
		"GrShaderCache/data_0",
		"ShaderCache/index",
		"GraphiteDawnCache/data_1",
		"Safe Browsing/UrlSoceng.store",
		"component_crx_cache/a",
		"extensions_crx_cache/a",
		"optimization_guide_model_store/1/model.tflite",
		"SODALanguagePacks/a",
		"hyphen-data/1/hyph-de.hyb",
		"segmentation_platform/ukm_db",
		"Subresource Filter/Unindexed Rules/1/a",
		"Default/Cache/Cache_Data/data_0",
		"Default/Code Cache/js/index",
		"Default/GPUCache/data_0",
		"Default/DawnWebGPUCache/data_0",
		"Default/Shared Dictionary/cache/index",
		"Default/blob_storage/a/0",
		"Default/Download Service/EntryDB/CURRENT",
		"Default/Network Action Predictor",
		"Default/Network Action Predictor-journal",
		"Default/Network/Network Persistent State",
		"Default/Network/Reporting and NEL",
		"Default/Trust Tokens",
		"Default/Top Sites",
		"Default/Affiliation Database-journal",
		"Default/Site Characteristics Database/000003.log",
		"Default/shared_proto_db/metadata/CURRENT",
		"Default/discounts_db/CURRENT",
		"Default/README",
		"Default/Local Storage/leveldb/LOCK",
		"Default/Local Storage/leveldb/LOG",
		"Default/Session Storage/LOG.old",
		"Default/Preferences.123.tmp",
		"Default/Storage/ext/abcdefghijklmnopabcdefghijklmnop/def/Code Cache/js/index",
		"Profile 3/Cache/Cache_Data/data_0",
		"Guest Profile/GPUCache/index",
	} {
		if Keep(path, false) {
			t.Errorf("%s is kept", path)
		}
	}
	for _, dir := range []string{"Default/Cache", "GrShaderCache", "Default/Network/Trust Tokens", "Profile 2/Code Cache"} {
		if Keep(dir, true) {
			t.Errorf("%s is kept", dir)
		}
	}
}
