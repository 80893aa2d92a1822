/* The rule laboratory: n inputs, k middle units, n outputs. What the middle says to an input is its code, a point in k
	 dimensions; every output has a direction there, and the one that agrees most with the code wins. */

const REACH = 128; // from the middle of a picture to the edge of what tanh can say
const TIPS = 0.62; // how far towards the edge the longest direction is drawn
const SQUARE = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
const CUBE = range(6).map((side) => SQUARE.map((point) => point.toSpliced(side >> 1, 0, side % 2 ? 1 : -1)));
const FACES = [[[[-1], [1]]], [SQUARE], CUBE]; // all around the codes of one, two, three units
const dot = (a, b) => sum(a.map((value, i) => value * b[i]));
const closed = (points) => (points.length ? `${line(points)}Z` : "");
const label = (x, y, text) => ["text", { class: "hg-label", x, y }, text];
const sign = (value) => (value < 0 ? "hg-minus" : "hg-plus");

/* The part of a polygon, in a space of any dimension, where normal · point + c is not negative. */
function cut(polygon, normal, c) {
	return polygon.flatMap((point, i) => {
		const next = polygon[(i + 1) % polygon.length];
		const [here, there] = [point, next].map((one) => dot(normal, one) + c);
		const crossing = here * there < 0 ? [point.map((v, axis) => v + (here / (here - there)) * (next[axis] - v))] : [];
		return here >= 0 ? [point, ...crossing] : crossing;
	});
}

/* What makes a thing in a picture movable, by pointer and by arrow keys; page keys go to its neighbours. move(dx, dy):
	 on by so many of the picture's units. */
let grabbed; // where the pointer was last
const movable = (move) => ({
	role: "button",
	onpointerdown(event) {
		event.preventDefault();
		event.currentTarget.setPointerCapture(event.pointerId);
		event.currentTarget.focus();
		grabbed = place(event);
	},
	onpointermove(event) {
		if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
		const before = grabbed;
		grabbed = place(event);
		move(...grabbed.map((v, i) => v - before[i]));
	},
	onkeydown(event) {
		const { key, currentTarget } = event;
		const next = { PageUp: "previousElementSibling", PageDown: "nextElementSibling" }[key];
		if (!next && !(key in ARROWS)) return;
		event.preventDefault();
		if (next) currentTarget[next]?.focus();
		else move(...scaled(ARROWS[key], 13));
	},
});

