// makeBar is the strip of tabs and the line with the address.
const makeBar = (send, done) => {
	const strip = h("div", {class: "strip", role: "tablist"})
	const button = (shape, label, act) => h("button", {type: "button", class: "tool", title: label, "aria-label": label, onclick: () => { act(); done() }}, icon(shape))
	const back = button("back", "Back", () => send({type: "back"}))
	const forward = button("forward", "Forward", () => send({type: "forward"}))
	let loading = false
	const reload = button("reload", "Reload", () => send({type: loading ? "stop" : "reload"}))
	const address = h("input", {class: "address", type: "text", "aria-label": "Address", placeholder: "Search or enter an address", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go"})
	const form = h("form", {
		class: "line",
		onsubmit: (e) => {
			e.preventDefault()
			if (address.value.trim()) send({type: "go", url: address.value})
			dirty = false
			done()
		},
	}, back, forward, reload, address)
	let url = ""
	let dirty = false
	const shown = () => (url === "about:blank" ? "" : url)
	address.addEventListener("focus", () => setTimeout(() => dirty || address.select())) // who types at once has begun anew already
	address.addEventListener("input", () => (dirty = true))
	address.addEventListener("blur", () => {
		dirty = false
		address.value = shown()
	})
	address.addEventListener("keydown", (e) => {
		if (e.key !== "Escape") return
		address.value = shown()
		dirty = false
		done()
	})
	const add = h("button", {class: "tool add", title: "New tab", "aria-label": "New tab", onclick: () => bar.open()}, icon("plus"))

	const tabs = new Map()
	const makeTab = (id) => {
		const title = h("span", {class: "title"})
		const tab = h("div", {class: "tab", role: "tab", tabindex: "0",
			onclick: () => { send({type: "tab", tab: id}); done() },
			onauxclick: (e) => e.button === 1 && send({type: "close", tab: id}),
			onkeydown: (e) => (e.key === "Enter" || e.key === " ") && (send({type: "tab", tab: id}), done()),
		}, h("span", {class: "dot"}), title, h("button", {class: "shut", title: "Close this tab", "aria-label": "Close this tab",
			onclick: (e) => { e.stopPropagation(); send({type: "close", tab: id}); done() }}, icon("close")))
		return {tab, title}
	}
	let wantsAddress = false
	const bar = {
		element: h("header", {class: "bar"}, h("div", {class: "row"}, strip, add), form),
		open() {
			wantsAddress = true
			send({type: "open"})
		},
		focus() {
			address.focus()
		},
		enable(may) {
			bar.element.inert = !may
		},
		show(m) {
			const list = m.tabs ?? []
			const now = new Set(list.map((t) => t.id))
			for (const [id, {tab}] of tabs) {
				if (now.has(id)) continue
				tab.remove()
				tabs.delete(id)
			}
			list.forEach((t, i) => {
				if (!tabs.has(t.id)) tabs.set(t.id, makeTab(t.id))
				const {tab, title} = tabs.get(t.id)
				if (strip.children[i] !== tab) strip.insertBefore(tab, strip.children[i] ?? null)
				const name = t.title && t.title !== "about:blank" ? t.title : t.url === "about:blank" || !t.url ? "New tab" : where(t.url)
				if (title.textContent !== name) title.textContent = tab.title = name
				tab.classList.toggle("loading", !!t.loading)
				if (t.active && tab.getAttribute("aria-selected") !== "true") setTimeout(() => tab.scrollIntoView({block: "nearest", inline: "nearest"}))
				tab.setAttribute("aria-selected", t.active ? "true" : "false")
			})
			back.disabled = !m.back
			forward.disabled = !m.forward
			const front = list.find((t) => t.active)
			if (!front) return
			if (loading !== !!front.loading) {
				loading = !!front.loading
				reload.replaceChildren(icon(loading ? "stop" : "reload"))
				reload.title = loading ? "Stop" : "Reload"
				reload.setAttribute("aria-label", reload.title)
			}
			url = front.url
			if (!dirty) address.value = shown()
			if (wantsAddress && url === "about:blank") {
				wantsAddress = false
				address.focus()
			}
		},
	}
	return bar
}
