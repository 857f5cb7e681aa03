// Package crypto has the vault's key, and seals and opens what a vault stores.
//
// It promises that nobody without the key learns more of a sealed object than its size and its header, or changes
// anything unnoticed; that a wrong key, damaged data and a newer format are told apart; and that the key is kept in the
// keyring (or the key file that was asked for) and, as a recovery code, by the person, and nowhere else. It cannot notice
// an object that is missing or was put back from earlier: that is for those who know what should be there.
//
// How the keys hang together (all by HKDF-SHA256):
//
//	vault key        32 random bytes; kept in the keyring, printed as a recovery code
//	├ key id         names the vault key in vault.json and in every header
//	└ salt           32 random bytes of an object's header; with it
//	  ├ commitment   in the header: fits one vault key only
//	  └ object key   AES-256-GCM; the number of a part is its nonce, the header's digest its associated data
//
// A Slot holds such a key sealed under a passphrase: what leaves the vault as a file has a key of its own, and a slot.
//
// Start reading with Key in key.go and Object in seal.go; then RecoveryCode, Slot, Keyring and LoadKey. The vectors in
// testdata/vectors.json fix all of it for other implementations.
package crypto
