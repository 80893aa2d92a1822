/* The boundary laboratory: points in the plane, and the regions that a network tells apart. */

const EDGE = 360; // both pictures are as wide
const SHAPES = [triangle(6), circle(5.5), square(5)]; // of the classes, vermilion, blue and green
const GROUND = [[213, 94, 0], [0, 114, 178], [0, 158, 115]]; // prettier-ignore

class BoundaryLaboratory extends Laboratory {
  constructor(host, spec) {
    super(host, spec, {
      data: "points",
      layers: "hidden layers",
      width: "units in each",
      activation: "activation",
      decay: "weight decay (L2)",
      noise: "noise in training",
      optimizer: "optimizer",
      rate: "rate",
      batch: "batch",
      seed: "seed",
      speed: "speed",
    });
    this.options.layer = [1, 2, 3];
    this.options.pair = [1, 3, 5, 7, 9];
    Object.assign(this.state, { layer: this.state.layers || 1, pair: 1 });
    this.cursor = [0, 0];
    this.brush = 0;
  }

  panels() {
    this.ground = html("canvas", { class: "hg-ground" });
    this.marks = svg("g");
    this.cross = svg("path", { class: "hg-cross", d: "M-9 0H9M0 -9V9" });
    const picture = { class: "hg-picture", viewBox: `0 0 ${EDGE} ${EDGE}` };
    const help = "The plane. Arrow keys move a cross; 1, 2 and 3 put a point of a class there; Delete takes the nearest away.";
    this.plane = svg("svg", { ...picture, role: "application", tabindex: 0, "aria-label": help }, this.marks, this.cross);
    set(this.plane, { pointerdown: (event) => this.press(event), keydown: (event) => this.key(event) });
    this.grid = svg("path", { class: "hg-grid" });
    this.warpedMarks = svg("g");
    this.warped = svg("svg", { ...picture, role: "img" }, this.grid, this.warpedMarks);
    this.curve = svg("svg", { class: "hg-curve", viewBox: "0 0 360 60", role: "img", preserveAspectRatio: "none" });
    this.curves = ["train", "test"].map((name) => svg("path", { class: `hg-${name}` }));
    this.curve.append(...this.curves);
    const left = html("div", {}, html("div", { class: "hg-plane" }, this.ground, this.plane), this.brushes());
    const seen = html("div", { class: "hg-settings" }, this.list("layer", "seen by layer"), this.list("pair", "units"));
    const right = html("div", {}, html("div", { class: "hg-plane" }, this.warped), seen);
    this.errors = html("p", { class: "hg-facts" });
    return [html("div", { class: "hg-pictures" }, left, right), html("div", { class: "hg-errors" }, this.errors, this.curve)];
  }

  brushes() {
    const uid = `hg-${this.spec.name}-brush`;
    const brush = (text, i) =>
      html("label", {}, html("input", { type: "radio", name: uid, change: () => (this.brush = i), ...(i ? {} : { checked: "" }) }), text);
    const clear = html("button", { type: "button", class: "hg-button", click: () => this.edit(() => []) }, "Clear");
    const choices = ["class 1 ▲", "class 2 ●", "class 3 ■", "erase"].map(brush);
    return html("div", { class: "hg-brushes", role: "radiogroup", "aria-label": "A click puts" }, ...choices, clear);
  }

  /* --- the network --- */

  begin() {
    const [first, test] = this.spec.sets[this.state.data];
    this.points = this.state.points ? this.state.points.map(([x, y, label]) => [x / 100, y / 100, label]) : first;
    this.test = this.table(test);
    this.reach = 1.12 * Math.max(...first.map(([x, y]) => Math.max(Math.abs(x), Math.abs(y))), 1);
    this.gather();
    this.network = this.shape();
    this.network.draw(this.state.seed, "glorot");
    this.forget();
  }

  table(points) {
    return { x: Float64Array.from(points.flatMap(([x, y]) => [x, y])), labels: points.map(([, , label]) => label) };
  }

  gather() {
    this.data = this.table(this.points);
    this.classes = Math.max(2, ...this.data.labels.map((label) => label + 1));
    const mark = ([x, y, label]) => svg("path", { class: `hg-point hg-class${label}`, d: SHAPES[label], transform: `translate(${this.to(x, y)})` });
    this.marks.replaceChildren(...this.points.map(mark));
    this.warpedMarks.replaceChildren(...this.points.map(mark));
  }

  /* Two classes need one output, the log-odds of the second. */
  shape() {
    const { layers, width, activation } = this.state;
    const sizes = [2, ...range(layers).map(() => width), this.classes === 2 ? 1 : 3];
    return new Network({ sizes, activation, biases: sizes.slice(1).map(() => true) });
  }

  forget() {
    this.optimizer = new Optimizer(this.network.parameters.length);
    this.random = generator(this.state.seed + 20000);
    this.epochs = 0;
    this.history = [];
    this.every = 1;
  }

  rewind() {
    this.network.draw(this.state.seed, "glorot");
    this.forget();
    this.draw(true);
  }

