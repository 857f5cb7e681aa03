// makeScreen shows pictures on a canvas as they come, and says which it has shown; frameCb, if there is one, gets them instead.
const makeScreen = (send, frameCb, resized) => {
	const canvas = h("canvas", {width: 1280, height: 720})
	const paint = canvas.getContext("2d", {alpha: false, desynchronized: true})
	const screen = {canvas, width: 1280, height: 720, shown: 0}
	const pages = () => {
		canvas.style.setProperty("--shape", `${screen.width} / ${screen.height}`)
		canvas.style.setProperty("--ratio", screen.width / screen.height)
	}
	pages()
	screen.pictured = async (data) => {
		const head = new DataView(data)
		if (head.getUint8(0) !== 1) return
		const number = head.getUint32(1)
		const width = head.getUint16(5)
		const height = head.getUint16(7)
		try {
			const picture = await createImageBitmap(new Blob([new Uint8Array(data, 9)], {type: "image/jpeg"}))
			if (width && height && (width !== screen.width || height !== screen.height)) {
				screen.width = width
				screen.height = height
				pages()
				resized(width, height)
			}
			if (frameCb) frameCb(picture)
			else {
				if (canvas.width !== picture.width || canvas.height !== picture.height) {
					canvas.width = picture.width
					canvas.height = picture.height
				}
				paint.drawImage(picture, 0, 0)
				picture.close()
			}
			screen.shown++
			canvas.dataset.shown = screen.shown
		} catch {}
		send({type: "taken", number})
	}
	// place is where on the page a point of the window is.
	screen.place = (clientX, clientY) => {
		const box = canvas.getBoundingClientRect()
		const clamp = (v, most) => Math.round(Math.min(Math.max(v, 0), most - 1) * 10) / 10
		return {
			x: clamp(((clientX - box.left) / box.width) * screen.width, screen.width),
			y: clamp(((clientY - box.top) / box.height) * screen.height, screen.height),
		}
	}
	// at is the opposite: where in the stage a point of the page is.
	screen.at = (x, y, stage) => {
		const box = canvas.getBoundingClientRect()
		const outer = stage.getBoundingClientRect()
		const scale = box.width / screen.width
		return {left: box.left - outer.left + x * scale, top: box.top - outer.top + y * scale, scale}
	}
	return screen
}
