package live

// onMac: the browser's shortcuts are with the Command key.
const onMac = true

// editing is the command that a Mac's browser expects with a key, since it gets it from the system there.
func editing(m incoming) string {
	if m.Mods&^8 != 4 {
		return ""
	}
	if m.Mods&8 != 0 && m.Code == "KeyZ" {
		return "redo"
	}
	return map[string]string{"KeyA": "selectAll", "KeyC": "copy", "KeyX": "cut", "KeyV": "paste", "KeyZ": "undo"}[m.Code]
}