  train() {
    if (!this.points.length) return;
    const order = this.state.batch !== "all" ? shuffled(this.points.length, this.random.uniform) : null;
    epoch(this.network, this.optimizer, this.data, this.recipe(), order, this.random);
    if (++this.epochs % this.every === 0) this.note();
  }

  recipe() {
    const [, kind, size] = /^(.*) ([\d.]+)$/.exec(this.state.noise) ?? [];
    const noise = kind ? { [kind === "dropout" ? "dropout" : "inputNoise"]: Number(size) } : {};
    return { ...this.state, ...noise, momentum: 0.9, loss: "cross-entropy", reduction: "mean" };
  }

  /* The errors so far; when they fill the picture, every second is forgotten. */
  note() {
    this.history.push([this.error(this.data), this.error(this.test)]);
    if (this.history.length < 360) return;
    this.history = this.history.filter((_, i) => i % 2);
    this.every *= 2;
  }

  changed(name) {
    if (name === "data") this.state.points = undefined;
    if (name === "activation") return this.bendOtherwise();
    if (["data", "layers", "width", "seed"].includes(name)) this.begin();
    if (name === "optimizer") this.optimizer = new Optimizer(this.network.parameters.length);
  }

  /* Another activation on the same weights, where they fit. */
  bendOtherwise() {
    const before = this.network;
    this.network = this.shape();
    this.network.draw(this.state.seed, "glorot");
    if (before.nWeights !== this.network.nWeights) return this.forget();
    const { parameters } = this.network;
    this.network.layers.forEach((layer, i) => {
      const old = before.layers[i];
      parameters.set(before.parameters.slice(old.bias, old.bias + layer.nOut), layer.bias);
    });
    parameters.set(before.parameters.slice(0, before.nWeights));
    this.optimizer = new Optimizer(parameters.length);
  }

  parse(name, text) {
    if (name !== "points") return super.parse(name, text);
    const points = text.split("_").filter(Boolean).map((point) => point.split("."));
    const fine = points.length <= 300 && points.every((point) => point.length === 3 && point.every((v) => /^-?\d{1,3}$/.test(v)) && /^[012]$/.test(point[2]));
    return fine ? this.packed(points.map((point) => point.map(Number))) : undefined;
  }

  /* Points in hundredths, which know how to stand in an address. */
  packed(points) {
    return Object.assign(points, { toString: () => points.map((point) => point.join(".")).join("_") || "_" });
  }

  says({ x, labels }) {
    const { y } = this.network.forward(x, labels.length).at(-1);
    const n = y.length / labels.length;
    return labels.map((_, row) => (n === 1 ? Number(y[row] > 0) : argmax([...y.slice(row * n, row * n + n)])));
  }

  error(data) {
    return this.says(data).filter((said, i) => said !== data.labels[i]).length / (data.labels.length || 1);
  }

  /* Units whose slope is zero at every point: no error reaches their weights, and they stay as they are. */
  dead() {
    const rows = this.points.length;
    const pass = this.network.forward(this.data.x, rows);
    const hidden = this.network.layers.slice(0, -1).map((layer, l) => range(layer.nOut).filter((unit) => {
      const at = (row) => row * layer.nOut + unit;
      const a = this.network.parameters[layer.slope + unit];
      const slope = (i) => ACTIVATIONS[layer.kind][1](pass[l].sums[0][i], pass[l].y[i], a);
      return range(rows).every((row) => Math.abs(slope(at(row))) < 1e-3);
    }).length); // prettier-ignore
    return hidden.reduce((a, b) => a + b, 0);
  }

  look() {
    const rows = this.points.length;
    const last = this.network.forward(this.data.x, rows).at(-1);
    this.loss = rows ? evaluate(this.recipe(), last.y, this.data.labels, last.shared) : 0;
  }

  report() {
    return `Epoch ${this.epochs} · loss ${told(this.loss, 3)}`;
  }

  /* --- pictures --- */

  to(x, y) {
    return [x, -y].map((v) => Math.round((EDGE / 2) * (1 + v / this.reach) * 10) / 10);
  }

  from([x, y]) {
    return [x, y].map((v, i) => (i ? -1 : 1) * this.reach * ((2 * v) / EDGE - 1));
  }

  draw(still) {
    this.look();
    const { layers, width, data } = this.state;
    const units = layers * width;
    const dead = units && this.points.length ? ` · ${this.dead()} of ${units} units dead` : "";
    write(this.facts, this.report() + dead);
    const test = this.test.labels.length ? ` · test error ${percent(this.error(this.test))}` : "";
    write(this.errors, `training error ${percent(this.error(this.data))}${test}`);
    this.drawGround(still ? 100 : 40);
    this.drawWarped(still);
    this.drawCurve();
    set(this.cross, { transform: `translate(${this.to(...this.cursor)})` });
    if (still) set(this.curve, { "aria-label": `Training and test error over the epochs, ${data}; now: ${this.errors.textContent}` });
  }

