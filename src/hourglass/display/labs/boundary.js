/* The boundary laboratory: points in the plane, and the regions that a network tells apart. */

const SHAPES = [triangle(6), circle(5.5), "M-5 -5H5V5H-5Z"]; // of the classes
const GROUND = [[213, 94, 0], [0, 114, 178], [0, 158, 115]]; // prettier-ignore
const BRUSHES = ["class 1", "class 2", "class 3", "erase"];
const MOST = 300; // points

class BoundaryLaboratory extends Laboratory {
  apart = ["layer", "units"]; // these settings stand beside what they change
  cursor = [0, 0];
  brush = 0;

  /* --- the network --- */

  begin() {
    const { data, points } = this.state;
    const [first, test] = this.spec.sets[data];
    this.points = points ? points.map(([x, y, label]) => [x / 100, y / 100, label]) : first;
    this.test = this.table(test);
    this.reach = 1.12 * size([1, ...first.flatMap(([x, y]) => [x, y])]);
    this.gather();
    this.network = this.shape();
    this.rewind();
  }

  table(points) {
    return { x: Float64Array.from(points.flatMap(([x, y]) => [x, y])), labels: points.map(([, , label]) => label) };
  }

  gather() {
    this.data = this.table(this.points);
    this.classes = Math.max(2, ...this.data.labels.map((label) => label + 1));
  }

  /* Two classes need one output, the log-odds of the second. */
  shape() {
    const { layers, width, activation } = this.state;
    const sizes = [2, ...Array(layers).fill(width), this.classes === 2 ? 1 : 3];
    return new Network({ sizes, activation, biases: sizes.map(() => true) });
  }

  rewind() {
    this.network.draw(this.state.seed, "glorot");
    this.random = generator(this.state.seed + 20000);
    this.calm();
    this.epochs = 0;
    this.history = [];
    this.every = 1;
  }

  train() {
    if (!this.points.length) return;
    const order = this.state.batch === "all" ? null : shuffled(this.points.length, this.random.uniform);
    epoch(this.network, this.optimizer, this.data, this.recipe(), order, this.random);
    if (++this.epochs % this.every) return;
    this.history.push([this.data, this.test].map((data) => this.error(data)));
    if (this.history.length < 300) return;
    this.history = this.history.filter((_, i) => i % 2); // the picture is full
    this.every *= 2;
  }

  recipe() {
    const [kind, share] = this.state.noise.split(" ");
    return { ...this.state, [kind]: Number(share), momentum: 0.9, loss: "cross-entropy", reduction: "mean" };
  }

  changed(name) {
    if (name === "data") this.state.points = undefined;
    if (name === "activation") this.bendOtherwise();
    if (["data", "layers", "width", "seed"].includes(name)) this.begin();
    if (name === "optimizer") this.calm();
  }

  /* Another activation on the same weights and biases, where they fit. */
  bendOtherwise() {
    const before = this.network;
    this.network = this.shape();
    if (before.nWeights !== this.network.nWeights) return this.rewind();
    this.network.draw(this.state.seed, "glorot");
    const { parameters, nWeights, layers } = this.network;
    parameters.set(before.parameters.subarray(0, nWeights));
    layers.forEach(({ bias, nOut }, i) => {
      const old = before.layers[i].bias;
      parameters.set(before.parameters.subarray(old, old + nOut), bias);
    });
    this.calm();
  }

  /* Points stand in the address in hundredths: x.y.class_x.y.class */
  parse(name, text) {
    if (name !== "points") return super.parse(name, text);
    const points = text.split("_").filter(Boolean);
    const fine = points.length <= MOST && points.every((point) => /^-?\d{1,3}\.-?\d{1,3}\.[012]$/.test(point));
    return fine ? this.packed(points.map((point) => point.split(".").map(Number))) : undefined;
  }

  packed(points) {
    return Object.assign(points, { toString: () => points.map((point) => point.join(".")).join("_") || "_" });
  }

  /* The logits of every point; of two classes the first has 0. */
  logits({ x, labels }) {
    const { y } = this.network.forward(x, labels.length).at(-1);
    return labels.map((_, row) => (this.classes === 2 ? [0, y[row]] : y.subarray(3 * row, 3 * row + 3)));
  }

