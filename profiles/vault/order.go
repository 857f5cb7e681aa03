package vault

import (
	"bytes"
	"cmp"
	"slices"
)

// inOrder says in which order to move objects: cards first, for they are small and name the profiles; then, by turns so
// that neither waits for the other, the snapshots to send, oldest first, so that the remote place never holds one for
// long whose ancestors it lacks, and those to fetch, newest first, since those are what is opened. (Ids are UUIDs of
// version 7, which begin with the time.)
func inOrder(send, fetch []Info) []move {
	byAge := func(a, b Info) int {
		_, kindA, idA, _ := ParseName(a.Name)
		_, kindB, idB, _ := ParseName(b.Name)
		return cmp.Or(cmp.Compare(kindB, kindA), bytes.Compare(idA[:], idB[:])) // cards before snapshots
	}
	slices.SortFunc(send, byAge)
	slices.SortFunc(fetch, func(a, b Info) int {
		_, kindA, _, _ := ParseName(a.Name)
		_, kindB, _, _ := ParseName(b.Name)
		if kindA != kindB {
			return byAge(a, b)
		}
		return byAge(b, a)
	})
	moves := make([]move, 0, len(send)+len(fetch))
	for len(send)+len(fetch) > 0 {
		if len(send) > 0 {
			moves, send = append(moves, move{sending, send[0]}), send[1:]
		}
		if len(fetch) > 0 {
			moves, fetch = append(moves, move{fetching, fetch[0]}), fetch[1:]
		}
	}
	return moves
}
