package vault

import "valise/problem"

// What can go wrong with a place. Each carries the next step; see problem.NextStep.
var (
	ErrNotFound = problem.New("there is no such object in the vault",
		"Sync on the computer that made it, then here.")
	ErrExists = problem.New("an object of this name is there already",
		"Nothing was overwritten. Choose another place, or use the vault that is there.")
	ErrBadName = problem.New("this is no proper name for an object",
		"Update Valise on this computer.")
	ErrBadLocation = problem.New("this names no place for a vault",
		"Give s3://BUCKET/PREFIX, or the full path of a folder.")

	ErrUnreachable = problem.New("the place cannot be reached",
		"Check the network, or that the drive is connected. What waits here is sent as soon as it answers.")
	ErrWrongEndpoint = problem.New("the endpoint does not answer as an S3 server of this bucket",
		"Check its address: http or https, the port, and the region.")
	ErrUntrusted = problem.New("the server's certificate is not trusted",
		"Check the endpoint's host name and this computer's clock. For an authority of your own, give its certificate: `valise vault connect PLACE --ca-file FILE`.")
	ErrNoBucket = problem.New("there is no such bucket",
		"Check its name, or create it with the provider first.")
	ErrWrongSecret = problem.New("the S3 server does not accept the access key and secret",
		"Enter both again, as the provider shows them.")
	ErrExpired = problem.New("the temporary access key has expired",
		"Get a new one, with its session token, and connect the vault again.")
	ErrForbidden = problem.New("the place refuses this",
		"The access key (or you, for a folder) must be allowed to list, read, write and delete there.")
	ErrClock = problem.New("this computer's clock is wrong",
		"Set the clock (automatically, from the network, is best), then try again.")
	ErrDiskFull = problem.New("there is no room left",
		"Free some space there, then try again. Nothing half-written was kept.")
	ErrTooLarge = problem.New("the object is larger than the place takes",
		"Clear downloads and site data of the profile, or keep the vault in a folder.")

	ErrNoVault = problem.New("there is no vault at this place",
		"Check bucket and prefix, or the folder.")
	ErrOtherVault = problem.New("another vault is kept at this place",
		"Choose another prefix or folder, or join that vault with its recovery code.")
	ErrVaultGone = problem.New("the place no longer holds the vault that it held",
		"If it is a drive, connect it. If it was emptied on purpose, disconnect the vault and connect it again: then all is sent anew.")
	ErrSamePlace = problem.New("this folder is where this computer keeps the vault itself",
		"Choose a folder on another drive, or a bucket.")
	ErrNoRemote = problem.New("this vault is kept on this computer only",
		"Connect it to a bucket or a folder: “Back up” in the window, or `valise vault connect`.")

	ErrNoConditions = problem.New("the S3 server ignores conditions",
		"It works for one computer at a time. To use several at once, prefer a server that honours If-None-Match.")
	ErrNoResuming = problem.New("the S3 server keeps no parts of a large upload",
		"Where the connection breaks, a large snapshot is sent again from its beginning. On a bad line prefer a server that takes uploads in parts.")
	ErrKeepsAll = problem.New("the place lets nothing be removed",
		"It can be used. Pruned snapshots stay there and take room, and each test leaves a small object that begins with “probe-”.")
	ErrAnySecret = problem.New("the S3 server lets anyone in: it accepted a wrong secret",
		"Your data is sealed all the same, but anyone who reaches the server can delete it. Set up its access keys.")
)
