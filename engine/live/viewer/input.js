const onMac = /Mac|iPhone|iPad/.test(navigator.platform)
const modifiers = (e) => (e.altKey ? 1 : 0) | (e.ctrlKey ? 2 : 0) | (e.metaKey ? 4 : 0) | (e.shiftKey ? 8 : 0)

// listen takes the input of a person over the canvas, and what they type into a field that is not seen, which an input method needs.
// shortcut gets keys first, and says whether it took them.
const listen = (screen, send, shortcut) => {
	const {canvas} = screen
	const field = h("textarea", {class: "keys", "aria-label": "Keyboard input for the page", autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false", tabindex: "0"})
	const stop = new AbortController()
	const on = (target, name, f, options) => target.addEventListener(name, f, {signal: stop.signal, ...options})
	const input = {field, disabled: false, theirMac: false}
	const put = (m) => input.disabled || send(m)

	// A Mac's person presses Command where the browser elsewhere wants Control.
	const mods = (e) => {
		const m = modifiers(e)
		return onMac && !input.theirMac && m & 4 ? (m & ~4) | 2 : m
	}

	// mouse
	let held = 0
	let next = null
	let timer = 0
	let moved = 0
	const flush = () => {
		clearTimeout(timer)
		timer = 0
		if (!next) return
		moved = performance.now()
		put(next)
		next = null
	}
	on(canvas, "mousedown", (e) => {
		e.preventDefault()
		field.focus({preventScroll: true})
		next = {type: "mouse", kind: "move", ...screen.place(e.clientX, e.clientY), mods: mods(e)}
		flush()
		held |= 1 << e.button
		put({type: "mouse", kind: "down", button: e.button, count: e.detail, mods: mods(e), ...screen.place(e.clientX, e.clientY)})
	})
	on(window, "mouseup", (e) => {
		if (!(held & (1 << e.button))) return
		held &= ~(1 << e.button)
		e.preventDefault()
		flush()
		put({type: "mouse", kind: "up", button: e.button, count: e.detail, mods: mods(e), ...screen.place(e.clientX, e.clientY)})
	})
	on(window, "mousemove", (e) => {
		if (!held && e.composedPath()[0] !== canvas) return
		next = {type: "mouse", kind: "move", ...screen.place(e.clientX, e.clientY), mods: mods(e)}
		if (performance.now() - moved > 8) flush()
		else if (!timer) timer = setTimeout(flush, 8)
	})
	on(canvas, "contextmenu", (e) => e.preventDefault())
	on(canvas, "auxclick", (e) => e.preventDefault())

	// wheel
	let turned = null
	on(canvas, "wheel", (e) => {
		e.preventDefault()
		const unit = e.deltaMode === 1 ? 40 : e.deltaMode === 2 ? screen.height : 1
		if (!turned) {
			turned = {type: "wheel", dx: 0, dy: 0}
			setTimeout(() => {
				put(turned)
				turned = null
			}, 8)
		}
		Object.assign(turned, screen.place(e.clientX, e.clientY), {dx: turned.dx + e.deltaX * unit, dy: turned.dy + e.deltaY * unit, mods: mods(e)})
	}, {passive: false})

	// fingers
	for (const kind of ["start", "move", "end", "cancel"]) {
		on(canvas, "touch" + kind, (e) => {
			e.preventDefault()
			const touches = [...e.touches].map((t) => ({id: t.identifier & 255, ...screen.place(t.clientX, t.clientY)}))
			put({type: "touch", kind, touches, mods: mods(e)})
		}, {passive: false})
	}

	// keys
	const keyMessage = (e, kind) => {
		let {key, code, keyCode} = e
		if (onMac && !input.theirMac && key === "Meta") [key, code, keyCode] = ["Control", "ControlLeft", 17]
		const m = {type: "key", kind, key, code, keyCode, location: e.location, mods: mods(e), repeat: e.repeat}
		const writes = [...key].length === 1 && (!(e.ctrlKey || e.metaKey) || e.getModifierState("AltGraph")) && (!e.altKey || onMac || e.getModifierState("AltGraph"))
		if (kind === "down") {
			if (writes) {
				m.text = key
				if (e.getModifierState("AltGraph") || (onMac && e.altKey)) m.mods &= ~3
			} else if (key === "Enter") m.text = "\r"
		}
		return m
	}
	let composing = false
	const empty = () => {
		field.value = "\u200b" // so that there is something for a keyboard on a screen to delete
		field.setSelectionRange(1, 1)
	}
	empty()
	on(field, "keydown", (e) => {
		if (composing || e.isComposing || e.keyCode === 229 || e.key === "Dead" || e.key === "Process" || e.key === "Unidentified") return
		const command = onMac ? e.metaKey : e.ctrlKey
		if (command && !e.altKey && e.key.toLowerCase() === "v") return // its paste event says more
		if (e.shiftKey && !command && e.key === "Insert") return
		if (shortcut(e)) return e.preventDefault()
		if (/^F1[12]$/.test(e.key)) return
		e.preventDefault()
		e.stopPropagation()
		put(keyMessage(e, "down"))
		if (onMac && e.metaKey && e.key !== "Meta") put(keyMessage(e, "up")) // a Mac tells no end of these
	})
	on(field, "keyup", (e) => {
		if (composing || e.isComposing || e.keyCode === 229 || e.key === "Dead" || e.key === "Process") return
		e.preventDefault()
		put(keyMessage(e, "up"))
	})
	on(field, "compositionstart", () => (composing = true))
	on(field, "compositionupdate", (e) => put({type: "compose", text: e.data, start: e.data.length, end: e.data.length}))
	on(field, "compositionend", (e) => {
		composing = false
		put(e.data ? {type: "text", text: e.data} : {type: "compose", text: "", start: 0, end: 0})
		empty()
	})
	on(field, "input", (e) => {
		if (composing || e.isComposing) return
		if (e.inputType === "insertText" || e.inputType === "insertReplacementText") {
			if (e.data) put({type: "text", text: e.data})
		} else {
			const [key, keyCode] = {
				deleteContentBackward: ["Backspace", 8], deleteContentForward: ["Delete", 46], insertLineBreak: ["Enter", 13], insertParagraph: ["Enter", 13],
			}[e.inputType] ?? []
			for (const kind of key ? ["down", "up"] : []) put({type: "key", kind, key, code: key, keyCode, text: key === "Enter" && kind === "down" ? "\r" : "", mods: 0})
		}
		if (e.inputType !== "insertCompositionText") empty()
	})
	on(field, "paste", (e) => {
		e.preventDefault()
		const text = e.clipboardData.getData("text/plain")
		if (text) put({type: "paste", text: text.slice(0, 100000), html: e.clipboardData.getData("text/html").slice(0, 100000)})
	})
	const release = () => {
		held = 0
		put({type: "release"})
	}
	on(field, "blur", release)
	on(window, "blur", release)

	input.focus = () => field.focus({preventScroll: true})
	input.stop = () => stop.abort()
	return input
}

// writeClipboard puts what was copied in the page into the clipboard of the person. Where the modern way is closed, such as to pages that
// come by http, the old one does.
const writeClipboard = async (text, root) => {
	try {
		await navigator.clipboard.writeText(text)
		return true
	} catch {}
	const before = root.activeElement
	const area = h("textarea", {class: "keys"})
	area.value = text
	root.append(area)
	area.select()
	const done = document.execCommand("copy")
	area.remove()
	before?.focus({preventScroll: true})
	return done
}
