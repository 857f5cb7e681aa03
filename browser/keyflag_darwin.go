package browser

// keyFlag keeps Chromium's own encryption of cookies and passwords constant, so that a profile opens anywhere: what protects it
// is the sealed snapshot. The flag must never meet a directory that was made without it.
const keyFlag = "--use-mock-keychain"