  /* The probability of the likeliest class, as the strength of its colour. */
  drawGround(steps) {
    const places = range(steps).map((i) => this.reach * ((2 * (i + 0.5)) / steps - 1));
    const x = Float64Array.from(places.flatMap((y) => places.flatMap((across) => [across, -y])));
    const rows = steps * steps;
    const { y } = this.network.forward(x, rows).at(-1);
    const n = y.length / rows;
    const picture = new ImageData(steps, steps);
    for (let row = 0; row < rows; row++) {
      const logits = n === 1 ? [0, y[row]] : [y[row * 3], y[row * 3 + 1], y[row * 3 + 2]];
      const best = argmax(logits);
      const sure = 1 / logits.reduce((sum, z) => sum + Math.exp(z - logits[best]), 0);
      picture.data.set([...GROUND[best], 35 + 110 * (sure - 0.5)], 4 * row);
    }
    Object.assign(this.ground, { width: steps, height: steps });
    this.ground.getContext("2d").putImageData(picture, 0, 0);
  }

  /* What two units of a layer make of the plane's grid, and of the points. */
  drawWarped(still) {
    const { layers, width } = this.state;
    const layer = Math.min(this.state.layer, layers) - 1;
    const a = Math.min(this.state.pair, width) - 1;
    const b = Math.min(a + 1, width - 1);
    const at = (points) => {
      const x = Float64Array.from(points.flat());
      const { y } = layers ? this.network.forward(x, points.length)[layer] : { y: x };
      const n = y.length / points.length;
      return points.map((_, row) => (layers ? [y[row * n + a], y[row * n + b]] : [y[row * n], y[row * n + 1]]));
    };
    const fine = range(21).map((i) => this.reach * (i / 10 - 1));
    const coarse = fine.filter((_, i) => i % 2 === 0);
    const lines = coarse.flatMap((c) => [fine.map((f) => [c, f]), fine.map((f) => [f, c])]);
    const grid = at(lines.flat());
    const [left, low] = [0, 1].map((axis) => Math.min(...grid.map((p) => p[axis])));
    const [wide, tall] = [0, 1].map((axis) => Math.max(...grid.map((p) => p[axis])) - [left, low][axis] || 1);
    const put = ([u, v]) => [20 + (320 * (u - left)) / wide, 340 - (320 * (v - low)) / tall];
    set(this.grid, { d: lines.map((_, i) => line(grid.slice(21 * i, 21 * i + 21).map(put))).join("") });
    at(this.points.map(([x, y]) => [x, y])).forEach((p, i) => set(this.warpedMarks.children[i], { transform: `translate(${put(p)})` }));
    if (still) set(this.warped, { "aria-label": `The plane's grid and the points, as units ${a + 1} and ${b + 1} of hidden layer ${layer + 1} see them.` });
  }

  drawCurve() {
    const n = Math.max(this.history.length - 1, 1);
    this.curves.forEach((curve, which) => {
      const points = this.history.map((errors, i) => [(360 * i) / n, 58 - 112 * Math.min(errors[which], 0.5)]);
      set(curve, { d: which && !this.test.labels.length ? "" : line(points) });
    });
  }

  /* --- the reader's own points --- */

  edit(make) {
    const classes = this.classes;
    const points = make(this.points.map(([x, y, label]) => [Math.round(100 * x), Math.round(100 * y), label])).slice(-300);
    this.state.points = this.packed(points);
    this.points = points.map(([x, y, label]) => [x / 100, y / 100, label]);
    this.gather();
    if (this.classes !== classes) this.begin();
    this.draw(!this.running);
    this.remember();
  }

  press(event) {
    this.cursor = this.from(place(this.plane, event));
    this.put(this.brush);
  }

  /* A point of a class at the cross; 3: take the nearest away. */
  put(label) {
    const at = this.cursor.map((v) => Math.round(100 * clip(v, -this.reach, this.reach)));
    const far = ([x, y]) => Math.hypot(x - at[0], y - at[1]);
    const nearest = (points) => points.reduce((best, point) => (far(point) < far(best) ? point : best), points[0]);
    if (label < 3) this.edit((points) => [...points, [...at, label]]);
    else this.edit((points) => points.filter((point) => point !== nearest(points)));
    if (!this.running) this.say(label < 3 ? `A point of class ${label + 1}; ${this.points.length} in all.` : `One point less; ${this.points.length} in all.`);
  }

  key(event) {
    const { key } = event;
    if (key in ARROWS) {
      this.cursor = this.cursor.map((v, i) => clip(v + (i ? -1 : 1) * 0.05 * this.reach * ARROWS[key][i], -this.reach, this.reach));
      this.draw(!this.running);
      if (!this.running) this.say(`At ${this.cursor.map((v) => told(v, 1)).join(", ")}: class ${this.says(this.table([[...this.cursor, 0]]))[0] + 1}.`);
    } else if (["1", "2", "3"].includes(key)) this.put(Number(key) - 1);
    else if (key === "Delete" || key === "Backspace") this.put(3);
    else return;
    event.preventDefault();
  }
}
