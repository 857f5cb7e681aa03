package testenv

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// The names of the two protocols that a tray on Linux speaks: StatusNotifierItem for the icon, dbusmenu for its menu.
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	itemName    = "org.kde.StatusNotifierItem"
	itemPath    = "/StatusNotifierItem"
	menuName    = "com.canonical.dbusmenu"
	menuPath    = "/StatusNotifierItem/menu"
)

// nobody is a name that no program on the bus has: calls to it fail in order.
const nobody = "valise.test.Nobody"

// TrayHost is the tray of a session bus, as a desktop's panel would be: the program under test registers its icon
// here, and the test reads its menu and clicks.
type TrayHost struct {
	t    testing.TB
	conn *dbus.Conn

	mu    sync.Mutex
	owner string // the bus name of the program that registered last, or nobody
}

// Tray puts a tray on the session bus at the given address, see Bus. It must be there before the program is started
// that is to see it at its start.
func Tray(t testing.TB, bus string) *TrayHost {
	t.Helper()
	conn := onBus(t, bus)
	tray := &TrayHost{t: t, conn: conn, owner: nobody}
	if err := conn.Export((*watcher)(tray), watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	if _, err := prop.Export(conn, watcherPath, prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitConst},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitConst},
	}}); err != nil {
		t.Fatal(err)
	}
	reply, err := conn.RequestName(watcherName, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own %s on the bus of the test: reply %d, error %v", watcherName, reply, err)
	}
	return tray
}

// watcher is the TrayHost as programs on the bus see it.
type watcher TrayHost

func (w *watcher) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.owner = string(sender)
	return nil
}

func (w *watcher) RegisterStatusNotifierHost(string) *dbus.Error { return nil }

// Click waits until the item is in the menu and can be clicked, and clicks it: Click("Recent", "Work") is the item Work
// of the submenu Recent.
func (h *TrayHost) Click(labels ...string) {
	h.t.Helper()
	var item *MenuItem
	if !soon(func() bool { item = h.Menu().Find(labels...); return item != nil && item.Enabled }) {
		h.t.Fatalf("the tray's menu has no enabled item %q:\n%s", labels, h.Menu())
	}
	// The number of an item changes whenever the program builds its menu anew, hence no time is lost here.
	err := h.object(menuPath).Call(menuName+".Event", 0, item.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err
	if err != nil {
		h.t.Fatalf("click %q in the tray's menu: %v", labels, err)
	}
}

// Await waits until the item is in the menu, and returns it.
func (h *TrayHost) Await(labels ...string) *MenuItem {
	h.t.Helper()
	var item *MenuItem
	if !soon(func() bool { item = h.Menu().Find(labels...); return item != nil }) {
		h.t.Fatalf("the tray's menu has no item %q:\n%s", labels, h.Menu())
	}
	return item
}

// AwaitIcon waits until the tray shows this picture, the content of a PNG file without half transparent pixels.
func (h *TrayHost) AwaitIcon(name string, content []byte) {
	h.t.Helper()
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		h.t.Fatal(err)
	}
	want := pixels(picture)
	Until(h.t, "the tray to show the icon "+name, func() bool {
		var shown []struct {
			Width, Height int32
			Pixels        []byte
		}
		value, err := h.object(itemPath).GetProperty(itemName + ".IconPixmap")
		return err == nil && value.Store(&shown) == nil && len(shown) == 1 && bytes.Equal(shown[0].Pixels, want)
	})
}

// pixels is a picture as the property IconPixmap has it: alpha, red, green, blue, row by row.
func pixels(picture image.Image) []byte {
	var argb []byte
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y++ {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x++ {
			c := color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)
			argb = append(argb, c.A, c.R, c.G, c.B)
		}
	}
	return argb
}

// object is an object of the program that registered last.
func (h *TrayHost) object(path dbus.ObjectPath) dbus.BusObject {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.conn.Object(h.owner, path)
}
