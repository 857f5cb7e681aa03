package snapshot

// allowedHere says whether this computer can hold a file at path.
func allowedHere(path string) bool { return allowedOnWindows(path) }
