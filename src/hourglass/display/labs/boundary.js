/* The boundary laboratory: points in the plane, and the regions that a network tells apart. */

const SHAPES = [triangle(6), circle(5.5), "M-5 -5H5V5H-5Z"]; // of the classes
const GROUND = [[213, 94, 0], [0, 114, 178], [0, 158, 115]];
const BRUSHES = ["adds class 1", "adds class 2", "adds class 3", "takes the nearest away"];
const MOST = 300; // points

/* Points stand in the address in hundredths: x.y.class_x.y.class */
const POINT = /^-?\d{1,3}\.-?\d{1,3}\.[012]$/;
const hundredths = ([x, y, label]) => [Math.round(100 * x), Math.round(100 * y), label].join(".");
const split = (text) => text.split("_").filter(Boolean);
const table = (points) => ({ x: points.map(([x, y]) => [x, y]), labels: points.map(([, , label]) => label) });

class BoundaryLaboratory extends Laboratory {
	weightSize = "glorot";
	apart = ["layer", "units"]; // these settings stand beside what they change
	cursor = [0, 0];
	brush = 0;
	grain = 40; // squares of the ground along an edge

	begin() {
		const [first, test] = this.spec.sets[this.state.data];
		this.test = table(test);
		this.reach = 1.12 * size([1, ...first.flatMap(([x, y]) => [x, y])]);
		this.gather();
		this.shape();
		this.rewind();
	}

	gather() {
		const { points, data } = this.state;
		const [first] = this.spec.sets[data];
		const own = (point) => point.split(".").map((v, i) => (i < 2 ? v / 100 : Number(v)));
		this.points = points ? split(points).map(own) : first;
		this.data = table(this.points);
		this.classes = Math.max(2, ...this.data.labels.map((label) => label + 1));
	}

	/* Two classes need one output, the log-odds of the second. */
	shape() {
		const { layers, width, activation } = this.state;
		const sizes = [2, ...Array(layers).fill(width), this.classes === 2 ? 1 : 3];
		this.network = new Network({ sizes, activation, biases: sizes.map(() => true) });
	}

	rewind() {
		super.rewind();
		this.random = generator(this.state.seed + 20000);
	}

	train() {
		const { noise, batch } = this.state;
		if (!this.points.length) return;
		const order = batch === "all" ? undefined : shuffled(this.points.length, this.random.uniform);
		const [kind, share] = noise.split(" ");
		const settings = { ...this.state, noise: 0, [kind]: Number(share), momentum: 0.9, reduction: "mean" };
		this.network.epoch(this.data, settings, this.random, order);
		this.steps++;
	}

	changed(name) {
		if (name === "data") this.state.points = undefined;
		if (["data", "layers", "width", "seed"].includes(name)) this.begin();
		if (name === "optimizer") this.network.calm();
		if (name === "activation") this.bendOtherwise(this.network);
	}

	/* Another activation on the same weights and biases, where they fit. */
	bendOtherwise({ parameters, layers, nWeights }) {
		this.shape();
		if (nWeights !== this.network.nWeights) return this.rewind();
		this.network.draw(this.state.seed, this.weightSize);
		const keep = (start, n, to) => this.network.parameters.set(parameters.subarray(start, start + n), to);
		keep(0, nWeights, 0);
		layers.forEach(({ bias, nOut }, l) => keep(bias, nOut, this.network.layers[l].bias));
	}

	parse(name, text) {
		if (name !== "points") return super.parse(name, text);
		const points = split(text);
		return points.length <= MOST && points.every((point) => POINT.test(point)) ? text : undefined;
	}

	/* Of every example the class that wins, and how likely that is. Of two classes the first has the logit 0. */
	decide(x) {
		const { y } = this.network.forward(x).at(-1);
		return x.map((_, row) => {
			const logits = this.classes === 2 ? [0, y[row]] : y.subarray(3 * row, 3 * row + 3);
			const best = argmax(logits);
			return [best, 1 / logits.reduce((total, z) => total + Math.exp(z - logits[best]), 0)];
		});
	}

	look() {
		const pass = this.network.forward(this.data.x);
		const { y, shares } = pass.at(-1);
		this.loss = this.points.length ? crossEntropy(y, this.data.labels, "mean", shares) : 0;
		const units = this.network.layers.slice(0, -1).map((layer, l) => range(layer.nOut).filter((unit) => this.dead(layer, pass[l], unit)));
		this.deaths = this.points.length ? units.flat().length : 0;
	}

	/* Whether a unit's slope is zero at every point: no error reaches its weights, which stay as they are. */
	dead({ kind, nOut, slope, pieces }, { sums, y }, unit) {
		const [, slopeAt] = ACTIVATIONS[kind];
		const a = this.network.parameters[slope + unit];
		return this.points.every((_, row) => Math.abs(slopeAt(sums[row * pieces * nOut + unit], y[row * nOut + unit], a)) < 1e-3);
	}

	report() {
		const units = this.state.layers * this.state.width;
		return `Epoch ${this.steps} · loss ${told(this.loss, 3)}${units ? ` · ${this.deaths} of ${units} units dead` : ""}`;
	}

	/* --- pictures --- */

