//go:build !linux

package browser

import "context"

// checkKeys has nothing to check here: what a profile is encrypted with is bound to the directory it was made in (macOS: the mock
// keychain; Windows: the key in its Local State).
func checkKeys(context.Context, string) error { return nil }
