// Runs in an empty page of an origin, in a world of its own: reads what the origin keeps, and changes it.
//
// Values that JSON cannot hold are written so:
//
//	{v: 'null' | 'undefined' | 'NaN' | 'Infinity' | '-Infinity' | '-0'}   {bi: '12'}   {d: ISO date}   {r: {p: pattern, f: flags}}
//	{e: {n: name, m: message, s: stack}}   {ta: {b: base64, k: kind}}   {ab: base64}   {dv: base64}   {bool|num|str: value}, objects of these
//	{a: [...], id}   {o: [{k, v}], id}   {m: [[k, v]], id}   {s: [...], id}   {ref: id}, an object that was there before
//	{b: base64, t: type}, a Blob, and with n: name, lm: time a File
//
// Those up to v, and a, o, ref, ta, are as Playwright writes them.
(() => {
	const arrays = {
		i8: Int8Array, ui8: Uint8Array, ui8c: Uint8ClampedArray, i16: Int16Array, ui16: Uint16Array, i32: Int32Array, ui32: Uint32Array,
		f32: Float32Array, f64: Float64Array, bi64: BigInt64Array, bui64: BigUint64Array,
	}
	const toBase64 = bytes => {
		let text = ''
		for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 0x8000))
		return btoa(text)
	}
	const fromBase64 = text => Uint8Array.from(atob(text), c => c.charCodeAt(0))
	const answer = request => new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result)
		request.onerror = () => reject(request.error)
	})
	const done = transaction => new Promise((resolve, reject) => {
		transaction.oncomplete = resolve
		transaction.onabort = transaction.onerror = () => reject(transaction.error)
	})

	class Uncarriable extends Error {}

	const encode = async (value, seen) => {
		switch (typeof value) {
		case 'boolean': case 'string': return value
		case 'undefined': return {v: 'undefined'}
		case 'bigint': return {bi: String(value)}
		case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : {v: Object.is(value, -0) ? '-0' : String(value)}
		}
		if (value === null) return {v: 'null'}
		if (seen.has(value)) return {ref: seen.get(value)}
		const id = seen.size + 1
		seen.set(value, id)
		if (Array.isArray(value)) {
			const a = []
			for (const item of value) a.push(await encode(item, seen))
			return {a, id}
		}
		if (value instanceof Date) return {d: isNaN(value) ? '' : value.toISOString()}
		if (value instanceof RegExp) return {r: {p: value.source, f: value.flags}}
		if (value instanceof Error) return {e: {n: value.name, m: value.message, s: String(value.stack)}}
		if (value instanceof File) return {b: toBase64(new Uint8Array(await value.arrayBuffer())), t: value.type, n: value.name, lm: value.lastModified}
		if (value instanceof Blob) return {b: toBase64(new Uint8Array(await value.arrayBuffer())), t: value.type}
		if (value instanceof ArrayBuffer) return {ab: toBase64(new Uint8Array(value))}
		if (value instanceof DataView) return {dv: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}
		for (const k in arrays)
			if (value instanceof arrays[k]) return {ta: {b: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)), k}}
		if (value instanceof Boolean) return {bool: value.valueOf()}
		if (value instanceof Number) return {num: await encode(value.valueOf(), seen)}
		if (value instanceof String) return {str: value.valueOf()}
		if (value instanceof Map) {
			const m = []
			for (const [k, v] of value) m.push([await encode(k, seen), await encode(v, seen)])
			return {m, id}
		}
		if (value instanceof Set) {
			const s = []
			for (const item of value) s.push(await encode(item, seen))
			return {s, id}
		}
		if (Object.prototype.toString.call(value) !== '[object Object]') throw new Uncarriable(value.constructor?.name || 'a value')
		const o = []
		for (const k of Object.keys(value)) o.push({k, v: await encode(value[k], seen)})
		return {o, id}
	}

	const decode = (value, refs) => {
		if (value === null || typeof value !== 'object') return value
		const keep = made => (refs.set(value.id, made), made)
		if ('ref' in value) return refs.get(value.ref)
		if ('v' in value) return {null: null, undefined, NaN, Infinity, '-Infinity': -Infinity, '-0': -0}[value.v]
		if ('bi' in value) return BigInt(value.bi)
		if ('d' in value) return new Date(value.d || NaN)
		if ('u' in value) return value.u
		if ('r' in value) return new RegExp(value.r.p, value.r.f)
		if ('e' in value) return Object.assign(new (globalThis[value.e.n] || Error)(value.e.m), {stack: value.e.s})
		if ('ta' in value) return new arrays[value.ta.k](fromBase64(value.ta.b).buffer)
		if ('ab' in value) return fromBase64(typeof value.ab === 'string' ? value.ab : value.ab.b).buffer
		if ('dv' in value) return new DataView(fromBase64(value.dv).buffer)
		if ('n' in value) return new File([fromBase64(value.b)], value.n, {type: value.t, lastModified: value.lm})
		if ('b' in value) return new Blob([fromBase64(value.b)], {type: value.t})
		if ('bool' in value) return Object(value.bool)
		if ('num' in value) return Object(decode(value.num, refs))
		if ('str' in value) return Object(value.str)
		if ('a' in value) { const a = keep([]); for (const item of value.a) a.push(decode(item, refs)); return a }
		if ('m' in value) { const m = keep(new Map()); for (const [k, v] of value.m) m.set(decode(k, refs), decode(v, refs)); return m }
		if ('s' in value) { const s = keep(new Set()); for (const item of value.s) s.add(decode(item, refs)); return s }
		const o = keep({})
		for (const {k, v} of value.o)
			Object.defineProperty(o, k, {value: decode(v, refs), writable: true, enumerable: true, configurable: true})
		return o
	}

	// plain says whether JSON holds a value as it is.
	const plain = (value, above = new Set()) => {
		switch (typeof value) {
		case 'boolean': case 'string': return true
		case 'number': return Number.isFinite(value) && !Object.is(value, -0)
		case 'object': break
		default: return false
		}
		if (value === null) return above.size > 0
		if (above.has(value)) return false // twice, or in itself
		above.add(value)
		if (Array.isArray(value)) return value.length === Object.keys(value).length && value.every(item => plain(item, above))
		return Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).every(k => plain(value[k], above))
	}
	const put = async (record, name, value) => {
		if (plain(value)) record[name] = value
		else record[name + 'Encoded'] = await encode(value, new Map())
	}
	const got = (record, name) => name in record ? record[name] : decode(record[name + 'Encoded'], new Map())

	const path = keyPath => keyPath === null ? {} : Array.isArray(keyPath) ? {keyPathArray: [...keyPath]} : {keyPath}
	const pathOf = x => x.keyPathArray || (x.keyPath === undefined ? null : x.keyPath)

	const readDatabase = async (name, lost) => {
		const db = await answer(indexedDB.open(name))
		db.onversionchange = () => db.close()
		try {
			const names = [...db.objectStoreNames]
			const all = []
			if (names.length) {
				const transaction = db.transaction(names)
				const wanted = names.map(name => {
					const store = transaction.objectStore(name)
					const indexes = [...store.indexNames].map(name => {
						const index = store.index(name)
						return {name, ...path(index.keyPath), unique: index.unique, multiEntry: index.multiEntry}
					})
					const about = {name, ...path(store.keyPath), autoIncrement: store.autoIncrement, indexes, records: []}
					return [about, answer(store.getAllKeys()), answer(store.getAll())]
				})
				for (const [about, keys, values] of wanted) all.push([about, await keys, await values])
			}
			const stores = []
			for (const [about, keys, values] of all) {
				for (let i = 0; i < keys.length; i++) {
					const record = {}
					try {
						await put(record, 'key', keys[i])
						await put(record, 'value', values[i])
						about.records.push(record)
					} catch (e) {
						lost.push(`a record of ${name} (${e instanceof Uncarriable ? e.message : e.name})`)
					}
				}
				stores.push(about)
			}
			return {name, version: db.version, stores}
		} finally {
			db.close()
		}
	}

	const items = storage => Object.keys(storage).sort().map(name => ({name, value: storage.getItem(name)}))

	const read = async () => {
		const lost = []
		const found = {origin: location.origin, localStorage: items(localStorage), indexedDB: [], lost}
		for (const {name} of (await indexedDB.databases()).sort((a, b) => a.name < b.name ? -1 : 1)) {
			try {
				found.indexedDB.push(await readDatabase(name, lost))
			} catch (e) {
				lost.push(`the database ${name} (${e.name})`)
			}
		}
		return found
	}

	// change makes the changes of one step; what fails is told, and the rest is done all the same.
	const change = async c => {
		const lost = []
		const attempt = async (what, f) => {
			try { await f() } catch (e) { lost.push(`${what} (${e?.name || e})`) }
		}
		for (const [storage, changes] of [[localStorage, c.local], [sessionStorage, c.session]]) {
			if (!changes) continue
			for (const name of changes.gone || []) storage.removeItem(name)
			for (const {name, value} of changes.set || []) await attempt(`an entry of ${storage === localStorage ? 'localStorage' : 'sessionStorage'}`, () => storage.setItem(name, value))
		}
		for (const name of c.dropped || []) await attempt(`the database ${name}`, () => answer(indexedDB.deleteDatabase(name)))
		for (const d of c.made || []) await attempt(`the database ${d.name}`, async () => {
			await answer(indexedDB.deleteDatabase(d.name))
			const request = indexedDB.open(d.name, d.version)
			request.onupgradeneeded = () => {
				for (const s of d.stores) {
					const store = request.result.createObjectStore(s.name, {keyPath: pathOf(s), autoIncrement: s.autoIncrement})
					for (const i of s.indexes) store.createIndex(i.name, pathOf(i), {unique: i.unique, multiEntry: i.multiEntry})
				}
			}
			;(await answer(request)).close()
		})
		for (const w of c.written || []) await attempt(`records of ${w.database}`, async () => {
			const db = await answer(indexedDB.open(w.database))
			db.onversionchange = () => db.close()
			try {
				const transaction = db.transaction(w.store, 'readwrite', {durability: 'strict'})
				const finished = done(transaction)
				const store = transaction.objectStore(w.store)
				for (const record of w.gone || []) store.delete(got(record, 'key'))
				for (const record of w.records || []) {
					const value = got(record, 'value')
					if (store.keyPath !== null) store.put(value)
					else store.put(value, got(record, 'key'))
				}
				await finished
			} finally {
				db.close()
			}
		})
		return {lost}
	}

	let incoming = '', outgoing = ''
	// What is no ASCII is escaped, so that no slice ends within a character, and half ones (surrogates) get through.
	const escaped = c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')
	const out = value => (outgoing = JSON.stringify(value).replace(/[\u0080-\uffff]/g, escaped), outgoing.length)
	globalThis.carry = {
		add: text => { incoming += text },
		change: async () => { const c = JSON.parse(incoming); incoming = ''; return out(await change(c)) },
		read: async () => out(await read()),
		tab: () => out({origin: location.origin, localStorage: items(sessionStorage)}),
		slice: (from, to) => outgoing.slice(from, to),
	}
})()
