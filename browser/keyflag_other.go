//go:build !darwin

package browser

// keyFlag keeps Chromium's own encryption of cookies and passwords constant, so that a profile opens anywhere: what protects it
// is the sealed snapshot. With a keyring Chromium would write values that no other computer reads. Windows ignores it.
const keyFlag = "--password-store=basic"
