package browser

// restoreSettings bring back tabs and session-only cookies. The flag --restore-last-session alone does not keep those cookies
// when the person closes the last window.
var restoreSettings = []setting{{"session", "restore_on_startup", `1`}}
