/* The rule laboratory: n inputs, k middle units, n outputs. What the middle says to an input is its code, a point in k
   dimensions; every output has a direction there, and the one that agrees most with the code wins. */

const REACH = 128; // from the middle of a picture to the edge of what tanh can say
const TIPS = 0.62; // how far towards the edge the longest direction is drawn
const CUBE = range(8).flatMap((a) => [1, 2, 4].filter((bit) => !(a & bit)).map((bit) => [a, a | bit]));
const corner = (a) => [1, 2, 4].map((bit) => (a & bit ? 1 : -1));
const SQUARE = [[-1, -1], [1, -1], [1, 1], [-1, 1]]; // prettier-ignore
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const sum = (values) => values.reduce((a, b) => a + b, 0);
const size = (values) => Math.max(...values.map(Math.abs), 1e-9);
const sign = (value) => (value < 0 ? "hg-minus" : "hg-plus");

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

const area = (polygon) => sum(polygon.map(([x, y], i) => {
  const [nextX, nextY] = polygon[(i + 1) % polygon.length];
  return (x * nextY - nextX * y) / 2;
})); // prettier-ignore

/* The corners of the smallest convex polygon around the points, in order. */
function hull(points) {
  const sorted = [...points].sort(([a, b], [c, d]) => a - c || b - d);
  const half = (kept, [x, y]) => {
    const turns = ([ax, ay], [bx, by]) => (bx - ax) * (y - ay) > (by - ay) * (x - ax);
    while (kept.length > 1 && !turns(kept.at(-2), kept.at(-1))) kept.pop();
    return [...kept, [x, y]];
  };
  return [...sorted.reduce(half, []).slice(1), ...sorted.reverse().reduce(half, []).slice(1)];
}

class RuleLaboratory extends Laboratory {
  input = 3;
  output = 0;
  angles = [0.5, 0.35];

  /* --- the network --- */

  begin() {
    const { n, k, middle, bias, seed } = this.state;
    this.network = new Network({ sizes: [n, k, n], activation: middle, biases: [false, bias] });
    this.network.draw(seed, 0.5);
    this.first = this.network.parameters.slice();
    this.input = Math.min(this.input, n - 1);
    this.output = Math.min(this.output, n - 1);
    this.follow();
    this.forget();
  }

