package crypto

import "time"

const osKeyringName = "the Windows credential manager"

func osPatience() time.Duration { return patienceWithScreen }

// osKeyringReachable has nothing to look for: the Credential Manager is part of the system.
func osKeyringReachable() error { return nil }

// explain: the Credential Manager is unlocked whenever its user is logged in, so what fails is not there.
func explain(err error) error { return ErrNoKeyring.Because(err) }
