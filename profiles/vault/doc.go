// Package vault keeps sealed objects: in a folder, in an S3 bucket, and on this computer with an outbox between them.
// It sees ciphertext, sizes, times and random ids; never a key, never what an object holds.
//
// It promises:
//   - An object is there whole or not at all, and is never replaced.
//   - What was committed on this computer stays on this computer, whatever becomes of the remote place.
//   - What the remote place does not have yet is known exactly, after a crash and between processes too.
//   - Nothing that arrives is shown before it looks like the object that its name says.
//
// The layout is the same everywhere, so that a vault can be moved with any copy tool:
//
//	vault.json                               what the vault says of itself, in plain (Description)
//	profiles/<profile>/<snapshot>.valise     a snapshot
//	profiles/<profile>/card-<uuid>           a card
//	profiles/<profile>/gone-<uuid>           a list of snapshots that were pruned
//	news/<uuid>                              at the remote place only: what is about to be sent or removed (news.go)
//	devices/<device>                         at the remote place only: who uses the vault (Slot)
//	leases/<profile>                         at the remote place only: who has the profile open (Slot)
//	passphrase                               the vault's key under a passphrase, if there is one (Slot)
//
// Names that begin with a dot belong to one place alone: objects on their way in (.partial) and what is known about the
// remote place (.sync). Whatever else lies there is left alone.
//
// An object goes only when a list says so that this vault's key has sealed (Graves): what a remote place no longer shows is
// never taken for removed.
//
// Start reading at Store (store.go), which Folder and S3 implement, then Vault (vault.go), outbox.go and sync.go.
package vault
