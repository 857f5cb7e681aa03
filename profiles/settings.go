package profiles

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"valise/internal/fault"
	"valise/profiles/vault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// Settings are what a person chose on this computer.
type Settings struct {
	Device  uuid.UUID      `json:"device,omitzero"` // this computer, for others with the same vault; drawn at the first start
	Vault   uuid.UUID      `json:"vault,omitzero"`
	Vaults  []KnownVault   `json:"vaults,omitempty"`  // what is noted of all vaults
	Place   vault.Location `json:"place,omitzero"`    // where else the vault is kept; zero: in this computer only
	Browser string         `json:"browser,omitempty"` // the executable; empty: the best that is found
	Engines []KnownEngine  `json:"engines,omitempty"`
	Window  WindowSettings `json:"window,omitzero"`
	Keep    Retention      `json:"keep,omitzero"`
	// CheckpointMinutes is how often running sessions are checkpointed; 0: every 3 minutes, negative: never.
	CheckpointMinutes int `json:"checkpoint_minutes,omitempty"`
	// NoPictures: snapshots get no picture of the last page.
	NoPictures bool `json:"no_pictures,omitempty"`
}

// Filled are the settings with the numbers that zeros stand for.
func (s Settings) Filled() Settings {
	s.Keep = Retention{Last: cmp.Or(s.Keep.Last, keepLast), Days: cmp.Or(s.Keep.Days, keepDays)}
	s.CheckpointMinutes = cmp.Or(s.CheckpointMinutes, int(defaultCheckpoints/time.Minute))
	return s
}

// WindowSettings is what the window remembers.
type WindowSettings struct {
	Width         float32 `json:"width,omitempty"`
	Height        float32 `json:"height,omitempty"`
	Theme         string  `json:"theme,omitempty"` // "light", "dark"; empty: as the system
	ToldAboutTray bool    `json:"told_about_tray,omitempty"`
}

func (h Home) settingsFile() string { return filepath.Join(h.Dir, "settings.json") }

// Settings reads the settings; where there is no file they are zero. ErrSettings: the file cannot be read.
func (h Home) Settings() (Settings, error) {
	var s Settings
	data, err := os.ReadFile(h.settingsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return Settings{}, ErrSettings.Because(fmt.Errorf("%s: %w", h.settingsFile(), err))
	}
	return s, nil
}

// ChangeSettings reads the settings, changes and writes them, as one step for all processes.
func (h Home) ChangeSettings(change func(*Settings)) error {
	if err := h.make(); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(h.locks(), "settings"))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("locking the settings: %w", err)
	}
	defer lock.Close()
	s, err := h.Settings()
	if err != nil {
		return err
	}
	change(&s)
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the settings: %w", err)
	}
	return ReplaceFile(h.settingsFile(), append(data, '\n'))
}

// deviceID is this computer's id, which is drawn if it has none yet.
func (h Home) deviceID(s Settings) (uuid.UUID, error) {
	if s.Device != uuid.Nil {
		return s.Device, nil
	}
	var id uuid.UUID
	err := h.ChangeSettings(func(s *Settings) {
		if s.Device == uuid.Nil { // another process may have been faster
			s.Device = uuid.New()
		}
		id = s.Device
	})
	return id, err
}

// sweepSettings removes what a crash left of a change of the settings.
func (h Home) sweepSettings() {
	halves, _ := filepath.Glob(filepath.Join(h.Dir, ".settings.json-*"))
	if len(halves) == 0 {
		return
	}
	lock := flock.New(filepath.Join(h.locks(), "settings"))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return // they may be those of a change that goes on
	}
	defer lock.Close()
	for _, half := range halves {
		os.Remove(half)
	}
}

// ReplaceFile replaces a small file (0600) as a whole: after a crash it is the old or the new one.
func ReplaceFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		f.Close()
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	fault.Point("noting: the file is written")
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	fault.Point("noting: the file is durable")
	return os.Rename(f.Name(), path)
}