	/* While it runs the ground is as fine as a frame has time for. */
	draw() {
		super.draw();
		const start = performance.now();
		this.drawGround(this.running ? this.grain : 64);
		const hurry = BUDGET / Math.max(performance.now() - start, 1);
		if (this.running) this.grain = Math.round(Math.min(Math.max(this.grain * Math.sqrt(hurry), 16), 64));
	}

	panels() {
		const share = ({ x, labels }) => {
			const wrong = this.decide(x).filter(([best], i) => best !== labels[i]).length;
			return labels.length ? `${Math.round((100 * wrong) / labels.length)}% wrong` : "nothing";
		};
		const errors = `${share(this.data)} in training · ${share(this.test)} in the test`;
		return [["p", { class: "hg-facts hg-errors" }, errors], div("hg-pictures", this.plane(), this.warped())];
	}

	marks(places) {
		const mark = (label, place) => path(`hg-point hg-class${label}`, SHAPES[label], { transform: `translate(${place})` });
		return group(this.points.map(([, , label], i) => mark(label, places[i])));
	}

	to([x, y]) {
		return [x, -y].map((v) => (180 * (1 + v / this.reach)).toFixed(1));
	}

	plane() {
		const onpointerdown = (event) => {
			this.cursor = place(event).map((v, i) => (i ? -1 : 1) * this.reach * (v / 180 - 1));
			this.put(this.brush);
		};
		const onkeydown = (event) => this.key(event);
		const plane = { role: "application", tabindex: 0, "aria-label": this.words.plane, onpointerdown, onkeydown, ...KEYS };
		const cross = path("hg-cross", "M-9 0H9M0 -9V9", { transform: `translate(${this.to(this.cursor)})` });
		const brushes = list(BRUSHES, BRUSHES[this.brush], (text) => (this.brush = BRUSHES.indexOf(text)));
		const points = this.marks(this.points.map((point) => this.to(point)));
		return div("", div("hg-plane", ["canvas", {}], picture(plane, points, cross)),
			div("hg-brushes", ["label", {}, "A click ", brushes]));
	}

	/* The probability of the likeliest class, as the strength of its colour. */
	drawGround(steps) {
		const canvas = this.root.querySelector("canvas");
		Object.assign(canvas, { width: steps, height: steps });
		const pixels = new ImageData(steps, steps);
		const along = range(steps).map((i) => this.reach * ((2 * i + 1) / steps - 1));
		this.decide(along.flatMap((y) => along.map((x) => [x, -y]))).forEach(([best, sure], i) => {
			pixels.data.set([...GROUND[best], 35 + 110 * (sure - 0.5)], 4 * i);
		});
		canvas.getContext("2d").putImageData(pixels, 0, 0);
	}

	/* What two units of a layer make of the plane's grid, and of the points. */
	warped() {
		const { width, layers } = this.state;
		const layer = Math.min(this.state.layer, layers);
		const units = layer ? this.state.units.split(" and ").map((unit) => Math.min(unit, width) - 1) : [0, 1];
		const seen = (x) => {
			const values = layer ? this.network.forward(x)[layer - 1].y : x.flat();
			return x.map((_, row) => units.map((unit) => values[row * (layer ? width : 2) + unit]));
		};
		const fine = range(21).map((i) => this.reach * (i / 10 - 1));
		const lines = fine.filter((_, i) => i % 2 === 0).flatMap((c) => [fine.map((f) => [c, f]), fine.map((f) => [f, c])]);
		const grid = seen(lines.flat());
		const far = size(grid.flat());
		const at = ([x, y]) => [180 + (165 * x) / far, 180 - (165 * y) / far];
		const d = lines.map((_, i) => line(grid.slice(21 * i, 21 * i + 21).map(at))).join("");
		const image = { role: "img", "aria-label": this.words.warped };
		return div("", div("hg-plane", picture(image, path("hg-grid", d), this.marks(seen(this.data.x).map(at)))),
			div("hg-settings", ...this.apart.map((setting) => this.setting(setting))));
	}

	/* --- the reader's own points --- */

	edit(points) {
		const { classes } = this;
		this.state.points = points.slice(-MOST).map(hundredths).join("_") || "_";
		this.gather();
		if (this.classes !== classes) this.begin();
		this.remember();
		this.said = this.running ? "" : `${this.points.length} points.`;
		this.draw();
	}

	/* A point of a class at the cross; with the last brush, take the nearest away. */
	put(brush) {
		const far = ([x, y]) => Math.hypot(x - this.cursor[0], y - this.cursor[1]);
		const nearest = Math.min(...this.points.map(far));
		this.edit(brush < 3 ? [...this.points, [...this.cursor, brush]] : this.points.filter((point) => far(point) > nearest));
	}

	key(event) {
		const { key } = event;
		if (key in ARROWS) {
			const [dx, dy] = scaled(ARROWS[key], 0.05 * this.reach);
			this.cursor = [this.cursor[0] + dx, this.cursor[1] - dy].map((v) => clip(v, this.reach));
			const [[best]] = this.decide([this.cursor]);
			this.said = this.running ? "" : `At ${this.cursor.map((v) => told(v, 1)).join(", ")}: class ${best + 1}.`;
			this.draw();
		} else if (/^[123]$/.test(key)) this.put(key - 1);
		else if (key === "Delete" || key === "Backspace") this.put(3);
		else return;
		event.preventDefault();
	}
}

KINDS.boundary = BoundaryLaboratory;
