package profiles

import (
	"errors"
	"fmt"
	"time"

	"valise/problem"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/dustin/go-humanize"
	"github.com/google/uuid"
)

var (
	ErrHome = problem.New("Valise's folder cannot be made",
		"Check the rights and the free space of the disk, or set VALISE_HOME to another folder.")
	ErrSettings = problem.New("the settings cannot be read",
		"Mend the file or move it away: without it Valise starts afresh, and `valise vault join` leads back to a vault.")
	ErrVaultInUse = problem.New("this computer has a vault with profiles already",
		"Allow it to be set aside (`--set-aside`; its folder and its key stay), or bring its profiles into a place of their own first: `valise vault connect`.")
	ErrSessionsRunning = problem.New("browsers are open",
		"Close them first: `valise stop --all`, or “Close and save” in the window.")
	ErrLeftBehind = problem.New("a crash has left a session behind that is not saved yet",
		"`valise list` saves it, and so does the next start of the window. Then try again.")
	ErrNoCredentials = problem.New("the bucket's access key is not known on this computer",
		"Enter it in Settings, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and connect again.")
	ErrNothingSaved = problem.New("this profile has no snapshot yet",
		"Close its browser first: closing saves.")
	ErrNewest = problem.New("this is the newest snapshot",
		"Roll back to another one first, or move the whole profile to the trash.")
	ErrNothingBefore = problem.New("there is no earlier snapshot to compare with",
		"Each closing of the browser that changed something adds one: `valise history PROFILE` lists them.")
	ErrGivenUp = problem.New("the opening was given up", "Nothing was changed. Open it again when you like.")
	ErrKept    = problem.New("the session could not be saved",
		"Nothing is lost: its folder is kept, and Valise saves it at the next start.")
	errOlderState = problem.New("the vault's place shows an older state than this computer has seen",
		"Nothing is lost here: what it lacks is sent again. If nobody has put back an older copy of it, look into who may write there.")
	ErrNotPortable = snapshot.ErrNotPortable
	ErrFileDamaged = problem.New("the file is damaged",
		"Fetch it once more from where it comes from, or have the profile exported again.")
	ErrFileThere = problem.New("there is a file of that name already",
		"Choose another name, or allow it to be replaced (`--force`).")
	ErrNoVaultHere = problem.New("there is no vault on this computer yet",
		"Say where it is: `valise vault join s3://BUCKET/PREFIX`, or “Use an existing vault” in the window.")
)

// explain tells of a full disk as such: outside the vault, errors of files come as the system gives them.
func explain(err error) error {
	if vault.DiskFull(err) && !errors.Is(err, vault.ErrDiskFull) {
		return vault.ErrDiskFull.Because(err)
	}
	return err
}

// NotFoundError says that there is no such thing.
type NotFoundError struct {
	What string // "profile", "snapshot", "session", "engine", "key", "device", "vault", "file"
	Name string // as it was asked for
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("there is no %s %q", e.What, e.Name) }

func (e *NotFoundError) NextStep() string {
	switch e.What {
	case "profile":
		return "`valise list` shows the profiles there are."
	case "snapshot":
		return "`valise history PROFILE` shows the snapshots there are."
	case "engine":
		return "`valise engines list` shows those that this computer knows; `valise engines add NAME URL` adds one."
	case "file":
		return "Check the path."
	case "vault":
		return "`valise vault list` shows those of this computer."
	case "device":
		return "`valise vault devices` shows those that use the vault."
	case "key":
		return "`valise serve key list` shows the keys there are."
	}
	return "`valise sessions` shows what is running."
}

// AmbiguousError says that a name or the beginning of an id means several things.
type AmbiguousError struct {
	What, Name string
	IDs        []uuid.UUID
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q means %d %ss", e.Name, len(e.IDs), e.What)
}

func (e *AmbiguousError) NextStep() string {
	next := "Use one of their ids:"
	for _, id := range e.IDs {
		next += "\n  " + id.String()
	}
	return next
}

// InUseError says that a profile is open for saving already.
type InUseError struct {
	Name      string
	Device    string
	Since     time.Time
	Session   uuid.UUID // of this computer
	Elsewhere bool      // the device is another one,
	Seen      time.Time // which was last heard of then
}

func (e *InUseError) Error() string {
	if e.Elsewhere {
		return fmt.Sprintf("%q is open on %q since %s, last seen %s", e.Name, e.Device, e.Since.Local().Format("15:04"), humanize.Time(e.Seen))
	}
	return fmt.Sprintf("%q is open on %q since %s", e.Name, e.Device, e.Since.Local().Format("15:04"))
}

func (e *InUseError) NextStep() string {
	if e.Elsewhere {
		return "Close it there. Or open it here as a throwaway, to be saved as a new profile, or take it over: what the other device saves then becomes a branch."
	}
	return "Close it first: `valise stop`, or “Close and save” in the window. Beside it, it can be opened as a throwaway, or to be saved as a new profile."
}

// NameTakenError says that another profile has the name.
type NameTakenError struct{ Name string }

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("a profile named %q exists already", e.Name)
}
func (e *NameTakenError) NextStep() string { return "Choose another name." }
