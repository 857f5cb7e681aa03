package testenv

import (
	"strings"

	"github.com/godbus/dbus/v5"
)

// MenuItem is one item of a tray's menu, with its submenu.
type MenuItem struct {
	Label    string // as a panel shows it
	Enabled  bool
	Checked  bool
	Children []MenuItem

	id int32
}

// Menu is the tray's menu as it is now; it is empty when no program has registered, or the one that did is gone.
// Submenus may be missing for a moment after the program has built its menu anew: Click and Await ask again.
func (h *TrayHost) Menu() MenuItem {
	var revision uint32
	var layout menuLayout
	call := h.object(menuPath).Call(menuName+".GetLayout", 0, int32(0), int32(-1), []string{})
	if call.Store(&revision, &layout) != nil {
		return MenuItem{}
	}
	return layout.item()
}

// Find walks down the labels; nil when an item is not there.
func (m MenuItem) Find(labels ...string) *MenuItem {
	for i, child := range m.Children {
		if child.Label != labels[0] {
			continue
		}
		if len(labels) == 1 {
			return &m.Children[i]
		}
		return child.Find(labels[1:]...)
	}
	return nil
}

// String is the menu as text, an item a line, submenus indented, what is disabled in brackets.
func (m MenuItem) String() string {
	var text strings.Builder
	m.write(&text, "")
	return text.String()
}

func (m MenuItem) write(text *strings.Builder, indent string) {
	for _, child := range m.Children {
		line := child.Label
		if !child.Enabled {
			line = "[" + line + "]"
		}
		if child.Checked {
			line += " (checked)"
		}
		text.WriteString(indent + line + "\n")
		child.write(text, indent+"    ")
	}
}

// menuLayout is an item as com.canonical.dbusmenu.GetLayout answers it; the children are of the same type.
type menuLayout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

func (l menuLayout) item() MenuItem {
	item := MenuItem{id: l.ID, Enabled: true}
	for name, value := range l.Properties {
		switch name {
		case "label":
			label, _ := value.Value().(string)
			item.Label = shown(label)
		case "enabled":
			item.Enabled, _ = value.Value().(bool)
		case "toggle-state":
			item.Checked = value.Value() == int32(1)
		case "type":
			if value.Value() == "separator" {
				item.Label = "---"
			}
		}
	}
	for _, child := range l.Children {
		var layout menuLayout
		if dbus.Store([]any{child.Value()}, &layout) == nil {
			item.Children = append(item.Children, layout.item())
		}
	}
	return item
}

// shown is a label as panels show it: an underscore marks the key of the next character and is not shown, two of them
// stand for one.
func shown(label string) string {
	const one = "\x00"
	label = strings.ReplaceAll(label, "__", one)
	label = strings.ReplaceAll(label, "_", "")
	return strings.ReplaceAll(label, one, "_")
}