  /* What each input shall fire. */
  follow() {
    const { n, rule, seed, own } = this.state;
    if (rule === "random") this.state.own = shuffled(n, generator(seed + 10000).uniform);
    else if (rule === "shift" || own?.length !== n) this.state.own = range(n).map((i) => (i + 1) % n);
    this.x = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)); // one input fires at a time
  }

  forget() {
    this.optimizer = new Optimizer(this.network.parameters.length);
    this.steps = 0;
  }

  rewind() {
    this.network.parameters.set(this.first);
    this.forget();
  }

  recipe() {
    return { ...this.state, reduction: "sum" };
  }

  train() {
    epoch(this.network, this.optimizer, { x: this.x, labels: this.state.own }, this.recipe());
    this.steps++;
  }

  changed(name) {
    if (["n", "k", "bias", "seed"].includes(name)) this.begin();
    if (name === "rule") this.follow();
    if (name === "middle") this.network.layers[0].kind = this.state.middle; // the weights stay
    if (["middle", "loss", "optimizer"].includes(name)) this.optimizer = new Optimizer(this.network.parameters.length);
  }

  parse(name, text) {
    if (name !== "own") return super.parse(name, text);
    const own = /^\d\d?(,\d\d?)*$/.test(text) ? text.split(",").map(Number) : [];
    return own.length === this.state.n && Math.max(...own) < this.state.n ? own : undefined;
  }

  /* Everything that shows is made of these. */
  look() {
    const { n, k, own, middle } = this.state;
    const last = this.network.layers[1];
    const { parameters } = this.network;
    const [codes, logits] = this.network.forward(this.x, n);
    const rows = (flat, width) => range(n).map((i) => Array.from(flat.subarray(i * width, (i + 1) * width)));
    this.codes = rows(codes.y, k);
    this.scores = rows(logits.y, n);
    this.weights = rows(parameters, k); // those of the inputs stand first
    this.directions = range(n).map((j) => range(k).map((u) => parameters[last.weight + u * n + j]));
    this.biases = range(n).map((j) => (last.biased ? parameters[last.bias + j] : 0));
    this.winners = this.scores.map(argmax);
    this.winner = this.winners[this.input];
    this.right = this.winners.filter((winner, i) => winner === own[i]).length;
    this.loss = evaluate(this.recipe(), logits.y, own, logits.shared);
    this.longest = size(this.directions.flat());
    this.extent = middle === "tanh" ? 1 : Math.max(1, size(this.codes.flat())); // only tanh keeps codes in the square
  }

  report() {
    return `Step ${this.steps} · loss ${told(this.loss, 2)} · ${this.right} of ${this.state.n} right`;
  }

  panels() {
    const pictures = ["div", { class: "hg-pictures" }, this.diagram(), this.plane()];
    return this.state.small ? [pictures] : [pictures, this.numbers()];
  }

  /* --- the network's picture --- */

  diagram() {
    const { n, k, own } = this.state;
    const gap = Math.min(34, 330 / (n - 1));
    const radius = Math.min(12, 0.4 * gap);
    const columns = [n, k, n].map((units, c) => range(units).map((i) => [60 + 120 * c, 180 + gap * (i - (units - 1) / 2)]));
    const weights = [this.weights, range(k).map((u) => this.directions.map((direction) => direction[u]))];
    const thickest = size(weights.flat(2));
    const lines = weights.flatMap((matrix, c) => matrix.flatMap((row, i) => row.map((weight, j) => {
      const [[x1, y1], [x2, y2]] = [columns[c][i], columns[c + 1][j]];
      const quiet = c === 0 && i !== this.input ? "hg-quiet" : "";
      const width = (0.4 + (3.2 * Math.abs(weight)) / thickest).toFixed(2);
      return ["line", { x1, y1, x2, y2, class: `${sign(weight)} ${quiet}`, "stroke-width": width }];
    }))); // prettier-ignore
    const fired = [range(n).map((i) => Number(i === this.input)), this.codes[this.input], this.answer()];
    const click = [(i) => this.select(i), () => {}, (j) => this.want(j)];
    const units = columns.flatMap((column, c) => column.map(([x, y], i) => {
      const value = fired[c][i];
      const wanted = c === 2 && i === own[this.input] ? "hg-wanted" : "";
      const inner = (radius * Math.sqrt(Math.min(1, Math.abs(value)))).toFixed(2);
      return ["g", { class: `hg-unit ${wanted}`, transform: `translate(${x} ${y})`, onclick: () => click[c](i) },
        ["circle", { r: radius }],
        ["circle", { class: `hg-fired ${sign(value)}`, r: inner }],
        ["text", { class: "hg-label", x: (c - 1) * (radius + 12) }, c === 1 ? "" : i + 1]];
    })); // prettier-ignore
    const told = "The network, from left to right: inputs, middle, outputs. A click on an input shows it; one on an output makes it the wanted one.";
    return picture({ role: "img", "aria-label": told }, ["path", { class: "hg-silhouette", d: waist(columns, radius) }], ...lines, ...units);
  }

  /* What the outputs make of their scores: the softmax; without it the scores themselves. */
  answer() {
    const scores = this.scores[this.input];
    if (this.state.loss === "squared error") return scores;
    const powers = scores.map((z) => Math.exp(z - Math.max(...scores)));
    return powers.map((power) => power / sum(powers));
  }

  select(i) {
    this.input = i;
    this.draw();
  }

  want(output) {
    this.state.own = this.state.own.map((before, i) => (i === this.input ? output : before));
    this.state.rule = "own";
    this.remember();
    this.stop(`Input ${this.input + 1} shall fire output ${output + 1}. Train, so that it does.`);
  }

  /* --- the space of codes --- */

  /* The two directions of the paper, as seen from there; the cube of three units can be turned. */
  axes() {
    if (this.state.k < 3) return [[1, 0], [0, 1]].map((axis) => axis.slice(0, this.state.k)); // prettier-ignore
    const [c, d] = this.angles.map(Math.cos);
    const [s, t] = this.angles.map(Math.sin);
    return [[c, 0, s], [s * t, d, -c * t], [-s * d, t, c * d]]; // prettier-ignore
  }

  /* How many of a picture's units a code's unit is. */
  scale() {
    return ((this.state.k === 3 ? 0.72 : 1) * REACH) / this.extent;
  }

  /* Where a point of that space stands in the picture. */
  at(point, row = 180) {
    const [x, y] = this.axes().map((axis) => this.scale() * dot(point, axis));
    return [180 + x, row - y];
  }

  moved(point, dx, dy) {
    const [right, up] = this.axes();
    return point.map((value, u) => value + dx * right[u] + dy * up[u]);
  }

  plane() {
    const { k, middle } = this.state;
    const name = "The codes of the inputs, discs, and the directions of the outputs, diamonds. Arrow keys move one, page keys go to the next.";
    const back = k === 1 ? this.heights() : k === 2 ? this.sectors() : this.cube();
    const edge = middle === "tanh" ? "" : `edge at ±${told(10 * this.extent)}`;
    const turn = ({ buttons, movementX, movementY, target }) => {
      if (k === 3 && buttons && !target.closest(".hg-handle")) this.turn(movementX / 100, movementY / 100);
    };
    const keys = [["←", -0.2, 0], ["→", 0.2, 0], ["↑", 0, -0.2], ["↓", 0, 0.2]]; // prettier-ignore
    const turns = keys.map(([arrow, ...by]) => button(arrow, () => this.turn(...by)));
    const marks = [["g", {}, ...this.directionMarks()], ["g", {}, ...this.codeMarks()]];
    return ["div", {},
      picture({ class: `hg-picture ${k === 3 ? "hg-turns" : ""}`, role: "group", "aria-label": name, onpointermove: turn },
        ["g", {}, ...back], ["text", { class: "hg-label", x: 300, y: 345 }, edge], ...marks),
      ["div", { class: "hg-buttons", role: "group", "aria-label": "Turn the cube", hidden: k < 3 }, ...turns]]; // prettier-ignore
  }

  turn(around, up) {
    this.angles = [this.angles[0] + around, this.angles[1] + up];
    this.draw();
  }

  /* Two units: the part of the square in which each output wins, and the polygon of the directions. */
  sectors() {
    const edge = SQUARE.map((point) => point.map((v) => v * this.extent));
    const regions = range(this.state.n).map((j) => this.region(edge, j));
    const shapes = regions.map((region, j) => {
      const on = j === this.winner ? "hg-on" : "";
      return ["path", { class: `hg-sector ${on}`, d: closed(region.map((p) => this.at(p))) }];
    });
    const names = regions.map((region, j) => {
      const centre = [0, 1].map((axis) => sum(region.map((p) => p[axis])) / (region.length || 1));
      const touches = region.some((p) => size(p) > 0.999 * this.extent); // with biases, some do not
      const [x, y] = this.at(touches ? centre.map((v) => (v * 1.14 * this.extent) / size(centre)) : centre);
      return ["text", { class: "hg-label", x, y }, region.length ? j + 1 : ""];
    });
    const polygon = closed(hull(this.tips()).map((p) => this.at(p)));
    const frame = closed(edge.map((p) => this.at(p)));
    return [...shapes, ["path", { class: "hg-frame", d: frame }], ["path", { class: "hg-hull", d: polygon }], ...names];
  }

  region(edge, j) {
    const { directions, biases, extent } = this;
    const region = directions.reduce((polygon, other, l) => {
      const [a, b] = other.map((v, u) => directions[j][u] - v);
      return l === j ? polygon : cut(polygon, a, b, biases[j] - biases[l]);
    }, edge);
    return area(region) > 1e-6 * extent * extent ? region : []; // rounding may leave a corner
  }

  /* Three units: the cube, and a spoke to every direction. */
  cube() {
    const edges = CUBE.map((ends) => line(ends.map((a) => this.at(corner(a).map((v) => v * this.extent)))));
    const spokes = this.tips().map((tip) => line([this.at([0, 0, 0]), this.at(tip)]));
    return [["path", { class: "hg-frame", d: edges.join("") }], ["path", { class: "hg-hull", d: spokes.join("") }]];
  }

  /* One unit: each output's score is a line over the code, and the highest wins. */
  heights() {
    const { directions, biases, extent } = this;
    const scores = (x) => directions.map(([d], j) => d * x + biases[j]);
    const tall = size([...scores(-extent), ...scores(extent)]);
    const at = (x, score) => [this.at([x])[0], 110 - (95 * score) / tall];
    const places = range(121).map((i) => extent * (i / 60 - 1));
    const best = places.map((x) => argmax(scores(x)));
    const lines = directions.map((_, j) => {
      const ends = [-extent, extent].map((x) => at(x, scores(x)[j]));
      return ["path", { class: `hg-line ${j === this.winner ? "hg-on" : ""}`, d: line(ends) }];
    });
    const names = directions.map((_, j) => {
      const wins = places.filter((_, i) => best[i] === j);
      return ["text", { class: "hg-label", x: wins.length ? at((wins[0] + wins.at(-1)) / 2, 0)[0] : 0, y: 222 }, wins.length ? j + 1 : ""];
    });
    const top = line(places.map((x, i) => at(x, scores(x)[best[i]])));
    return [...lines, ["path", { class: "hg-envelope", d: top }], ["path", { class: "hg-frame", d: "M52 250H308M52 310H308" }], ...names];
  }

  /* The directions, scaled so that the longest number is the one at TIPS. */
  tips() {
    return this.directions.map((direction) => direction.map((v) => (TIPS * this.extent * v) / this.longest));
  }

  /* --- things to move --- */

  codeMarks() {
    return this.codes.map((code, i) => {
      const good = this.winners[i] === this.state.own[i];
      const label = `Input ${i + 1}, code ${this.stories(code.map((v) => 10 * v))}, ${good ? "right" : "wrong"}`;
      const look = `hg-code ${good ? "hg-plus" : "hg-minus"} ${i === this.input ? "hg-on" : ""}`;
      const move = (to) => this.moveCode(i, to);
      return this.mark("input", i, code, this.state.k === 1 ? 250 : 180, label, look, good ? circle(11) : triangle(13), move);
    });
  }

  directionMarks() {
    return this.tips().map((tip, j) => {
      const label = `Output ${j + 1}, direction ${this.stories(this.directions[j].map((v) => (10 * v) / this.longest))}`;
      const look = `hg-direction ${j === this.winner ? "hg-on" : ""}`;
      const move = (to) => this.moveDirection(j, to);
      return this.mark("output", j, tip, this.state.k === 1 ? 310 : 180, label, look, diamond(10), move);
    });
  }

  /* kind: which of the laboratory's fields holds the one that the tab key stops at. */
  mark(kind, i, point, row, label, look, shape, move) {
    const ahead = this.axes()[2];
    const far = ahead && dot(point, ahead) < -0.2 * this.extent ? "hg-far" : "";
    const grab = (from) => {
      this.pause();
      this.factor = (TIPS * this.extent) / this.longest; // kept while a direction moves, though it be the longest
      Object.assign(this, { from, held: point });
    };
    const keep = {
      grab,
      to: ([x, y]) => move(this.moved(this.held, (x - this.from[0]) / this.scale(), (this.from[1] - y) / this.scale())),
      by: ([dx, dy]) => move(this.moved(point, 0.1 * this.extent * dx, -0.1 * this.extent * dy)),
    };
    const onfocus = () => {
      this[kind] = i;
      this.draw();
    };
    const attributes = { class: `hg-handle ${look} ${far}`, transform: `translate(${this.at(point, row)})`, role: "button", tabindex: this[kind] === i ? 0 : -1 };
    return ["g", { ...attributes, "aria-label": label, onfocus, ...movable(keep) }, ["path", { d: shape }], ["text", {}, i + 1]];
  }

  moveCode(i, point) {
    const { k, middle, n } = this.state;
    point.forEach((value, u) => {
      const inside = clip(value, -0.9999, 0.9999);
      this.network.parameters[i * k + u] = middle === "tanh" ? Math.atanh(inside) : clip(value, -10, 10);
    });
    this.optimizer = new Optimizer(this.network.parameters.length); // what it remembers is no longer so
    this.look();
    const { formula } = this.terms()[this.winners[i]];
    this.say(`Input ${i + 1}: output ${this.winners[i] + 1} wins with ${formula}. ${this.right} of ${n} right.`);
  }

  moveDirection(j, point) {
    const { n, k } = this.state;
    const { factor, extent, network } = this;
    const inside = point.map((value) => clip(value, -extent, extent) / factor);
    inside.forEach((value, u) => (network.parameters[network.layers[1].weight + u * n + j] = value));
    this.optimizer = new Optimizer(network.parameters.length);
    this.look();
    const lost = k === 2 && !this.region(SQUARE.map((p) => p.map((v) => v * extent)), j).length;
    this.say(`Output ${j + 1}${lost ? " has no sector left: it cannot win" : " has a sector"}. ${this.right} of ${n} right.`);
  }

  /* --- the numbers of the story: codes times 10, directions scaled so that the largest number is 10 --- */

  stories(values) {
    return values.map((v) => told(v, this.state.digits)).join(", ");
  }

  /* Of each output the products, the bias, and how they add up. */
  terms() {
    const { digits, bias } = this.state;
    const round = (x) => Number(x.toFixed(digits));
    const code = this.codes[this.input].map((v) => round(10 * v));
    return this.directions.map((direction, j) => {
      const factors = direction.map((v) => round((10 * v) / this.longest));
      const products = factors.map((f, u) => f * code[u]);
      const texts = factors.map((f, u) => `${told(code[u], digits)} · ${told(f, digits)}`);
      const parts = bias ? [...products, round((100 * this.biases[j]) / this.longest)] : products;
      if (bias) texts.push(told(parts.at(-1), digits));
      return { parts, total: sum(parts), formula: `${texts.join(" + ")} = ${told(sum(parts), 2 * digits)}` };
    });
  }

  numbers() {
    const terms = this.terms();
    const span = size(terms.flatMap(({ parts, total }) => [total, ...parts]));
    const wanted = this.state.own[this.input];
    const rows = terms.map(({ parts, total, formula }, j) => {
      const ends = parts.map((_, u) => sum(parts.slice(0, u + 1)));
      const bars = parts.map((part, u) => ["rect", { class: sign(part), x: Math.min(ends[u], ends[u] - part), y: u, width: Math.abs(part), height: 1 }]);
      const mark = ["rect", { class: "hg-sum", x: total - 0.012 * span, y: 0, width: 0.024 * span, height: parts.length }];
      const box = { class: "hg-bar", viewBox: `${-1.6 * span} 0 ${3.2 * span} ${parts.length}`, preserveAspectRatio: "none", "aria-hidden": true };
      return ["label", { class: `hg-score ${j === this.winner ? "hg-wins" : ""}` },
        choice(`hg-${this.spec.name}`, `output ${j + 1}`, j === wanted, () => this.want(j)),
        ["span", {}, j + 1], ["span", {}, formula], ["svg", box, ...bars, mark]]; // prettier-ignore
    });
    const inputs = list(range(this.state.n, 1), this.input + 1, (text) => this.select(Number(text) - 1));
    const wins = `output ${this.winner + 1} wins, ${this.winner === wanted ? "as it should" : `but output ${wanted + 1} should`}`;
    const head = [["label", {}, "Input ", inputs], ["span", {}, `has the code ${this.stories(this.codes[this.input].map((v) => 10 * v))}: ${wins}.`]];
    return ["div", { class: "hg-scores" }, ["div", { class: "hg-head" }, ...head],
      ["div", { role: "radiogroup", "aria-label": "The output that this input shall fire" }, ...rows]]; // prettier-ignore
  }
}

/* The hourglass: a shape around all units. */
function waist(columns, radius) {
  const top = columns.map(([[x, y]]) => [x, y - 1.7 * radius]);
  const side = (points) => points.slice(1).map(([x, y], i) => {
    const half = (points[i][0] + x) / 2;
    return `C${half} ${points[i][1]} ${half} ${y} ${x} ${y}`;
  }).join(""); // prettier-ignore
  const bottom = top.map(([x, y]) => [x, 360 - y]).reverse();
  return `M${top[0]}${side(top)}L${bottom[0]}${side(bottom)}Z`;
}
