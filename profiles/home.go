package profiles

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
	"github.com/google/uuid"
)

// Home is the folder in which Valise keeps its files on this computer (0700): VALISE_HOME or, where that is not set,
// "valise" in the user's data folder.
//
//	settings.json         what the person chose
//	vaults/<vault>/       the local copy of a vault, its outbox
//	sessions/<session>/   a session's working directory, and the mirror for its checkpoints, in plain: gone when the session is over
//	locks/                who has a profile open for saving
//	run/                  a socket for every process that can be spoken to
//	valise.log
type Home struct{ Dir string }

// FindHome says where the home is; it need not exist yet.
func FindHome() (Home, error) {
	dir := os.Getenv("VALISE_HOME")
	if dir == "" {
		dir = filepath.Join(xdg.DataHome, "valise")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Home{}, fmt.Errorf("finding Valise's folder: %w", err)
	}
	return Home{dir}, nil
}

// LogFile is where the log goes.
func (h Home) LogFile() string { return filepath.Join(h.Dir, "valise.log") }

func (h Home) vault(id uuid.UUID) string   { return filepath.Join(h.Dir, "vaults", id.String()) }
func (h Home) sessions() string            { return filepath.Join(h.Dir, "sessions") }
func (h Home) session(id uuid.UUID) string { return filepath.Join(h.sessions(), id.String()) }
func (h Home) locks() string               { return filepath.Join(h.Dir, "locks") }
func (h Home) run() string                 { return filepath.Join(h.Dir, "run") }

// make creates the home's folders, for the owner alone.
func (h Home) make() error {
	for _, dir := range []string{h.Dir, filepath.Join(h.Dir, "vaults"), h.sessions(), h.locks(), h.run()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return ErrHome.Because(err)
		}
	}
	return nil
}
