// makeFiles sends files that a page asks for, and offers those that it gives.
const makeFiles = (stage, tray, address, send, bytes, done) => {
	let card = null
	let sending = null
	const drop = () => {
		card?.remove()
		card = null
	}
	const wish = (w) => {
		drop()
		if (!w?.id) return
		const picker = h("input", {type: "file", class: "keys", multiple: !!w.multiple, accept: w.accept ?? null, tabindex: "-1"})
		const cancel = () => {
			send({type: "cancel", id: w.id})
			drop()
			done()
		}
		const give = (files) => {
			if (!files.length) return
			sending = {files: w.multiple ? files : files.slice(0, 1), sent: 0, confirmed: 0}
			send({type: "upload", id: w.id, files: sending.files.map((f) => ({name: f.name, size: f.size}))})
			sending.total = sending.files.reduce((sum, f) => sum + f.size, 0)
			text.textContent = "Sending\u2026"
			answers.remove()
			card.firstChild.append(progress)
			pump()
		}
		picker.addEventListener("change", () => give([...picker.files]))
		const text = h("p", {class: "message"}, w.multiple ? "It asks for files from this computer." : "It asks for a file from this computer.")
		const answers = h("div", {class: "answers"}, h("button", {type: "button", onclick: cancel}, "Cancel"), h("button", {class: "main", type: "button", onclick: () => picker.click()}, w.multiple ? "Choose files\u2026" : "Choose a file\u2026"))
		const progress = h("progress", {max: "1", value: "0"})
		card = h("div", {class: "veil", onkeydown: (e) => e.key === "Escape" && cancel(), ondragover: (e) => e.preventDefault(), ondrop: (e) => { e.preventDefault(); give([...e.dataTransfer.files]) }},
			h("div", {class: "card", role: "dialog"}, h("p", {class: "from"}, where(w.url ?? "")), text, picker, answers))
		card.progress = progress
		stage.append(card)
		answers.lastChild.focus()
	}
	// pump sends pieces, a few ahead of what has arrived, so that input need not wait behind a file.
	const piece = 64 << 10
	const ahead = 8 * piece
	let pumping = false
	const pump = async () => {
		if (pumping) return
		pumping = true
		const mine = sending
		while (mine && mine === sending && mine.files.length && mine.sent - mine.confirmed < ahead) {
			const file = mine.files[0]
			const from = mine.offset ?? 0
			if (from >= file.size) {
				mine.files.shift()
				mine.offset = 0
				continue
			}
			const part = await file.slice(from, from + piece).arrayBuffer()
			bytes(part)
			mine.offset = from + part.byteLength
			mine.sent += part.byteLength
		}
		pumping = false
	}
	const received = (n) => {
		if (!sending) return
		sending.confirmed = n
		if (card) card.progress.value = sending.total ? n / sending.total : 1
		pump()
	}
	const uploaded = () => {
		sending = null
		drop()
		done()
	}

	const offers = new Map()
	const download = (d) => {
		const old = offers.get(d.id)
		if (d.state === "gone" || d.state === "canceled") {
			if (old && !old.fetched) old.element.remove()
			offers.delete(d.id)
			return
		}
		const ready = d.state === "completed"
		const link = new URL(address)
		link.pathname = link.pathname.replace(/\/?$/, `/files/${encodeURIComponent(d.id)}`)
		const about = ready ? size(d.received) : d.total ? `${size(d.received)} of ${size(d.total)}` : size(d.received)
		const offer = {element: h("div", {class: "offer", role: "status"}, icon("file"), h("span", {class: "title", title: d.name}, d.name), h("span", {class: "muted"}, about),
			ready ? h("a", {class: "button main", href: link.href, download: d.name, rel: "noreferrer", onclick: () => { offer.fetched = true; setTimeout(() => offer.element.remove(), 1500); done() }}, "Save")
				: h("progress", {max: "1", value: d.total ? String(d.received / d.total) : null}),
			h("button", {class: "tool", title: "Hide", "aria-label": "Hide", onclick: () => { offer.element.remove(); done() }}, icon("close")))}
		if (old?.element.isConnected) old.element.replaceWith(offer.element)
		else tray.append(offer.element)
		offers.set(d.id, offer)
	}
	return {wish, received, uploaded, download, drop}
}
