package crypto

import (
	"errors"
	"os/exec"
	"time"
)

const osKeyringName = "the keychain"

func osPatience() time.Duration { return patienceWithScreen }

// osKeyringReachable has nothing to look for: the keychain is part of the system.
func osKeyringReachable() error { return nil }

// explain reads the exit status of /usr/bin/security, which go-keyring runs: the last eight bits of the OSStatus.
func explain(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		switch exit.ExitCode() {
		case 36, 51, 128: // errSecInteractionNotAllowed -25308, errSecAuthFailed -25293, userCanceledErr -128
			return ErrKeyringLocked
		case 44: // errSecItemNotFound -25300, whose text go-keyring knows in English only
			return ErrNoSuchKey
		}
	}
	return ErrNoKeyring.Because(err)
}
