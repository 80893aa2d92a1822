/* What both laboratories share: a page made of lists, the loop, the settings, the address. */

const KINDS = (globalThis.hourglass ??= {}); // of laboratories; one that comes anew, with a cell, replaces the old
const SPEEDS = { slow: 1, medium: 5, fast: Infinity }; // steps a frame, as far as its time goes
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/* Make an element's children what a list says: texts, and [tag, attributes, ...children]. What is there stays, and with
	 it the focus. No text is ever read as markup. JupyterLab takes keys as commands ("dd" deletes a cell), unless the
	 focused element says that they are its own. */
function render(parent, children) {
	children.forEach((child, i) => {
		const [tag, attributes, ...inner] = Array.isArray(child) ? child : ["#text", { data: String(child) }];
		let node = parent.childNodes[i];
		if ((node?.localName ?? node?.nodeName) !== tag) {
			const space = tag === "svg" ? "http://www.w3.org/2000/svg" : parent.namespaceURI;
			const fresh = tag === "#text" ? new Text() : document.createElementNS(space, tag);
			fresh.setAttribute?.("data-lm-suppress-shortcuts", "true");
			node = parent.insertBefore(fresh, node);
		}
		if (inner.length || node.firstChild) render(node, inner);
		for (const [name, value] of Object.entries(attributes)) set(node, name, value);
	});
	while (parent.childNodes.length > children.length) parent.lastChild.remove();
}

/* Do something so many times, or until the time is up. */
function work(act, times, milliseconds) {
	const end = performance.now() + milliseconds;
	do act();
	while (--times > 0 && performance.now() < end);
}

