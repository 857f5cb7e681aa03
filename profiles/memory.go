package profiles

import (
	"math"
	"runtime/debug"
)

// softMemory is when Go begins to look for garbage more often than it would by itself, in bytes. A very large profile (2 GiB
// in 50,000 files) is saved with 60 to 80 MB that are really in use, of which Go would otherwise let become twice as much.
// Ordinary profiles stay far below.
const softMemory = 84 << 20

// LimitMemory keeps the memory of a program that saves and restores profiles within bounds, unless GOMEMLIMIT says
// otherwise.
func LimitMemory() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(softMemory)
	}
}
