// h builds an element: h("button", {class: "x", onclick: f}, child, ...).
const h = (name, props = {}, ...children) => {
	const e = name === "svg" || name === "path" ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name)
	for (const [key, value] of Object.entries(props)) {
		if (key.startsWith("on")) e.addEventListener(key.slice(2), value)
		else if (value === true) e.setAttribute(key, "")
		else if (value !== false && value != null) e.setAttribute(key, value)
	}
	e.append(...children.filter((c) => c != null && c !== false))
	return e
}

const shapes = {
	back: "M15 5l-7 7 7 7", forward: "M9 5l7 7-7 7", reload: "M19 12a7 7 0 1 1-2.2-5.1M19 3.5v4.2h-4.2", stop: "M6 6l12 12M18 6L6 18",
	close: "M7 7l10 10M17 7L7 17", plus: "M12 5v14M5 12h14", file: "M7 3h7l4 4v14H7zM14 3v4h4", keys: "M3 7h18v10H3zM7 13.5h10M7 10h.01M12 10h.01M17 10h.01",
}
const icon = (name) => h("svg", {viewBox: "0 0 24 24", "aria-hidden": "true"}, h("path", {d: shapes[name]}))

const size = (bytes) => {
	const units = ["bytes", "KB", "MB", "GB"]
	let i = 0
	while (bytes >= 1000 && i < units.length - 1) {
		bytes /= 1000
		i++
	}
	return `${i && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[i]}`
}

const where = (url) => {
	try {
		return new URL(url).host || url
	} catch {
		return url
	}
}
