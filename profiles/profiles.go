// Package profiles is what Valise is about: profiles, the sessions that load and save them, their history and their
// trash, in one vault. It knows no screen, no HTTP and no S3; the window, the commands and the engine call the same
// few methods of Library and hear the same events.
//
// It promises that
//   - a saving never harms the last good one: a snapshot counts when it is whole, and none is ever changed;
//   - a profile is open for saving only once on this computer, whichever process opened it;
//   - what a crash left behind is found at the next start and saved as a snapshot marked recovered;
//   - nothing of a profile stays in plain on this computer when its session is over.
//
// Start reading with Library (library.go), then How (how.go), Session (session.go) and the way back, finish (closing.go).
// What the vault has of a profile is a shelf (shelf.go); other processes are peers (peers.go).
package profiles
