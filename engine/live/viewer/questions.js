// makeQuestions shows what a page asks: its dialogs, and the lists of its <select>s.
const makeQuestions = (stage, screen, send, done) => {
	let asked = null
	const dialog = (d, may) => {
		asked?.remove()
		asked = null
		if (!d?.id) return
		const answer = (accept, text = "") => {
			send({type: "dialog", id: d.id, accept, text})
			done()
		}
		const prompt = d.kind === "prompt" ? h("input", {type: "text", "aria-label": "Answer", value: d.suggestion ?? ""}) : null
		const leaves = d.kind === "beforeunload"
		asked = h("form", {class: "veil", onsubmit: (e) => { e.preventDefault(); answer(true, prompt?.value) }, onkeydown: (e) => e.key === "Escape" && answer(false)},
			h("div", {class: "card", role: "alertdialog", "aria-modal": "true"},
				h("p", {class: "from"}, leaves ? "Leave this page?" : `${where(d.url ?? "")} says`),
				h("p", {class: "message"}, leaves ? "What you have entered may not be saved." : (d.message ?? "")),
				prompt,
				may ? h("div", {class: "answers"},
					d.kind !== "alert" && h("button", {type: "button", onclick: () => answer(false)}, leaves ? "Stay" : "Cancel"),
					h("button", {class: "main", type: "submit"}, leaves ? "Leave" : "OK"),
				) : h("p", {class: "muted"}, "Somebody with control has to answer."),
			))
		stage.append(asked)
		if (may) (prompt ?? asked.querySelector(".main")).focus()
		prompt?.select()
	}

	let list = null
	const shut = () => {
		list?.remove()
		list = null
	}
	const choice = (c) => {
		shut()
		const {left, top, scale} = screen.at(c.x ?? 0, c.y ?? 0, stage)
		const below = top + (c.height ?? 0) * scale
		let group = ""
		const rows = []
		const options = c.options ?? []
		let current = options.findIndex((o) => o.selected)
		const choose = (index) => {
			if (options[index]?.disabled) return
			send({type: "choose", id: c.id, index: [index]})
			shut()
			done()
		}
		const menu = h("div", {class: "list", role: "listbox", tabindex: "0"})
		options.forEach((o, i) => {
			if (o.group && o.group !== group) menu.append(h("div", {class: "group"}, o.group))
			group = o.group
			rows[i] = h("div", {class: "option", role: "option", "aria-disabled": o.disabled ? "true" : null, "aria-selected": i === current ? "true" : "false", onclick: () => choose(i),
				onmousemove: () => mark(i)}, o.text || "\u00a0")
			menu.append(rows[i])
		})
		const mark = (i) => {
			if (!rows[i]) return
			rows[current]?.setAttribute("aria-selected", "false")
			current = i
			rows[i].setAttribute("aria-selected", "true")
		}
		const step = (by) => {
			let i = current + by
			while (options[i]?.disabled) i += by
			if (options[i]) {
				mark(i)
				rows[i].scrollIntoView({block: "nearest"})
			}
		}
		let typed = ""
		let timer = 0
		menu.addEventListener("keydown", (e) => {
			e.preventDefault()
			e.stopPropagation()
			if (e.key === "ArrowDown") step(1)
			else if (e.key === "ArrowUp") step(-1)
			else if (e.key === "Enter" || e.key === " " && !typed || e.key === "Tab") choose(current)
			else if (e.key === "Escape") {
				shut()
				done()
			} else if (e.key.length === 1) {
				typed += e.key.toLowerCase()
				clearTimeout(timer)
				timer = setTimeout(() => (typed = ""), 800)
				const i = options.findIndex((o) => !o.disabled && o.text.toLowerCase().startsWith(typed))
				if (i >= 0) {
					mark(i)
					rows[i].scrollIntoView({block: "nearest"})
				}
			}
		})
		list = h("div", {class: "shade", onmousedown: (e) => e.target === list && (e.preventDefault(), shut(), done())}, menu)
		stage.append(list)
		const room = stage.getBoundingClientRect()
		menu.style.minWidth = `${Math.max(80, (c.width ?? 0) * scale)}px`
		menu.style.left = `${Math.max(4, Math.min(left, room.width - menu.offsetWidth - 4))}px`
		const height = Math.min(menu.offsetHeight, Math.max(120, room.height - 8))
		menu.style.top = `${below + height <= room.height - 4 ? below : Math.max(4, top - height)}px`
		menu.focus()
		rows[current]?.scrollIntoView({block: "nearest"})
	}
	return {dialog, choice, shut}
}