function set(node, name, value) {
	if (name === "value" && node === document.activeElement) return; // somebody types
	if (typeof value === "function" || ["value", "checked", "data"].includes(name)) {
		if (node[name] !== value) node[name] = value;
	} else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

const div = (kind, ...children) => ["div", { class: kind }, ...children];
const button = (text, onclick) => ["button", { type: "button", class: "hg-button", onclick }, text];
const field = (tag, value, choose, more, ...inner) => {
	return [tag, { value: String(value), onchange: ({ target }) => choose(target.value), ...more }, ...inner];
};
const list = (options, value, choose) => {
	const shown = { true: "yes", false: "no" };
	return field("select", value, choose, {}, ...options.map((option) => ["option", { value: String(option) }, shown[option] ?? option]));
};
const path = (kind, d, more) => ["path", { class: kind, d, ...more }];
const picture = (more, ...children) => ["svg", { class: "hg-picture", viewBox: "0 0 360 360", ...more }, ...children];
const group = (children) => ["g", {}, ...children];

const size = (values) => Math.max(...values.map(Math.abs), 1e-9); // never zero, to divide by
const scaled = (values, factor) => values.map((value) => factor * value);
const clip = (x, high) => Math.min(Math.max(x, -high), high);

/* A number as the book prints it. */
const told = (x, digits = 0) => (Number(x.toFixed(digits)) + 0).toFixed(digits).replace("-", "−");
const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
const circle = (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
const triangle = (r) => `M0 ${-1.2 * r}L${1.1 * r} ${0.8 * r}H${-1.1 * r}Z`;

/* Where in its picture a pointer is, in the picture's units. */
function place({ currentTarget, clientX, clientY }) {
	const screen = (currentTarget.ownerSVGElement ?? currentTarget).getScreenCTM();
	const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(screen.inverse());
	return [x, y];
}

class Laboratory {
	steps = 0;

	/* spec: {name, words, start, settings}: the first state, and of each setting its name and what it may be. */
	constructor(host, spec) {
		Object.assign(this, { host, spec, words: spec.words, state: { ...spec.start }, said: spec.words.hint });
		this.onAddress = () => this.restore() && this.draw();
	}

	/* Called whenever the element has come to stand in the page. */
	connect() {
		addEventListener("hashchange", this.onAddress);
		if (this.root) return;
		this.root = this.host.appendChild(document.createElement("div"));
		this.root.className = "hg-live";
		if (this.restore()) this.host.scrollIntoView({ block: "nearest" });
		else this.begin();
		this.draw();
		if (this.spec.running && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.play();
	}

	disconnect() {
		this.pause();
		removeEventListener("hashchange", this.onAddress);
	}

	rewind() {
		this.network.draw(this.state.seed, this.weightSize);
		this.steps = 0;
	}

	draw() {
		this.look();
		const names = Object.keys(this.spec.settings).filter((name) => !this.apart?.includes(name));
		render(this.root, [...this.toolbar(), ...this.panels(), ...(this.spec.small ? [] : [this.settings(names)])]);
	}

	settings(names) {
		return div("hg-settings", ...names.map((name) => this.setting(name)));
	}

	toolbar() {
		const { running, said, state } = this;
		const report = this.report();
		const act = (name, make) => button(name, () => {
			this.pause();
			make();
			this.look();
			this.say(this.report());
		});
		return [
			div("hg-buttons",
				button(running ? "Pause" : "Train", () => (running ? this.stop(`Paused. ${report}`) : this.play())),
				act("Step", () => this.train()), act("Rewind", () => this.rewind()),
				act("New start", () => this.change("seed", String((state.seed + 1) % 10000)))),
			["p", { class: "hg-facts" }, report],
			["p", { class: `hg-said ${said.endsWith(report) ? "hg-unseen" : ""}`, role: "status" }, said],
		];
	}

	/* A list to choose from; or, where there are no options, a number to type. */
	setting(name) {
		const [label, options] = this.spec.settings[name];
		const value = this.state[name];
		const choose = (text) => this.change(name, text);
		const number = { type: "number", min: 0, max: 9999 };
		return ["label", { class: "hg-setting" }, label, options ? list(options, value, choose) : field("input", value, choose, number)];
	}

	/* Take a value, given as text, if the setting may have it. */
	accept(name, text) {
		const options = this.spec.settings[name]?.[1];
		const value = options ? options.find((option) => String(option) === text) : this.parse(name, text);
		if (value !== undefined) this.state[name] = value;
		return value !== undefined;
	}

	parse(name, text) {
		return name === "seed" && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
	}

	change(name, text) {
		if (this.accept(name, text)) this.changed(name);
		this.draw();
		this.remember();
	}

	play() {
		this.running = true;
		this.said = ""; // nothing is spoken while it runs
		const tick = () => { // eight milliseconds of training, so that sixty frames fit into a second
			work(() => this.train(), SPEEDS[this.state.speed], 8);
			this.request = requestAnimationFrame(tick);
			this.draw();
			if (!Number.isFinite(this.loss)) this.stop(this.words.infinite);
		};
		this.request = requestAnimationFrame(tick);
	}

	pause() {
		this.running = false;
		cancelAnimationFrame(this.request);
	}

	stop(said) {
		this.pause();
		this.say(said);
	}

	/* Seen, and spoken by screen readers. */
	say(text) {
		this.said = text;
		this.draw();
	}

	/* What differs from the first state stands in the page's address, to be shared as a link; JupyterLab has its own. */
	remember() {
		if ("jpThemeName" in document.body.dataset) return;
		const { name, start } = this.spec;
		const changed = Object.entries(this.state).filter(([key, value]) => String(value) !== String(start[key]));
		history.replaceState(null, "", `#${name}?${new URLSearchParams(changed)}`);
	}

	restore() {
		const [name, query] = location.hash.slice(1).split("?");
		if (name !== this.spec.name || query === undefined) return false;
		this.pause();
		this.state = { ...this.spec.start };
		const refused = [...new URLSearchParams(query)].filter(([key, text]) => !this.accept(key, text));
		this.said = this.words[refused.length ? "refused" : "restored"];
		this.begin();
		return true;
	}
}
