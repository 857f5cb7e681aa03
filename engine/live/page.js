// Runs in a world of its own in every frame of a page. It changes nothing in the page but what a viewer does.
(() => {
	if (globalThis.valise) return
	const say = (what) => {
		try {
			valiseSays(JSON.stringify(what))
		} catch {}
	}

	// The shape of the pointer: what the page asks for, or what the browser would show by itself.
	let shape = ""
	const editable = (e) =>
		e.isContentEditable || e.localName === "textarea" ||
		(e.localName === "input" && !/^(button|checkbox|radio|range|color|file|image|submit|reset|hidden)$/.test(e.type))
	const onText = (e, x, y) => {
		if (getComputedStyle(e).userSelect === "none") return false
		const at = document.caretPositionFromPoint?.(x, y)
		if (at?.offsetNode?.nodeType !== Node.TEXT_NODE) return false
		const range = document.createRange()
		range.selectNode(at.offsetNode)
		return [...range.getClientRects()].some((r) => x >= r.left && x <= r.right && y >= r.top && y <= r.bottom)
	}
	const shapeAt = (event) => {
		const e = event.composedPath()[0]
		if (!(e instanceof Element)) return "default"
		const style = getComputedStyle(e).cursor
		if (style !== "auto") return style.split(",").pop().trim() // after images of the page's own there is always a name
		return editable(e) || onText(e, event.clientX, event.clientY) ? "text" : "default"
	}
	addEventListener("mousemove", (event) => {
		if (event.buttons) return
		const now = shapeAt(event)
		if (now !== shape) say({cursor: (shape = now)})
	}, {capture: true, passive: true})
	addEventListener("mouseout", (event) => {
		if (!event.relatedTarget) shape = "" // over a frame within, or away
	}, {capture: true, passive: true})

	// What is copied: what the page puts there, or what is selected.
	const selected = () => {
		const field = document.activeElement
		if (field && typeof field.selectionStart === "number" && field.type !== "password")
			return field.value.slice(field.selectionStart, field.selectionEnd)
		return String(getSelection())
	}
	const copied = (event) => {
		const text = event.defaultPrevented ? event.clipboardData.getData("text/plain") : selected()
		if (text) say({copied: text.slice(0, 200000)})
	}
	addEventListener("copy", copied)
	addEventListener("cut", copied)

	// The list of a <select> is shown to the viewer instead.
	let list = null
	const opened = (select) => {
		list = select
		const box = select.getBoundingClientRect()
		say({choice: {
			x: box.left, y: box.top, width: box.width, height: box.height, framed: window !== top,
			options: [...select.options].slice(0, 2000).map((o) => ({
				text: (o.label || o.text).slice(0, 200), group: o.parentElement.localName === "optgroup" ? o.parentElement.label.slice(0, 200) : "",
				disabled: o.disabled || !!o.parentElement.disabled, selected: o.selected,
			})),
		}})
	}
	const dropdown = (event) => {
		const e = event.composedPath()[0]
		const select = e instanceof Element ? e.closest("select") : null
		return select && !select.multiple && select.size <= 1 && !select.disabled ? select : null
	}
	addEventListener("mousedown", (event) => {
		const select = event.button === 0 && event.isTrusted ? dropdown(event) : null
		if (!select) return
		event.preventDefault()
		select.focus()
		opened(select)
	}, {capture: true})
	addEventListener("keydown", (event) => {
		const select = event.isTrusted ? dropdown(event) : null
		const opens = event.key === " " || event.key === "F4" || (event.altKey && /^Arrow(Up|Down)$/.test(event.key))
		if (!select || !opens) return
		event.preventDefault()
		opened(select)
	}, {capture: true})

	// The browser tells of a title only when it has another reason to, and of a zoom not at all: with one, the page counts as having another size.
	if (window === top) {
		let title = null
		const told = () => {
			if (document.title !== title) say({title: (title = document.title).slice(0, 1000)})
		}
		const watcher = new MutationObserver(told)
		const watch = () => {
			if (document.head) watcher.observe(document.head, {childList: true, characterData: true, subtree: true})
			if (document.title) told()
		}
		watch()
		addEventListener("DOMContentLoaded", watch)
		const drawn = () => say({drawn: true})
		drawn()
		addEventListener("resize", drawn)
	}

	globalThis.valise = {
		choose(index) {
			const select = list
			list = null
			if (!select?.isConnected || index < 0 || index >= select.options.length || select.selectedIndex === index) return
			select.selectedIndex = index
			select.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
			select.dispatchEvent(new Event("change", {bubbles: true}))
		},
		// paste says whether the page has taken what is pasted.
		paste(text, html) {
			let field = document.activeElement ?? document.body
			while (field?.shadowRoot?.activeElement) field = field.shadowRoot.activeElement
			const data = new DataTransfer()
			data.setData("text/plain", text)
			if (html) data.setData("text/html", html)
			return !field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true, composed: true}))
		},
	}
})()
