// connect keeps a WebSocket to the room open: when it is lost it tries again, sooner at first and later less often, until the session
// has ended or close is called. said gets messages, pictured gets pictures, changed the state: "connecting", "playing", "reconnecting",
// "over" with a reason.
const connect = (address, {said, pictured, changed}) => {
	const ws = new URL(address)
	ws.protocol = ws.protocol.replace("http", "ws")
	ws.pathname = ws.pathname.replace(/\/?$/, "/ws")
	const check = new URL(address)
	check.searchParams.set("no_cbor", "1")
	let socket = null
	let tries = 0
	let timer = 0
	let over = false

	const end = (reason) => {
		if (over) return
		over = true
		clearTimeout(timer)
		socket?.close()
		changed("over", reason)
	}
	const open = () => {
		clearTimeout(timer)
		if (over) return
		const mine = (socket = new WebSocket(ws))
		mine.binaryType = "arraybuffer"
		const patience = setTimeout(() => mine.close(), 10000)
		mine.onopen = () => clearTimeout(patience)
		mine.onmessage = ({data}) => {
			if (mine !== socket || over) return
			if (typeof data !== "string") return pictured(data)
			const m = JSON.parse(data)
			if (m.type === "disconnect") return end(m.reason)
			if (m.type === "connection") {
				tries = 0
				changed("playing")
			}
			said(m)
		}
		mine.onclose = () => {
			clearTimeout(patience)
			if (mine === socket) lost()
		}
	}
	const lost = async () => {
		if (over) return
		socket = null
		changed("reconnecting")
		const wait = Math.min(15000, 300 * 2 ** tries) * (0.75 + Math.random() / 2)
		tries++
		timer = setTimeout(open, wait)
		// The browser does not tell why a WebSocket was refused; the same address does.
		try {
			const {status} = await fetch(check, {cache: "no-store", signal: AbortSignal.timeout(5000)})
			if (status >= 400 && status !== 504 && status !== 429 && status !== 503) end(status === 401 || status === 403 ? "unauthorized" : "unknown")
		} catch {}
	}
	const again = () => {
		if (over || socket?.readyState === WebSocket.OPEN) return
		tries = 0
		open()
	}
	addEventListener("online", again)
	changed("connecting")
	open()
	return {
		send(m) {
			if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(m))
		},
		bytes(data) {
			if (socket?.readyState === WebSocket.OPEN) socket.send(data)
		},
		again() {
			const old = socket
			socket = null
			old?.close()
			tries = 0
			open()
		},
		close() {
			over = true
			clearTimeout(timer)
			removeEventListener("online", again)
			socket?.close()
		},
	}
}
