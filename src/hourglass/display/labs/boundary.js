/* The boundary laboratory: points in the plane, and the regions that a network tells apart. */

const SHAPES = [triangle(6), circle(5.5), "M-5 -5H5V5H-5Z"]; // of the classes
const GROUND = [[213, 94, 0], [0, 114, 178], [0, 158, 115]];
const FINE = 64; // squares of the ground along an edge
const MOST = 300; // points

/* Points stand in the address in hundredths: x.y.class_x.y.class */
const POINT = /^-?\d{1,3}\.-?\d{1,3}\.[012]$/;
const hundredths = ([x, y, label]) => [Math.round(100 * x), Math.round(100 * y), label].join(".");
const split = (text) => text.split("_").filter(Boolean);
const table = (points) => ({ x: points.map(([x, y]) => [x, y]), labels: points.map(([, , label]) => label) });

KINDS.boundary = class extends Laboratory {
	weightSize = "glorot";
	apart = ["click", "layer", "units"]; // these settings stand beside what they change
	cursor = [0, 0];
	row = 0;

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

	/* Two classes need one output, the log-odds of the second. All activations but maxout have the same parameters here,
		 so that another takes over what one has learnt. */
	shape() {
		const { layers, width, activation } = this.state;
		const sizes = [2, ...Array(layers).fill(width), this.classes === 2 ? 1 : 3];
		this.network = new Network({ sizes, activation: activation === "maxout" ? activation : "PReLU", biases: sizes });
		for (const layer of this.network.layers.slice(0, layers)) layer.kind = activation;
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
		if (name !== "activation") return;
		const { parameters, nWeights } = this.network;
		this.shape();
		if (nWeights === this.network.nWeights) this.network.parameters.set(parameters);
		else this.rewind();
	}

	parse(name, text) {
		if (name !== "points") return super.parse(name, text);
		const points = split(text);
		return points.length <= MOST && points.every((point) => POINT.test(point)) ? text : undefined;
	}

	/* Of every example the class that wins, and how likely that is. */
	decide(x) {
		const { y } = this.network.forward(x).at(-1);
		return x.map((_, row) => {
			const [likely] = softmax(logitsOf(y, row, this.classes === 2 ? 1 : 3));
			const best = argmax(likely);
			return [best, likely[best]];
		});
	}

	look() {
		this.loss = this.deaths = 0;
		if (!this.points.length) return;
		const pass = this.network.forward(this.data.x);
		const { y, shares } = pass.at(-1);
		this.loss = crossEntropy(y, this.data.labels, "mean", shares);
		this.network.layers.slice(0, -1).forEach((layer, l) => {
			this.deaths += range(layer.nOut).filter((unit) => this.dead(layer, pass[l], unit)).length;
		});
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

	/* While it runs only so many rows of the ground as a frame has time for. */
	draw() {
		super.draw();
		work(() => this.drawRow(), FINE, this.running ? 4 : Infinity);
	}

	panels() {
		const share = ({ x, labels }) => {
			const wrong = this.decide(x).filter(([best], i) => best !== labels[i]).length;
			return labels.length ? `${told((100 * wrong) / labels.length)}% wrong` : "nothing";
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
			this.put(this.spec.settings.click[1].indexOf(this.state.click));
		};
		const onkeydown = (event) => this.key(event);
		const plane = { role: "application", tabindex: 0, "aria-label": this.words.plane, onpointerdown, onkeydown };
		const cross = path("hg-cross", "M-9 0H9M0 -9V9", { transform: `translate(${this.to(this.cursor)})` });
		const points = this.marks(this.points.map((point) => this.to(point)));
		const ground = ["canvas", { width: FINE, height: FINE }];
		return div("", div("hg-plane", ground, picture(plane, points, cross)), this.settings(["click"]));
	}

	/* The next row of the ground: the probability of the likeliest class, as the strength of its colour. */
	drawRow() {
		this.row = (this.row + 1) % FINE;
		const at = (i) => this.reach * ((2 * i + 1) / FINE - 1);
		const pixels = new ImageData(FINE, 1);
		this.decide(range(FINE).map((i) => [at(i), -at(this.row)])).forEach(([best, sure], i) => {
			pixels.data.set([...GROUND[best], 35 + 110 * (sure - 0.5)], 4 * i);
		});
		this.root.querySelector("canvas").getContext("2d").putImageData(pixels, 0, this.row);
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
		const points = this.marks(seen(this.data.x).map(at));
		return div("", div("hg-plane", picture(image, path("hg-grid", d), points)), this.settings(["layer", "units"]));
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
};
