package crypto

import "valise/problem"

// What can go wrong with a key and with what it seals. Each carries the next step; see problem.NextStep.
var (
	ErrNoKeyring = problem.New("this computer offers no keyring",
		"Install and start one (GNOME Keyring, KWallet, KeePassXC), or set VALISE_KEY_FILE to a file that only you can read.")
	ErrKeyringLocked = problem.New("the keyring is locked",
		"Unlock it (logging in does, or the program “Passwords and Keys”), then try again.")
	ErrNoSuchKey = problem.New("the key of this vault is not in the keyring",
		"Enter its recovery code: “Use an existing vault” in the window, or `valise vault join`.")
	ErrKeyFileExposed = problem.New("others can read the key file",
		"Take their rights away: chmod 600 on the file that VALISE_KEY_FILE names.")
	ErrKeyFileDamaged = problem.New("the key file is damaged, or not one of Valise's",
		"Put a copy of it back; or move it away and enter the recovery code. VALISE_KEY_FILE names it.")
	ErrKeyDamaged = problem.New("what is kept as the key of this vault is not a key",
		"Enter its recovery code: “Use an existing vault” in the window, or `valise vault join`.")
	ErrWrongKey = problem.New("this was sealed under another key",
		"Check that the recovery code belongs to this vault.")
	ErrDamaged = problem.New("the data is damaged",
		"Open an earlier snapshot, or fetch the object again: `valise vault check` says what is affected.")
	ErrNewerFormat = problem.New("this was made by a newer Valise",
		"Update Valise on this computer.")
)
