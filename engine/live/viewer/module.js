const reasons = {
	request: ["The session has ended", "Its state is kept where it was to be saved."],
	inactive: ["The session has ended", "Nobody had used it for a while."],
	absolute: ["The session has ended", "Its time was up."],
	kicked: ["You were asked to leave", "Whoever runs this session has ended your part in it."],
	unauthorized: ["You may not come in with this address", "Ask whoever gave it to you for a new one."],
	unknown: ["The session has ended", "If it ought to be there, load this page again."],
}

// view shows a room in a shadow root. address is that of the room; onMessage gets what the embedding page may want to know and the
// answers to its calls; the result takes its messages.
export default function view(root, address, onMessage, options = {}) {
	const tell = (type, data) => onMessage({type, data})
	const sheet = new CSSStyleSheet()
	sheet.replaceSync(style)
	root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]

	const stage = h("div", {class: "stage"})
	const tray = h("div", {class: "tray"})
	const banner = h("div", {class: "banner", role: "status", hidden: true})
	const frame = h("div", {class: "valise"}, stage, banner)
	const send = (m) => wire.send(m)
	const screen = makeScreen(send, options.frameCb, (width, height) => tell("resize", {width, height}))
	let kiosk = true
	let noCursor = false
	let roles = []
	let adminToken = options.adminToken
	let userdata = options.webhookUserdata
	let pass = ""
	const may = () => roles.includes("control") && !input.disabled
	const focus = () => input.focus()

	const shortcut = (e) => {
		const command = onMac ? e.metaKey : e.ctrlKey
		const key = e.key.toLowerCase()
		const plain = !e.shiftKey && !e.altKey
		if (e.key === "F5" || (command && plain && key === "r")) send({type: "reload", on: e.shiftKey})
		else if (e.altKey && !command && !e.shiftKey && e.key === "ArrowLeft") send({type: "back"})
		else if (e.altKey && !command && !e.shiftKey && e.key === "ArrowRight") send({type: "forward"})
		else if (kiosk) return false
		else if (e.key === "F6" || (command && plain && key === "l")) bar.focus()
		else if (command && plain && key === "t") bar.open()
		else if (command && plain && key === "w") send({type: "close"})
		else return false
		return true
	}
	const input = listen(screen, send, shortcut)
	input.disabled = !!options.disableInput
	const bar = makeBar(send, focus)
	const questions = makeQuestions(stage, screen, send, focus)
	const files = makeFiles(stage, tray, address, send, (b) => wire.bytes(b), focus)
	const wait = h("div", {class: "wait"}, h("div", {class: "spinner"}), h("p", {}, "Connecting\u2026"))
	const keyboard = h("button", {class: "keyboard", title: "Keyboard", "aria-label": "Keyboard", onclick: focus}, icon("keys"))
	stage.append(...(options.frameCb ? [] : [screen.canvas]), input.field, tray, keyboard, wait)
	root.append(frame)

	let bannerTimer = 0
	const notice = (text, lasts) => {
		clearTimeout(bannerTimer)
		banner.textContent = text
		banner.hidden = !text
		if (text && lasts) bannerTimer = setTimeout(() => (banner.hidden = true), lasts)
	}
	const showEnd = (reason) => {
		const [what, why] = reasons[reason] ?? reasons.unknown
		questions.dialog(null)
		questions.shut()
		files.drop()
		tray.replaceChildren()
		notice("")
		bar.enable(false)
		frame.classList.add("over")
		wait.remove()
		stage.append(h("div", {class: "veil"}, h("div", {class: "card", role: "alert"}, h("p", {class: "what"}, what), h("p", {class: "muted"}, why),
			options.page && reason !== "kicked" && h("div", {class: "answers"}, h("button", {onclick: () => location.reload()}, "Load again")))))
	}

	const pointers = new Map()
	const showPointer = (m) => {
		let p = pointers.get(m.user_id)
		if (!p) {
			if (pointers.size > 30) return
			p = {element: h("div", {class: "pointer", "aria-hidden": "true"})}
			stage.append(p.element)
			pointers.set(m.user_id, p)
		}
		const {left, top} = screen.at(m.x ?? 0, m.y ?? 0, stage)
		p.element.style.transform = `translate(${left}px, ${top}px)`
		p.element.hidden = false
		clearTimeout(p.timer)
		p.timer = setTimeout(() => (p.element.hidden = true), 4000)
	}

	let dialog = null
	const said = (m) => {
		switch (m.type) {
			case "authorize":
				return send({type: "webhook_auth", userdata: userdata ?? null, pass})
			case "connection":
				pass = m.pass ?? ""
				kiosk = !!m.kiosk
				roles = m.roles ?? []
				input.theirMac = !!m.mac
				noCursor = !!options.hideCursor || !!m.no_cursor
				if (noCursor) screen.canvas.style.cursor = "none"
				if (!may()) notice("You are watching", 4000)
				screen.width = m.width
				screen.height = m.height
				if (kiosk) bar.element.remove()
				else if (!bar.element.isConnected) frame.prepend(bar.element)
				bar.enable(may())
				if (adminToken) send({type: "admin_token", text: adminToken})
				for (const call of calls.values()) send(call)
				tell("connection", {width: m.width, height: m.height, max_area: m.max_area, user_id: m.user_id})
				if (document.hidden || paused) send({type: "paused", on: true})
				if (options.page) focus()
				return
			case "roles":
				roles = m.roles ?? []
				bar.enable(may())
				notice(may() ? "" : "You are watching", 4000)
				return questions.dialog(dialog, may())
			case "tabs":
				bar.show(m)
				return options.page && tell("title", m.tabs?.find((t) => t.active)?.title)
			case "cursor":
				screen.canvas.style.cursor = noCursor ? "none" : m.cursor || "default"
				return
			case "copied":
				writeClipboard(m.text ?? "", root).then((done) => done || notice("The browser did not let the text into the clipboard.", 4000))
				return
			case "dialog":
				dialog = m.dialog
				return questions.dialog(m.dialog, may())
			case "choice":
				return questions.choice(m.choice)
			case "wish":
				return files.wish(m.wish)
			case "received":
				return files.received(m.received ?? 0)
			case "uploaded":
				files.uploaded()
				if (m.text) notice(m.text, 6000)
				return
			case "download":
				return files.download(m.download)
			case "pointer":
				return showPointer(m)
			case "notice":
				return notice(m.text, 6000)
			case "pong":
				return tell("rtt", Math.round((performance.now() - m.sent) * 10) / 10)
			case "resize":
				return tell("resize", {width: m.width, height: m.height})
			case "answer":
				return onMessage("e" in m ? {i: m.i, e: m.e} : {i: m.i, r: m.r ?? null})
			case "tell":
				if (m.message?.type === "close_warning") warn(m.message)
				return onMessage(m.message)
		}
	}
	const warn = ({data}) => {
		const delay = data?.deadline?.delay ?? data?.deadline
		notice(data?.type === "inactive" ? "The session ends soon, unless somebody uses it." : "The session ends soon.", typeof delay === "number" ? delay : 60000)
	}

	let slow = 0
	const changed = (state, reason) => {
		clearTimeout(slow)
		if (state === "over") {
			showEnd(reason)
			return tell("disconnect", {type: reason})
		}
		tell("connection_state", {state})
		frame.classList.toggle("lost", state === "reconnecting")
		if (state === "playing") notice("")
		else if (state === "reconnecting") {
			files.drop()
			slow = setTimeout(() => notice("The connection is lost. Trying again\u2026"), 700) // a short one is not worth a word
		}
	}
	const calls = new Map() // listeners, which are asked for again with each connection
	const wire = connect(address, {
		said,
		changed,
		pictured: (data) => {
			wait.remove()
			screen.pictured(data)
		},
	})

	let paused = !!options.videoPaused
	const pause = () => send({type: "paused", on: paused || document.hidden})
	document.addEventListener("visibilitychange", pause)
	const beat = setInterval(() => document.hidden || send({type: "ping", sent: performance.now()}), 3000)

	// What an embedding page sends. Places are of the whole page: 0 to 1.
	const place = (m) => ({x: (m.x ?? 0) * screen.width, y: (m.y ?? 0) * screen.height})
	const theirs = (m) => {
		const mods = modifiers(m)
		switch (m.type) {
			case "keydown":
			case "keyup": {
				const key = String(m.key ?? "")
				const writes = m.type === "keydown" && [...key].length === 1 && !m.ctrlKey && !m.metaKey
				return {type: "key", kind: m.type.slice(3), key, code: m.code ?? "", keyCode: m.keyCode ?? keyCodes[key] ?? (/^[a-z0-9]$/i.test(key) ? key.toUpperCase().charCodeAt(0) : 0), text: writes ? key : key === "Enter" && m.type === "keydown" ? "\r" : "", mods}
			}
			case "mousedown":
			case "mouseup":
			case "mousemove":
				return {type: "mouse", kind: m.type.slice(5), button: m.button ?? 0, count: m.detail || 1, mods, ...place(m)}
			case "wheel":
				return {type: "wheel", dx: m.deltaX ?? 0, dy: m.deltaY ?? 0, mods, ...place({x: m.x ?? 0.5, y: m.y ?? 0.5})}
		}
	}
	const handleMessage = (m) => {
		if (m?.m) {
			const call = {type: "call", m: m.m, a: m.a ?? [], i: m.i, t: m.t ?? adminToken}
			if (m.m.endsWith(".addListener")) calls.set(m.i, call)
			return send(call)
		}
		const value = m && "data" in m ? m.data : m?.value
		switch (m?.type) {
			case "admin_token":
				adminToken = value
				return send({type: "admin_token", text: String(value ?? "")})
			case "webhook_auth":
				userdata = value?.webhookUserdata
				return
			case "disable_input":
				input.disabled = !!value
				return bar.enable(may())
			case "video_paused":
				paused = !!value
				return pause()
			case "ping":
				return send({type: "ping", sent: performance.now()})
			case "reconnect":
				return wire.again()
			case "resize":
				return send({type: "resize", width: (value ?? m).width, height: (value ?? m).height})
			case "volume":
				return // there is no sound
			default: {
				const event = theirs(m?.data?.type ? m.data : (m ?? {}))
				if (event && !input.disabled) send(event)
			}
		}
	}
	return {
		handleMessage,
		destroy() {
			wire.close()
			input.stop()
			clearInterval(beat)
			document.removeEventListener("visibilitychange", pause)
			frame.remove()
			root.adoptedStyleSheets = root.adoptedStyleSheets.filter((s) => s !== sheet)
		},
	}
}

const keyCodes = {Backspace: 8, Tab: 9, Enter: 13, Shift: 16, Control: 17, Alt: 18, Escape: 27, " ": 32, PageUp: 33, PageDown: 34, End: 35, Home: 36, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, Delete: 46, Meta: 91}
