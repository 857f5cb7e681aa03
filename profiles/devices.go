package profiles

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"valise/profiles/vault"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Device is a computer that uses the vault.
type Device struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	OS    string    `json:"os"`
	Since time.Time `json:"since"` // by its own clock
	Used  time.Time `json:"used"`  // last, to the day, by the clock of the vault's place
	Here  bool      `json:"here"`  // it is this one
}

// flagDevice marks a sealed object as what a device says of itself (docs/format.md).
const flagDevice = 16

// deviceEvery is how often a device says that it is used.
const deviceEvery = 20 * time.Hour

// deviceStamp is an empty file whose time is that of the last time.
func (l *Library) deviceStamp() string {
	return filepath.Join(l.home.vault(l.vault.Description().Vault), ".device")
}

// signIn tells the other devices of the vault that this one uses it, once a day.
func (l *Library) signIn(ctx context.Context) error {
	place := l.vault.Remote()
	if info, err := os.Stat(l.deviceStamp()); place == nil || err == nil && time.Since(info.ModTime()).Abs() < deviceEvery {
		return nil
	}
	name := vault.DeviceName(l.deviceID)
	slot, err := place.ReadSlot(ctx, name)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return err
	}
	says := l.openDevice(l.deviceID, slot.Content)
	if says.Since.IsZero() {
		says.Since = l.now().UTC().Truncate(time.Second)
	}
	says.ID, says.Name, says.OS = l.deviceID, l.device, runtime.GOOS
	plaintext, err := json.Marshal(says)
	if err != nil {
		return err
	}
	if _, err := place.WriteSlot(ctx, name, l.key.SealWhole(l.deviceID, flagDevice, plaintext), slot.Version); err != nil {
		return err
	}
	return stampFile(l.deviceStamp())
}

// openDevice opens what a device says of itself. What cannot be opened says nothing.
func (l *Library) openDevice(id uuid.UUID, sealed []byte) Device {
	var says Device
	plaintext, err := l.openWhole(sealed, id, flagDevice)
	if err != nil || json.Unmarshal(plaintext, &says) != nil || says.ID != id {
		return Device{ID: id}
	}
	return says
}

// Devices are those that use the vault, the last used first. vault.ErrNoRemote: the vault is kept on this computer only.
func (l *Library) Devices(ctx context.Context) ([]Device, error) {
	place := l.vault.Remote()
	if place == nil {
		return nil, vault.ErrNoRemote
	}
	if err := l.signIn(ctx); err != nil {
		l.log.Warn("this device could not sign in", "error", err)
	}
	var devices []Device
	for info, err := range place.List(ctx, vault.DevicesPrefix) {
		if err != nil {
			return nil, fmt.Errorf("listing the devices: %w", err)
		}
		if id, err := uuid.Parse(strings.TrimPrefix(info.Name, vault.DevicesPrefix)); err == nil {
			devices = append(devices, Device{ID: id, Used: info.Modified})
		}
	}
	var reading errgroup.Group
	reading.SetLimit(4)
	for i := range devices {
		reading.Go(func() error {
			d := &devices[i]
			slot, err := place.ReadSlot(ctx, vault.DeviceName(d.ID))
			if errors.Is(err, vault.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			says := l.openDevice(d.ID, slot.Content)
			says.Used, says.Here = d.Used, d.ID == l.deviceID
			*d = says
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, fmt.Errorf("reading what the devices say: %w", err)
	}
	slices.SortFunc(devices, func(a, b Device) int { return cmp.Or(b.Used.Compare(a.Used), strings.Compare(a.Name, b.Name)) })
	return devices, nil
}

// ForgetDevice takes a device off the list. It loses nothing by that: one that is used still is on the list again within a day.
func (l *Library) ForgetDevice(ctx context.Context, id uuid.UUID) error {
	place := l.vault.Remote()
	if place == nil {
		return vault.ErrNoRemote
	}
	return place.Remove(ctx, vault.DeviceName(id))
}