  error(data) {
    const wrong = this.logits(data).filter((logits, i) => argmax(logits) !== data.labels[i]);
    return wrong.length / (data.labels.length || 1);
  }

  /* Units whose slope is zero at every point: no error reaches their weights, which stay as they are. */
  dead() {
    const rows = this.points.length;
    const pass = this.network.forward(this.data.x, rows);
    const { parameters, layers } = this.network;
    const flat = ({ nOut, kind, slope }, { sums: [x], y }, unit) => range(rows).every((row) => {
      const i = row * nOut + unit;
      return Math.abs(ACTIVATIONS[kind][1](x[i], y[i], parameters[slope + unit])) < 1e-3;
    }); // prettier-ignore
    return sum(layers.slice(0, -1).map((layer, l) => range(layer.nOut).filter((unit) => flat(layer, pass[l], unit)).length));
  }

  look() {
    const last = this.network.forward(this.data.x, this.points.length).at(-1);
    this.loss = this.points.length ? evaluate(this.recipe(), last.y, this.data.labels, last.shared) : 0;
  }

  report() {
    const units = this.state.layers * this.state.width;
    const dead = units && this.points.length ? ` · ${this.dead()} of ${units} units dead` : "";
    return `Epoch ${this.epochs} · loss ${told(this.loss, 3)}${dead}`;
  }

  /* --- pictures --- */

  draw() {
    super.draw();
    this.drawGround(this.running ? 40 : 100);
  }

  panels() {
    return [["div", { class: "hg-pictures" }, this.plane(), this.warped()], this.errors()];
  }

  marks(at) {
    return this.points.map((point, i) => path(`hg-point hg-class${point[2]}`, SHAPES[point[2]], { transform: `translate(${at(i)})` }));
  }

  to([x, y]) {
    return [x, -y].map((v) => (180 * (1 + v / this.reach)).toFixed(1));
  }

  plane() {
    const help = "The plane. Arrow keys move a cross; 1, 2 and 3 put a point of a class there; Delete takes the nearest away.";
    const onpointerdown = (event) => {
      this.cursor = place(event).map((v, i) => (i ? -1 : 1) * this.reach * (v / 180 - 1));
      this.put(this.brush);
    };
    const keys = { role: "application", tabindex: 0, "aria-label": help, ...KEYS, onpointerdown, onkeydown: (event) => this.key(event) };
    const cross = path("hg-cross", "M-9 0H9M0 -9V9", { transform: `translate(${this.to(this.cursor)})` });
    const pick = (i) => () => (this.brush = i);
    const brushes = BRUSHES.map((name, i) => ["label", {}, choice(`hg-${this.spec.name}`, name, i === this.brush, pick(i)),
      ...(SHAPES[i] ? [["svg", { class: `hg-sample hg-class${i}`, viewBox: "-7 -8 14 15" }, path("", SHAPES[i])]] : []), name]); // prettier-ignore
    const clear = button("Clear", () => this.edit(() => []));
    return ["div", {},
      ["div", { class: "hg-plane" }, ["canvas", {}], picture(keys, ["g", {}, ...this.marks((i) => this.to(this.points[i]))], cross)],
      ["div", { class: "hg-brushes", role: "radiogroup", "aria-label": "A click puts" }, ...brushes, clear]]; // prettier-ignore
  }

  /* The probability of the likeliest class, as the strength of its colour. */
  drawGround(steps) {
    const canvas = this.root.querySelector("canvas");
    Object.assign(canvas, { width: steps, height: steps });
    const pixels = new ImageData(steps, steps);
    const at = (i) => this.reach * ((2 * i + 1) / steps - 1);
    this.logits(this.table(range(steps * steps).map((i) => [at(i % steps), -at(Math.floor(i / steps))]))).forEach((logits, i) => {
      const best = argmax(logits);
      const sure = 1 / logits.reduce((total, z) => total + Math.exp(z - logits[best]), 0);
      pixels.data.set([...GROUND[best], 35 + 110 * (sure - 0.5)], 4 * i);
    });
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  }