KINDS.rule = class extends Laboratory {
	weightSize = 0.5;
	input = 3; // the code and the direction at which the tab key stops
	output = 0;
	angles = [0.5, 0.35];

	begin() {
		const { n, k, middle, bias } = this.state;
		this.network = new Network({ sizes: [n, k, n], activation: middle, biases: [false, bias] });
		this.x = range(n).map((i) => range(n).map((j) => Number(i === j))); // one input fires at a time
		this.input = Math.min(this.input, n - 1);
		this.output = Math.min(this.output, n - 1);
		this.follow();
		this.rewind();
	}

	/* What each input shall fire. */
	follow() {
		const { n, rule, seed, own } = this.state;
		if (rule === "random") this.state.own = shuffled(n, generator(seed + 10000).uniform);
		else if (rule === "shift" || own?.length !== n) this.state.own = range(n).map((i) => (i + 1) % n);
	}

	train() {
		this.network.epoch({ x: this.x, labels: this.state.own }, { ...this.state, reduction: "sum" });
		this.steps++;
	}

	changed(name) {
		if (["n", "k", "bias", "seed"].includes(name)) this.begin();
		if (name === "rule") this.follow();
		if (name === "middle") this.network.layers[0].kind = this.state.middle; // the weights stay
		if (["middle", "optimizer"].includes(name)) this.network.calm();
	}

	parse(name, text) {
		if (name !== "own") return super.parse(name, text);
		const own = /^\d\d?(,\d\d?)*$/.test(text) ? text.split(",").map(Number) : [];
		return own.length === this.state.n && Math.max(...own) < this.state.n ? own : undefined;
	}

	/* Everything that shows is made of these. */
	look() {
		const { n, k, own, middle } = this.state;
		const { parameters, layers } = this.network;
		const [codes, scores] = this.network.forward(this.x);
		this.codes = range(n).map((i) => rowOf(codes.y, i, k));
		this.scores = range(n).map((i) => rowOf(scores.y, i, n));
		this.directions = range(n).map((j) => range(k).map((u) => parameters[layers[1].weight + u * n + j]));
		this.biases = range(n).map((j) => parameters[layers[1].bias + j] ?? 0);
		this.winners = this.scores.map(argmax);
		this.winner = this.winners[this.input];
		this.right = this.winners.filter((winner, i) => winner === own[i]).length;
		this.loss = crossEntropy(scores.y, own, "sum", scores.shares);
		this.extent = middle === "tanh" ? 1 : Math.max(1, size(this.codes.flat())); // only tanh keeps codes in the square
		this.scale = ((k === 3 ? 0.72 : 1) * REACH) / this.extent; // units of the picture to one of a code
		this.longest = size(this.directions.flat());
		this.tips = this.directions.map((direction) => scaled(direction, (TIPS * this.extent) / this.longest));
		const [[c, d], [s, t]] = [Math.cos, Math.sin].map((f) => this.angles.map(f));
		this.axes = [[c, 0, s], [s * t, d, -c * t], [-s * d, t, c * d]]; // to the right, up, and towards the reader
		if (k < 3) this.axes = [[1, 0], [0, 1], [0, 0]];
	}

	report() {
		return `Step ${this.steps} · loss ${told(this.loss, 2)} · ${this.right} of ${this.state.n} right`;
	}

	panels() {
		const pictures = div("hg-pictures", this.diagram(), this.plane());
		return this.spec.small ? [pictures] : [pictures, this.numbers()];
	}

	/* --- the network's picture --- */

	diagram() {
		const { n, k, own } = this.state;
		const { layers, parameters, nWeights } = this.network;
		const gap = Math.min(34, 330 / (n - 1));
		const radius = Math.min(12, 0.4 * gap);
		const columns = [n, k, n].map((units, c) => range(units).map((i) => [60 + 120 * c, 180 + gap * (i - (units - 1) / 2)]));
		const thickest = size(parameters.subarray(0, nWeights));
		const wires = layers.flatMap(({ nOut, weight }, c) => columns[c].flatMap((from, i) => columns[c + 1].map((to, j) => {
			const value = parameters[weight + i * nOut + j];
			const width = (0.4 + (3.2 * Math.abs(value)) / thickest).toFixed(2);
			return path(`hg-wire ${sign(value)} ${c || i === this.input ? "" : "hg-quiet"}`, line([from, to]), { "stroke-width": width });
		})));
		const fired = [this.x[this.input], this.codes[this.input], softmax(this.scores[this.input])[0]];
		const act = [(i) => this.select("input", i), null, (j) => this.want(j)];
		const units = columns.flatMap((column, c) => column.map((place, i) => {
			const wanted = c === 2 && i === own[this.input] ? "hg-wanted" : "";
			const inner = radius * Math.sqrt(Math.min(1, Math.abs(fired[c][i])));
			return ["g", { class: `hg-unit ${wanted}`, transform: `translate(${place})`, onclick: () => act[c]?.(i) },
				path("", circle(radius)), path(`hg-fired ${sign(fired[c][i])}`, circle(inner.toFixed(2))),
				label((c - 1) * (radius + 12), 0, c === 1 ? "" : i + 1)];
		}));
		return picture({ role: "img", "aria-label": this.words.network }, ...wires, ...units);
	}

	/* kind: "input" or "output". */
	select(kind, i) {
		this[kind] = i;
		this.draw();
	}

	want(output) {
		this.state.own = this.state.own.with(this.input, output);
		this.state.rule = "own";
		this.remember();
		this.stop(`Input ${this.input + 1} shall fire output ${output + 1}. Train, so that it does.`);
	}

	/* --- the space of codes --- */

	/* Where a point of that space stands in the picture. */
	at(point, row = 180) {
		const [x, y] = this.axes.map((axis) => this.scale * dot(point, axis));
		return [180 + x, row - y];
	}

	plane() {
		const { k, middle, own } = this.state;
		const faces = FACES[k - 1].map((face) => face.map((point) => scaled(point, this.extent)));
		const inSight = faces.filter((face) => sum(face.map((point) => dot(point, this.axes[2]))) >= 0);
		const sectors = this.sectors(inSight);
		const tips = this.handles("output", this.tips, 310, this.moveDirection, (j) => {
			const name = `Output ${j + 1}, direction ${this.story(scaled(this.directions[j], 1 / this.longest))}`;
			return [`hg-direction ${this.on(j)}`, name, "M0 -10L10 0L0 10L-10 0Z"];
		});
		const codes = this.handles("input", this.codes, 250, this.moveCode, (i) => {
			const good = this.winners[i] === own[i];
			const name = `Input ${i + 1}, code ${this.story(this.codes[i])}, ${good ? "right" : "wrong"}`;
			return [`hg-code ${sign(good - 1)}`, name, good ? circle(11) : triangle(13)];
		});
		return picture({ role: "group", "aria-label": this.words.space },
			...(k === 1 ? this.heights(sectors) : this.areas(sectors, faces)), group(sectors.map(([part], j) => this.named(part, j))),
			label(300, 345, middle === "tanh" ? "" : `edge at ±${told(10 * this.extent)}`), tips, codes);
	}

	/* Of each output the parts of these faces in which it wins. */
	sectors(faces) {
		const { directions, biases } = this;
		return directions.map((own, j) => {
			const beaten = (part, other, l) => cut(part, own.map((v, u) => v - other[u]), biases[j] - biases[l]);
			const parts = faces.map((face) => directions.reduce(beaten, face));
			return parts.filter((part) => size(part.flat()) > 1e-6); // rounding may leave the origin
		});
	}

	/* Two units or three. Without biases, those of two whose output wins somewhere are the corners of a convex polygon. */
	areas(sectors, faces) {
		const solid = this.state.k === 3;
		const outline = (parts) => parts.map((part) => closed(part.map((point) => this.at(point)))).join("");
		const angle = ([x, y]) => Math.atan2(y, x);
		const corners = this.tips.filter((_, j) => sectors[j].length && !this.state.bias).sort((a, b) => angle(a) - angle(b));
		const spokes = this.tips.map((tip) => line([[180, 180], this.at(tip)])).join("");
		const turn = (dx, dy) => {
			this.angles = [this.angles[0] + dx / 70, this.angles[1] + dy / 70];
			this.draw();
		};
		const areas = sectors.map((parts, j) => path(`hg-sector ${this.on(j)}`, outline(parts)));
		const ground = { width: 360, height: 360, class: "hg-turns", tabindex: 0, "aria-label": this.words.cube, ...movable(turn) };
		if (solid) areas.unshift(["rect", ground]);
		return [...areas, path("hg-frame", outline(faces)), path("hg-hull", solid ? spokes : outline([corners]))];
	}

	/* One unit: each output's score is a line over the code, and the highest wins. */
	heights(sectors) {
		const { directions, biases, extent } = this;
		const scores = (j, codes) => codes.map(([x]) => [x, directions[j][0] * x + biases[j]]);
		const whole = directions.map((_, j) => scores(j, [[-extent], [extent]]));
		const tall = size(whole.flat().map(([, y]) => y));
		const drawn = (points) => line(points.map(([x, y]) => [this.at([x])[0], 110 - (95 * y) / tall]));
		const lines = whole.map((points, j) => path(`hg-line ${this.on(j)}`, drawn(points)));
		const tops = sectors.map((parts, j) => drawn(scores(j, parts.flat())));
		return [...lines, path("hg-envelope", tops.join("")), path("hg-frame", "M52 250H308M52 310H308")];
	}

	/* An output's number stands in its sector, or just outside where that reaches the edge of the square. */
	named(part, j) {
		if (!part) return label(0, 0, "");
		const { k } = this.state;
		const centre = part[0].map((_, axis) => sum(part.map((point) => point[axis])) / part.length);
		const outside = k === 2 && part.some((point) => size(point) > 0.999 * this.extent);
		const [x, y] = this.at(outside ? scaled(centre, (1.14 * this.extent) / size(centre)) : centre);
		return label(x, k === 1 ? 222 : y, j + 1);
	}

	on(j) {
		return j === this.winner ? "hg-on" : "";
	}

	/* --- things to move --- */

	/* kind: "input" or "output". row: where they stand if there is one unit. tell: what one looks like, is called, is. */
	handles(kind, points, row, move, tell) {
		return group(points.map((point, i) => {
			const [look, name, shape] = tell(i);
			const onfocus = () => this.select(kind, i);
			const by = (dx, dy) => move.call(this, i, point.map((v, u) => v + (dx * this.axes[0][u] - dy * this.axes[1][u]) / this.scale));
			const where = `translate(${this.at(point, this.state.k === 1 ? row : 180)})`;
			const more = { transform: where, tabindex: this[kind] === i ? 0 : -1, "aria-label": name, onfocus };
			return ["g", { class: `hg-handle ${look}`, ...more, ...movable(by) }, path("", shape), ["text", {}, i + 1]];
		}));
	}

	moveCode(i, point) {
		const { k, middle } = this.state;
		const before = (value) => (middle === "tanh" ? Math.atanh(clip(value, 0.9999)) : value);
		this.network.parameters.set(point.map(before), i * k);
		this.look();
		this.moveEnds(`Input ${i + 1}: output ${this.winners[i] + 1} wins with ${this.terms()[this.winners[i]].formula}.`);
	}

	moveDirection(j, point) {
		const { network, longest, extent, state } = this;
		const start = network.layers[1].weight + j;
		point.forEach((value, u) => (network.parameters[start + u * state.n] = (value * longest) / (TIPS * extent)));
		this.look();
		const wins = this.sectors(FACES[state.k - 1])[j].length;
		this.moveEnds(`Output ${j + 1} has ${wins ? "a direction" : "no sector left: it cannot win"}.`);
	}

	moveEnds(text) {
		this.network.calm(); // what the optimizer remembers is no longer so
		this.stop(`${text} ${this.right} of ${this.state.n} right.`);
	}

	/* --- the numbers of the story: codes times 10, directions scaled so that the largest number is 10 --- */

	story(values) {
		return values.map((v) => told(10 * v)).join(", ");
	}

	/* Of each output the products and the bias, and how they add up. */
	terms() {
		const round = (values, unit) => values.map((v) => Math.round((10 * v) / unit));
		const code = round(this.codes[this.input], 1);
		return this.directions.map((direction, j) => {
			const factors = round(direction, this.longest);
			const rest = this.state.bias ? round([10 * this.biases[j]], this.longest) : [];
			const texts = [...factors.map((f, u) => `${told(code[u])} · ${told(f)}`), ...rest.map((b) => told(b))];
			const parts = [...factors.map((f, u) => f * code[u]), ...rest];
			return { parts, formula: `${texts.join(" + ")} = ${told(sum(parts))}` };
		});
	}

	numbers() {
		const terms = this.terms();
		const span = size(terms.flatMap(({ parts }) => [sum(parts), ...parts]));
		const wanted = this.state.own[this.input];
		const rows = terms.map(({ parts, formula }, j) => {
			let end = 0;
			const bar = (kind, x, y, width, height) => ["rect", { class: kind, x, y, width, height }];
			const bars = parts.map((part, y) => bar(sign(part), Math.min(end, (end += part)), y, Math.abs(part), 1));
			const total = bar("hg-sum", end - 0.012 * span, 0, 0.024 * span, parts.length);
			const box = { class: "hg-bar", viewBox: `${-1.6 * span} 0 ${3.2 * span} ${parts.length}`, preserveAspectRatio: "none", "aria-hidden": true };
			const radio = { type: "radio", name: `hg-${this.spec.name}`, checked: j === wanted };
			return ["label", { class: `hg-score ${this.on(j)}` }, field("input", j, () => this.want(j), radio),
				["span", {}, j + 1], ["span", {}, formula], ["svg", box, ...bars, total]];
		});
		const inputs = list(range(this.state.n, 1), this.input + 1, (text) => this.select("input", text - 1));
		const verdict = this.winner === wanted ? "as it should" : `but output ${wanted + 1} should`;
		const code = `has the code ${this.story(this.codes[this.input])}: output ${this.winner + 1} wins, ${verdict}.`;
		return div("hg-scores", ["p", {}, ["label", {}, "Input ", inputs], " ", code],
			["div", { role: "radiogroup", "aria-label": this.words.wanted }, ...rows]);
	}
};
