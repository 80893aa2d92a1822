/* The rule laboratory: n inputs, k middle units, n outputs. What the middle says to an input is its code, a point in k
   dimensions; every output has a direction there, and the one that agrees most with the code wins. */

const MIDDLE = 180; // of both pictures, which are 360 wide
const REACH = 128; // from there to the edge of what tanh can say
const CUBE = range(8).flatMap((a) => [1, 2, 4].filter((bit) => !(a & bit)).map((bit) => [a, a | bit]));
const corner = (a) => [1, 2, 4].map((bit) => (a & bit ? 1 : -1));
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/* The part of a polygon where a x + b y + c is not negative. */
function cut(polygon, a, b, c) {
  const height = ([x, y]) => a * x + b * y + c;
  return polygon.flatMap((point, i) => {
    const next = polygon[(i + 1) % polygon.length];
    const [here, there] = [height(point), height(next)];
    const part = here / (here - there);
    const crossing = here * there < 0 ? [point.map((value, axis) => value + part * (next[axis] - value))] : [];
    return here >= 0 ? [point, ...crossing] : crossing;
  });
}

/* The corners of the smallest convex polygon around the points, in order. */
function hull(points) {
  const sorted = [...points].sort(([a, b], [c, d]) => a - c || b - d);
  const chain = (list) => {
    const kept = [];
    for (const p of list) {
      const left = ([ax, ay], [bx, by]) => (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax);
      while (kept.length > 1 && left(kept.at(-2), kept.at(-1)) <= 0) kept.pop();
      kept.push(p);
    }
    return kept.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}

class RuleLaboratory extends Laboratory {
  constructor(host, spec) {
    super(host, spec, {
      n: "inputs and outputs",
      k: "middle units",
      rule: "rule",
      middle: "middle",
      bias: "output biases",
      loss: "loss",
      optimizer: "optimizer",
      rate: "rate",
      seed: "seed",
      speed: "speed",
      digits: "decimals shown",
    });
    this.state.digits ??= 0;
    this.options.digits = [0, 1];
    this.options.rule = [...this.options.rule, "own"];
  }

  panels() {
    const picture = (name) => svg("svg", { class: "hg-picture", viewBox: "0 0 360 360", role: "group", "aria-label": name });
    this.diagram = picture("The network, from left to right: inputs, middle, outputs");
    this.diagram.setAttribute("role", "img");
    this.plane = picture("The codes of the inputs, and the directions of the outputs");
    this.plane.addEventListener("pointermove", (event) => event.buttons && this.turnCube(event));
    this.scores = html("div", { class: "hg-scores" });
    const slider = (label, angle) =>
      html("label", { class: "hg-setting" }, html("span", {}, label),
        html("input", { type: "range", min: -180, max: 180, value: this.angles[angle] * 57.3,
          input: (event) => this.turnTo(angle, event.target.value / 57.3) })); // prettier-ignore
    this.angles = [0.5, 0.35];
    this.sliders = html("div", { class: "hg-settings" }, slider("turn the cube", 0), slider("tilt it", 1));
    const pictures = html("div", { class: "hg-pictures" }, this.diagram, html("div", {}, this.plane, this.sliders));
    return this.state.small ? [pictures] : [pictures, this.scores];
  }

  /* --- the network --- */

  begin() {
    const { n, k, middle, bias, seed } = this.state;
    this.network = new Network({ sizes: [n, k, n], activation: middle, biases: [false, bias] });
    this.network.draw(seed, 0.5);
    this.first = this.network.parameters.slice();
    this.input = Math.min(this.input ?? 3, n - 1);
    this.output = Math.min(this.output ?? 0, n - 1);
    this.follow();
    this.forget();
    this.build();
  }

  /* What each input shall fire. */
  follow() {
    const { n, rule, seed } = this.state;
    const shift = range(n).map((i) => (i + 1) % n);
    if (rule === "random") this.state.own = shuffled(n, generator(seed + 10000).uniform);
    else if (rule === "shift" || this.state.own?.length !== n) this.state.own = shift;
    const x = new Float64Array(n * n);
    for (let i = 0; i < n; i++) x[i * n + i] = 1;
    this.data = { x, labels: this.state.own };
  }

  forget() {
    this.optimizer = new Optimizer(this.network.parameters.length);
    this.steps = 0;
  }

  rewind() {
    this.network.parameters.set(this.first);
    this.forget();
    this.draw(true);
  }

  train() {
    epoch(this.network, this.optimizer, this.data, { ...this.state, reduction: "sum" });
    this.steps++;
  }

  changed(name) {
    if (["n", "k", "bias", "seed"].includes(name)) return this.begin();
    if (name === "rule") this.follow();
    if (name === "middle") this.network.layers[0].kind = this.state.middle; // the weights stay
    if (["middle", "loss", "optimizer"].includes(name)) this.optimizer = new Optimizer(this.network.parameters.length);
  }

  parse(name, text) {
    if (name !== "own") return super.parse(name, text);
    const own = /^\d\d?(,\d\d?)*$/.test(text) ? text.split(",").map(Number) : [];
    return own.length === this.state.n && Math.max(...own) < this.state.n ? own : undefined;
  }

  /* Codes, directions and biases as they are; everything that shows is made of them. */
  look() {
    const { n, k } = this.state;
    const [first, last] = this.network.layers;
    const pass = this.network.forward(this.data.x, n);
    const { parameters } = this.network;
    this.codes = range(n).map((i) => Array.from(pass[0].y.slice(i * k, (i + 1) * k)));
    this.directions = range(n).map((j) => range(k).map((u) => parameters[last.weight + u * n + j]));
    this.biases = range(n).map((j) => (last.biased ? parameters[last.bias + j] : 0));
    this.inputWeights = range(n).map((i) => [...parameters.slice(first.weight + i * k, first.weight + (i + 1) * k)]);
    this.logits = range(n).map((i) => [...pass[1].y.slice(i * n, (i + 1) * n)]);
    this.winners = this.logits.map(argmax);
    this.right = this.winners.filter((winner, i) => winner === this.data.labels[i]).length;
    this.loss = evaluate({ ...this.state, reduction: "sum" }, pass[1].y, this.data.labels, pass[1].shared);
    this.largest = Math.max(...this.directions.flat().map(Math.abs), 1e-9);
    const free = this.state.middle !== "tanh"; // then nothing keeps the codes in the square
    this.extent = free ? Math.max(1, ...this.codes.flat().map(Math.abs)) : 1;
  }

  report() {
    return `Step ${this.steps} · loss ${told(this.loss, 2)} · ${this.right} of ${this.state.n} right`;
  }

  /* --- pictures --- */

  build() {
    this.buildDiagram();
    this.buildPlane();
    this.buildScores();
  }

  buildDiagram() {
    const { n, k } = this.state;
    const gap = Math.min(34, 330 / (n - 1));
    const radius = Math.min(12, 0.4 * gap);
    const columns = [n, k, n].map((size, c) => range(size).map((i) => [60 + 120 * c, MIDDLE + gap * (i - (size - 1) / 2)]));
    const top = columns.map(([[x, y]]) => [x, y - 1.7 * radius]);
    const bottom = top.map(([x, y]) => [x, 360 - y]).reverse();
    const curve = ([from, ...rest]) => {
      let [x0, y0] = from;
      return rest.map(([x, y]) => {
        const bend = `C${(x0 + x) / 2} ${y0} ${(x0 + x) / 2} ${y} ${x} ${y}`;
        [x0, y0] = [x, y];
        return bend;
      }).join(""); // prettier-ignore
    };
    const shape = `M${top[0]}${curve(top)}L${bottom[0]}${curve(bottom)}Z`;
    const lines = [0, 1].map((c) =>
      columns[c].map(([x1, y1]) => columns[c + 1].map(([x2, y2]) => svg("line", { x1, y1, x2, y2 }))),
    );
    const units = columns.map((column, c) =>
      column.map(([x, y], i) => {
        const fired = svg("circle", { class: "hg-fired", r: 0 });
        const label = svg("text", { class: "hg-label", x: c ? radius + 12 : -radius - 12 });
        const unit = svg("g", { transform: `translate(${x} ${y})`, click: () => this.pick(c, i) });
        unit.append(svg("circle", { class: "hg-unit", r: radius }), fired, ...(c === 1 ? [] : [label]));
        return { unit, fired, label };
      }),
    );
    this.diagram.replaceChildren(
      svg("path", { class: "hg-silhouette", d: shape }),
      ...lines.flat(2),
      ...units.flat().map(({ unit }) => unit),
    );
    Object.assign(this, { lines, units, radius });
  }

  /* A click on an input shows it; one on an output makes it the one that the input shall fire. */
  pick(column, i) {
    if (column === 0) this.select(i);
    else if (column === 2) this.want(i);
  }

  select(i) {
    this.input = i;
    this.draw(!this.running);
  }

  want(output) {
    this.state.own = this.state.own.map((before, i) => (i === this.input ? output : before));
    this.state.rule = "own";
    this.change("rule");
    if (!this.running) this.say(`Input ${this.input + 1} shall fire output ${output + 1}. Train, so that it does.`);
  }

  buildPlane() {
    const { n, k } = this.state;
    const many = (make) => range(n).map(make);
    this.sectors = many(() => svg("path", { class: "hg-sector" }));
    this.names = many((j) => svg("text", { class: "hg-label" }, String(j + 1)));
    this.frame = svg("path", { class: "hg-frame" });
    this.hull = svg("path", { class: "hg-hull" });
    this.scale = svg("text", { class: "hg-label hg-small", x: 352, y: 350, "text-anchor": "end" });
    const handle = (kind, i, move) => {
      const mark = svg("g", { class: `hg-handle hg-${kind}`, role: "button" });
      mark.append(svg("path"), svg("text", {}, String(i + 1)));
      movable(mark, this.plane, {
        grab: (at) => this.grab(kind, i, at),
        to: (at) => move(i, this.shifted(at)),
        by: ([dx, dy]) => move(i, this.moved(this.held, 0.1 * dx, -0.1 * dy)),
        turn: (by) => this[`${kind}Marks`][(i + by + n) % n].focus(),
      });
      mark.addEventListener("focus", () => this.focused(kind, i));
      return mark;
    };
    this.codeMarks = many((i) => handle("code", i, (...to) => this.moveCode(...to)));
    this.directionMarks = many((j) => handle("direction", j, (...to) => this.moveDirection(...to)));
    const parts = k === 1 ? [...this.sectors, this.hull, this.frame] : [...this.sectors, this.frame, this.hull];
    this.plane.replaceChildren(...parts, ...this.names, this.scale, ...this.directionMarks, ...this.codeMarks);
    this.sliders.hidden = k < 3;
    this.plane.classList.toggle("hg-turns", k === 3);
  }

  focused(kind, i) {
    if (kind === "code") this.input = i;
    else this.output = i;
    this.draw(!this.running);
  }

  buildScores() {
    const { n } = this.state;
    const uid = `hg-${this.spec.name}-wanted`;
    this.rows = range(n).map((j) => {
      const choice = html("input", { type: "radio", name: uid, "aria-label": `fires output ${j + 1}`, change: () => this.want(j) });
      const formula = html("span", { class: "hg-formula" });
      const parts = range(this.state.k + 1).map(() => svg("rect", { height: 1 }));
      const sum = svg("rect", { class: "hg-sum", width: 1.2, height: 1 });
      const bar = svg("svg", { class: "hg-bar", preserveAspectRatio: "none", "aria-hidden": true }, ...parts, sum);
      const row = html("label", { class: "hg-score" }, choice, html("span", { class: "hg-output" }, String(j + 1)), formula, bar);
      return { row, choice, formula, bar, parts, sum };
    });
    const chosen = html("select", { change: () => this.select(Number(chosen.value)) });
    chosen.append(...range(n).map((i) => new Option(String(i + 1), i)));
    this.chosen = chosen;
    this.code = html("span");
    const head = html("div", { class: "hg-scores-head" }, html("label", {}, "Input ", chosen), this.code);
    const list = html("div", { class: "hg-rows", role: "radiogroup", "aria-label": "The output that this input shall fire" });
    list.append(...this.rows.map(({ row }) => row));
    this.scores.replaceChildren(head, list);
  }

  draw(still) {
    this.look();
    write(this.facts, this.report());
    this.drawDiagram();
    if (this.state.k === 1) this.drawLine();
    else this.drawSectors();
    this.drawMarks(still);
    if (!this.state.small) this.drawScores();
  }

  drawDiagram() {
    const { n, k } = this.state;
    const fired = [
      range(n).map((i) => Number(i === this.input)),
      this.codes[this.input],
      this.chances(this.logits[this.input]),
    ];
    const weights = [this.inputWeights, range(k).map((u) => this.directions.map((d) => d[u]))];
    const largest = Math.max(...weights.flat(2).map(Math.abs));
    this.lines.forEach((from, c) => from.forEach((to, i) => to.forEach((one, j) => {
      const weight = weights[c][i][j];
      const quiet = c === 0 && i !== this.input;
      set(one, {
        class: `${weight < 0 ? "hg-minus" : "hg-plus"}${quiet ? " hg-quiet" : ""}`,
        "stroke-width": (0.4 + 3.2 * Math.abs(weight) / largest).toFixed(2),
      });
    }))); // prettier-ignore
    this.units.forEach((column, c) => column.forEach(({ unit, fired: disc, label }, i) => {
      const value = fired[c][i];
      set(disc, {
        class: value < 0 ? "hg-fired hg-minus" : "hg-fired hg-plus",
        r: (this.radius * Math.sqrt(Math.min(1, Math.abs(value)))).toFixed(2),
      });
      const wanted = c === 2 && i === this.data.labels[this.input];
      set(unit, { class: wanted ? "hg-wanted" : "" });
      write(label, String(i + 1));
    })); // prettier-ignore
  }

  /* What the outputs make of their scores: the softmax; without it the scores themselves. */
  chances(logits) {
    if (this.state.loss === "squared error") return logits;
    const powers = logits.map((z) => Math.exp(z - Math.max(...logits)));
    return powers.map((power) => power / powers.reduce((a, b) => a + b));
  }

  /* The two directions of the paper, as seen from the space of codes: the cube of three units can be turned. */
  axes() {
    if (this.state.k < 3) return [[1, 0].slice(0, this.state.k), [0, 1].slice(0, this.state.k)];
    const [[c, d], [s, t]] = [this.angles.map(Math.cos), this.angles.map(Math.sin)];
    return [[c, 0, s], [s * t, d, -c * t]]; // prettier-ignore
  }

  size() {
    return (REACH * (this.state.k === 3 ? 0.72 : 1)) / this.extent;
  }

  /* Where a point of that space stands in the picture. */
  at(point, row = MIDDLE) {
    const [x, y] = this.axes().map((axis) => this.size() * dot(point, axis));
    return [MIDDLE + x, row - y];
  }

  moved(point, dx, dy) {
    const [right, up] = this.axes();
    return point.map((value, u) => value + this.extent * (dx * right[u] + dy * up[u]));
  }

  grab(kind, i, at) {
    this.pause();
    this.look();
    this.factor = (0.62 * this.extent) / this.largest;
    this.held = kind === "code" ? this.codes[i] : this.directions[i].map((v) => v * this.factor);
    this.from = at;
  }

  shifted([x, y]) {
    const size = this.size() * this.extent;
    return this.moved(this.held, (x - this.from[0]) / size, (this.from[1] - y) / size);
  }

  moveCode(i, point) {
    const { k, middle } = this.state;
    const limit = middle === "tanh" ? 0.9999 : 10;
    point.forEach((value, u) => {
      const inside = clip(value, -limit, limit);
      this.network.parameters[this.network.layers[0].weight + i * k + u] = middle === "tanh" ? Math.atanh(inside) : inside;
    });
    this.afterMove();
    const sum = this.rows ? this.rows[this.winners[i]].formula.textContent : "";
    this.say(`Input ${i + 1}: output ${this.winners[i] + 1} wins, ${sum}.`);
  }

  moveDirection(j, point) {
    const { n } = this.state;
    const start = this.network.layers[1].weight;
    point.forEach((value, u) => {
      this.network.parameters[start + u * n + j] = clip(value, -this.extent, this.extent) / this.factor;
    });
    const { factor } = this;
    this.afterMove();
    const lost = this.state.k === 2 && !this.sectors[j].getAttribute("d");
    const sectors = lost ? "it has no sector left, and cannot win" : `${this.right} of ${n} right`;
    this.say(`Direction ${j + 1} at ${this.directions[j].map((v) => told(10 * v * factor)).join(", ")}: ${sectors}.`);
  }

  afterMove() {
    this.optimizer = new Optimizer(this.network.parameters.length); // what it remembers is no longer so
    this.draw(true);
  }

  turnTo(angle, value) {
    this.angles[angle] = value;
    this.draw(!this.running);
  }

  turnCube({ movementX, movementY, target }) {
    if (this.state.k < 3 || target.closest(".hg-handle")) return;
    this.angles = [this.angles[0] + movementX / 100, this.angles[1] + movementY / 100];
    this.draw(!this.running);
  }

  /* Two units: the part of the square in which each output wins. Three: the cube, and the directions in it. */
  drawSectors() {
    const e = this.extent;
    const flat = this.state.k === 2;
    const edge = [[-e, -e], [e, -e], [e, e], [-e, e]]; // prettier-ignore
    const cube = CUBE.map((ends) => line(ends.map((a) => this.at(corner(a).map((v) => v * e)))));
    set(this.frame, { d: flat ? `${line(edge.map((p) => this.at(p)))}Z` : cube.join("") });
    this.sectors.forEach((sector, j) => {
      const region = flat ? this.region(edge, j) : [];
      const d = flat && region.length ? `${line(region.map((p) => this.at(p)))}Z` : "";
      set(sector, { d, class: `hg-sector${j === this.winners[this.input] ? " hg-on" : ""}` });
      const centre = region.reduce((sum, p) => sum.map((v, u) => v + p[u] / region.length), [0, 0]);
      const out = (1.14 * e) / Math.max(...centre.map(Math.abs), 1e-9);
      const inner = region.every((p) => Math.max(...p.map(Math.abs)) < 0.999 * e); // with biases, it may touch no edge
      const [x, y] = this.at(inner || !flat ? centre : centre.map((v) => v * out));
      set(this.names[j], { x, y, visibility: region.length ? "visible" : "hidden" });
    });
    const tips = this.directions.map((d) => d.map((v) => (0.62 * e * v) / this.largest));
    const spokes = tips.map((tip) => line([this.at([0, 0, 0]), this.at(tip)])).join("");
    set(this.hull, { d: flat ? `${line(hull(tips).map((p) => this.at(p)))}Z` : spokes });
  }

  region(edge, j) {
    return this.directions.reduce((polygon, other, l) => {
      if (l === j) return polygon;
      const [a, b] = other.map((v, u) => this.directions[j][u] - v);
      return cut(polygon, a, b, this.biases[j] - this.biases[l]);
    }, edge);
  }

  /* One unit: the scores are lines over the code, and the highest wins. */
  drawLine() {
    const e = this.extent;
    const scores = (x) => this.directions.map(([d], j) => d * x + this.biases[j]);
    const ends = [scores(-e), scores(e)];
    const tall = Math.max(...ends.flat().map(Math.abs), 1e-9);
    const up = (score) => 110 - (95 * score) / tall;
    const places = range(121).map((i) => e * (i / 60 - 1));
    const best = places.map((x) => argmax(scores(x)));
    this.sectors.forEach((sector, j) => {
      const d = line([[MIDDLE - REACH, up(ends[0][j])], [MIDDLE + REACH, up(ends[1][j])]]); // prettier-ignore
      set(sector, { d, class: `hg-sector hg-line${j === this.winners[this.input] ? " hg-on" : ""}` });
      const wins = places.filter((_, i) => best[i] === j);
      const [x] = this.at([(wins[0] + wins.at(-1)) / 2 || 0]);
      set(this.names[j], { x, y: 218, visibility: wins.length ? "visible" : "hidden" });
    });
    set(this.hull, { d: line(places.map((x, i) => [this.at([x])[0], up(scores(x)[best[i]])])), class: "hg-envelope" });
    set(this.frame, { d: `M52 250H308M52 310H308` });
  }

  drawMarks(still) {
    const { k, middle } = this.state;
    const [right, up] = this.axes();
    const ahead = k === 3 ? [right[1] * up[2] - right[2] * up[1], right[2] * up[0] - right[0] * up[2], right[0] * up[1] - right[1] * up[0]] : null;
    const put = (mark, point, row, kind, shape, name) => {
      const depth = ahead ? dot(point, ahead) / this.extent : 1;
      set(mark, { class: `hg-handle ${kind}${depth < -0.2 ? " hg-far" : ""}`, transform: `translate(${this.at(point, row)})` });
      set(mark.firstChild, { d: shape });
      if (still) set(mark, { "aria-label": name });
    };
    const numbers = (values) => values.map((v) => told(v)).join(", ");
    this.codes.forEach((code, i) => {
      const good = this.winners[i] === this.data.labels[i];
      const name = `Code of input ${i + 1}: ${numbers(code.map((v) => 10 * v))}. Output ${this.winners[i] + 1} wins, ${good ? "right" : "wrong"}.`;
      const kind = `hg-code ${good ? "hg-plus" : "hg-minus"}${i === this.input ? " hg-on" : ""}`;
      put(this.codeMarks[i], code, k === 1 ? 250 : MIDDLE, kind, good ? circle(11) : triangle(13), name);
    });
    this.directions.forEach((direction, j) => {
      const scaled = direction.map((v) => v / this.largest);
      const name = `Direction of output ${j + 1}: ${numbers(scaled.map((v) => 10 * v))}.`;
      const kind = `hg-direction${j === this.winners[this.input] ? " hg-on" : ""}`;
      put(this.directionMarks[j], scaled.map((v) => 0.62 * this.extent * v), k === 1 ? 310 : MIDDLE, kind, diamond(10), name);
    });
    rove(this.codeMarks, this.input);
    rove(this.directionMarks, this.output);
    write(this.scale, middle === "tanh" ? "" : `edge at ±${told(10 * this.extent)}`);
  }

  /* The numbers of the story: codes times 10, directions scaled so that the largest number is 10. */
  drawScores() {
    const { digits, bias } = this.state;
    const round = (x) => Number(x.toFixed(digits));
    const code = this.codes[this.input].map((v) => round(10 * v));
    const terms = this.directions.map((d, j) => {
      const factors = d.map((v) => round((10 * v) / this.largest));
      return { factors, parts: [...factors.map((f, u) => f * code[u]), bias ? round((100 * this.biases[j]) / this.largest) : 0] };
    });
    const span = Math.max(...terms.map(({ parts }) => Math.max(...parts.map(Math.abs)) + 0), ...terms.map(({ parts }) => Math.abs(parts.reduce((a, b) => a + b))), 1);
    this.rows.forEach(({ row, choice, formula, bar, parts: rects, sum }, j) => {
      const { factors, parts } = terms[j];
      const total = parts.reduce((a, b) => a + b);
      const products = factors.map((f, u) => `${told(code[u], digits)} · ${told(f, digits)}`);
      if (bias) products.push(told(parts.at(-1), digits));
      write(formula, `${products.join(" + ")} = ${told(total, digits)}`);
      set(row, { class: `hg-score${j === this.winners[this.input] ? " hg-wins" : ""}` });
      choice.checked = j === this.data.labels[this.input];
      set(bar, { viewBox: `${-1.6 * span} 0 ${3.2 * span} ${parts.length}` });
      let from = 0;
      rects.forEach((rect, u) => {
        set(rect, { x: Math.min(from, from + parts[u]), y: u, width: Math.abs(parts[u]), class: parts[u] < 0 ? "hg-minus" : "hg-plus" });
        from += parts[u];
      });
      set(sum, { x: total - 0.012 * span, width: 0.024 * span, height: parts.length });
    });
    this.chosen.value = this.input;
    const wins = `output ${this.winners[this.input] + 1} wins`;
    write(this.code, `code ${code.map((c) => told(c, digits)).join(", ")}; ${wins}${this.winners[this.input] === this.data.labels[this.input] ? ", as it shall" : ""}`);
  }
}