  /* What two units of a layer make of the plane's grid, and of the points. */
  warped() {
    const { width, layers } = this.state;
    const layer = Math.min(this.state.layer, layers);
    const units = layer ? this.state.units.split(" and ").map((unit) => Math.min(unit, width) - 1) : [0, 1];
    const seen = (points) => {
      const { x } = this.table(points);
      const pass = this.network.forward(x, points.length);
      const values = layer ? pass[layer - 1].y : x;
      return points.map((_, row) => units.map((unit) => values[(row * values.length) / points.length + unit]));
    };
    const fine = range(21).map((i) => this.reach * (i / 10 - 1));
    const lines = fine.filter((_, i) => i % 2 === 0).flatMap((c) => [fine.map((f) => [c, f]), fine.map((f) => [f, c])]);
    const grid = seen(lines.flat());
    const spans = [0, 1].map((axis) => {
      const values = grid.map((point) => point[axis]);
      return [Math.min(...values), Math.max(...values)];
    });
    const at = (point) => point.map((v, axis) => {
      const [low, high] = spans[axis];
      const part = (v - low) / (high - low || 1);
      return 20 + 320 * (axis ? 1 - part : part);
    }); // prettier-ignore
    const points = seen(this.points).map(at);
    const d = lines.map((_, i) => line(grid.slice(21 * i, 21 * i + 21).map(at))).join("");
    const name = layer ? `The plane's grid and the points, as units ${this.state.units} of hidden layer ${layer} see them` : "The plane as it is";
    return ["div", {},
      ["div", { class: "hg-plane" }, picture({ role: "img", "aria-label": name }, path("hg-grid", d), ["g", {}, ...this.marks((i) => points[i])])],
      ["div", { class: "hg-settings" }, ...this.apart.map((name) => this.setting(name))]]; // prettier-ignore
  }

  errors() {
    const across = 360 / Math.max(this.history.length - 1, 1);
    const curve = (which) => line(this.history.map((errors, i) => [across * i, 58 - 112 * Math.min(errors[which], 0.5)]));
    const parts = [["train", this.data, "in training"], ["test", this.test, "in the test"]].filter(([, data]) => data.labels.length); // prettier-ignore
    const told = parts.map(([kind, data, text]) => ["span", { class: `hg-${kind}` }, `${Math.round(100 * this.error(data))}% wrong ${text}`]);
    const curves = parts.map(([kind], i) => path(`hg-${kind}`, curve(i)));
    const box = { viewBox: "0 0 360 60", preserveAspectRatio: "none", role: "img", "aria-label": "The errors over the epochs" };
    return ["div", { class: "hg-errors" }, ["p", { class: "hg-facts" }, ...told], ["svg", box, ...curves]];
  }

  /* --- the reader's own points --- */

  edit(make) {
    const { classes } = this;
    const hundredths = this.points.map(([x, y, label]) => [Math.round(100 * x), Math.round(100 * y), label]);
    this.state.points = this.packed(make(hundredths).slice(-MOST));
    this.points = this.state.points.map(([x, y, label]) => [x / 100, y / 100, label]);
    this.gather();
    if (this.classes !== classes) this.begin();
    this.remember();
    this.said = this.running ? "" : `${this.points.length} points.`;
    this.draw();
  }

  /* A point of a class at the cross; with the last brush, take the nearest away. */
  put(brush) {
    const [x, y] = this.cursor.map((v) => Math.round(100 * v));
    const far = (point) => Math.hypot(point[0] - x, point[1] - y);
    if (brush < 3) return this.edit((points) => [...points, [x, y, brush]]);
    this.edit((points) => {
      const nearest = Math.min(...points.map(far));
      return points.filter((point) => far(point) > nearest);
    });
  }

  key(event) {
    const { key } = event;
    if (key in ARROWS) {
      const [dx, dy] = ARROWS[key].map((v) => 0.05 * this.reach * v);
      this.cursor = [this.cursor[0] + dx, this.cursor[1] - dy].map((v) => clip(v, -this.reach, this.reach));
      const wins = argmax(this.logits(this.table([[...this.cursor, 0]]))[0]) + 1;
      this.said = this.running ? "" : `At ${this.cursor.map((v) => told(v, 1)).join(", ")}: class ${wins}.`;
      this.draw();
    } else if (/^[123]$/.test(key)) this.put(key - 1);
    else if (key === "Delete" || key === "Backspace") this.put(3);
    else return;
    event.preventDefault();
  }
}

KINDS.boundary = BoundaryLaboratory;
