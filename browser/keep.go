package browser

import (
	"slices"
	"strings"
)

// Keep says whether an entry of a user data directory belongs in a snapshot. path is relative to it, with slashes. What the tables
// below do not name is kept: a newer browser may put anything anywhere. A directory that is left out is left out whole.
//
// Measured with Chromium 156: a profile cut down by these rules came back with every cookie, storage, password, tab and service
// worker. Not to be taken for caches: "Service Worker/ScriptCache" (without it the registration is gone), "Service
// Worker/CacheStorage" (the Cache API), "File System", "WebStorage", "Session Storage", "DIPS", "Favicons", "TransportSecurity".
func Keep(name string, dir bool) bool {
	parts := strings.Split(name, "/")
	if leftOutAtTop.include(parts[0]) {
		return false
	}
	if isProfile(parts[0]) && leftOutOfProfile(parts[1:]) {
		return false
	}
	return dir || !processBound(parts)
}

// isProfile says whether a directory of a user data directory is one person's profile.
func isProfile(name string) bool {
	return name == "Default" || name == "Guest Profile" || name == "System Profile" || strings.HasPrefix(name, "Profile ")
}

// leftOutOfProfile looks at a path within a profile.
func leftOutOfProfile(parts []string) bool {
	switch {
	case len(parts) == 0:
		return false
	case parts[0] == "Network":
		parts = parts[1:] // where newer browsers keep the files of the network process
	case len(parts) > 4 && parts[0] == "Storage" && parts[1] == "ext":
		parts = parts[4:] // Storage/ext/<id>/<partition>: the profile of an app
	}
	return len(parts) > 0 && leftOutInProfile.include(parts[0])
}

// processBound are the files that a running process makes for itself. Files of an extension are never such: it is checked whether
// they are complete.
func processBound(parts []string) bool {
	if len(parts) > 1 && parts[1] == "Extensions" {
		return false
	}
	base := parts[len(parts)-1]
	return base == "LOCK" || base == "LOG" || base == "LOG.old" || strings.HasSuffix(base, ".tmp")
}

// names are names of entries; a star in one stands for any text.
type names struct {
	exact   map[string]bool
	starred []starred
}

// starred is what comes before and after the star.
type starred struct{ begin, end string }

func namesOf(all ...string) names {
	n := names{exact: map[string]bool{}}
	for _, name := range all {
		if begin, end, ok := strings.Cut(name, "*"); ok {
			n.starred = append(n.starred, starred{begin, end})
		} else {
			n.exact[name] = true
		}
	}
	return n
}

func (n names) include(name string) bool {
	return n.exact[name] || slices.ContainsFunc(n.starred, func(s starred) bool {
		return len(name) >= len(s.begin)+len(s.end) && strings.HasPrefix(name, s.begin) && strings.HasSuffix(name, s.end)
	})
}

// leftOutAtTop are names directly in the user data directory.
var leftOutAtTop = namesOf(
	// of the process that runs
	"Singleton*", "DevToolsActivePort", "RunningChromeVersion", "lockfile",
	// caches of the graphics
	"GPUPersistentCache", "GrShaderCache", "ShaderCache", "GraphiteDawn*", "Dawn*",
	// crashes and measurements
	"Crashpad", "Crash Reports", "BrowserMetrics*", "*.pma", "segmentation_platform",
	// components and models, which the browser fetches again
	"component_crx_cache", "extensions_crx_cache", "Safe Browsing", "CertificateRevocation", "FileTypePolicies",
	"MEIPreload", "OnDeviceHeadSuggestModel", "OptGuideOnDeviceModel", "OptimizationGuideModelsManifest",
	"OptimizationHints", "optimization_guide_*", "OriginTrials", "PKIMetadata", "RecoveryImproved", "SODA*",
	"SSLErrorAssistant", "Subresource Filter", "TranslateKit", "TrustTokenKeyCommitments", "WasmTtsEngine",
	"WidevineCdm", "ZxcvbnData", "hyphen-data", "screen_ai",
)

// leftOutInProfile are names directly in a profile.
var leftOutInProfile = namesOf(
	// caches of pages, scripts and graphics
	"Cache", "Code Cache", "Media Cache", "GPUCache", "Dawn*", "GraphiteDawn*", "GrShaderCache", "ShaderCache",
	"Shared Dictionary", "blob_storage",
	// downloads under way, whose files are elsewhere
	"Download Service",
	// what the browser has learnt to be faster or to advise; it learns it again
	"Network Action Predictor*", "Network Persistent State", "Reporting and NEL*", "SCT Auditing Pending Reports",
	"ServerCertificate*", "Trust Tokens*", "Site Characteristics Database", "Feature Engagement Tracker",
	"Affiliation Database*", "AutofillAiModelCache", "PersistentOriginTrials", "Segmentation Platform",
	"Top Sites*", "heavy_ad_intervention_opt_out.db*", "declarative_performance_observer.db*",
	"optimization_guide_*", "shared_proto_db",
	// shopping
	"chrome_cart_db", "commerce_subscription_db", "discount*_db", "parcel_tracking_db",
	// a text that says what the directory is
	"README",
)
