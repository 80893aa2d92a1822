/* The rule laboratory: n inputs, k middle units, n outputs. What the middle says to an input is its code, a point in k
   dimensions; every output has a direction there, and the one that agrees most with the code wins. */

const REACH = 128; // from the middle of a picture to the edge of what tanh can say
const TIPS = 0.62; // how far towards the edge the longest direction is drawn
const CUBE = range(8).flatMap((a) => [1, 2, 4].filter((bit) => !(a & bit)).map((bit) => [a, a | bit]));
const corner = (a) => [1, 2, 4].map((bit) => (a & bit ? 1 : -1));
const SQUARE = [[-1, -1], [1, -1], [1, 1], [-1, 1]]; // prettier-ignore
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const closed = (points) => points.length ? `${line(points)}Z` : "";
const diamond = (r) => `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
const label = (x, y, text) => ["text", { class: "hg-label", x, y }, text];
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

/* What makes a thing in a picture movable: by pointer, to(x, y); by arrow keys, by(dx, dy); page keys go to another. */
function movable({ grab, to, by }) {
  return {
    ...KEYS,
    onpointerdown(event) {
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus();
      grab(place(event));
    },
    onpointermove(event) {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) to(place(event));
    },
    onkeydown(event) {
      const { key, currentTarget } = event;
      const next = { PageUp: "previousElementSibling", PageDown: "nextElementSibling" }[key];
      if (next) currentTarget[next]?.focus();
      else if (key in ARROWS) grab();
      else return;
      event.preventDefault();
      if (!next) by(ARROWS[key]);
    },
  };
}

class RuleLaboratory extends Laboratory {
  input = 3;
  output = 0;
  angles = [0.5, 0.35];

  /* --- the network --- */

  begin() {
    const { n, k, middle, bias } = this.state;
    this.network = new Network({ sizes: [n, k, n], activation: middle, biases: [false, bias] });
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
    this.x = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)); // one input fires at a time
  }

  rewind() {
    this.network.draw(this.state.seed, 0.5);
    this.calm();
    this.steps = 0;
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
    if (["middle", "loss", "optimizer"].includes(name)) this.calm();
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
    return this.spec.small ? [pictures] : [pictures, this.numbers()];
  }

  /* --- the network's picture --- */

  diagram() {
    const { n, k, own } = this.state;
    const gap = Math.min(34, 330 / (n - 1));
    const radius = Math.min(12, 0.4 * gap);
    const columns = [n, k, n].map((units, c) => range(units).map((i) => [60 + 120 * c, 180 + gap * (i - (units - 1) / 2)]));
    const matrices = [this.weights, range(k).map((u) => this.directions.map((direction) => direction[u]))];
    const thickest = size(matrices.flat(2));
    const lines = matrices.flatMap((matrix, c) => matrix.flatMap((row, i) => row.map((weight, j) => {
      const quiet = c === 0 && i !== this.input ? "hg-quiet" : "";
      const width = 0.4 + (3.2 * Math.abs(weight)) / thickest;
      return path(`hg-wire ${sign(weight)} ${quiet}`, line([columns[c][i], columns[c + 1][j]]), { "stroke-width": width.toFixed(2) });
    }))); // prettier-ignore
    const fired = [range(n).map((i) => Number(i === this.input)), this.codes[this.input], this.answer()];
    const act = [(i) => this.select(i), () => {}, (j) => this.want(j)];
    const units = columns.flatMap((column, c) => column.map((place, i) => {
      const wanted = c === 2 && i === own[this.input] ? "hg-wanted" : "";
      const inner = radius * Math.sqrt(Math.min(1, Math.abs(fired[c][i])));
      return ["g", { class: `hg-unit ${wanted}`, transform: `translate(${place})`, onclick: () => act[c](i) },
        path("", circle(radius)), path(`hg-fired ${sign(fired[c][i])}`, circle(inner.toFixed(2))),
        label((c - 1) * (radius + 12), 0, c === 1 ? "" : i + 1)];
    })); // prettier-ignore
    const name = "The network: inputs, middle, outputs. A click on an input shows it; one on an output makes it the wanted one.";
    return picture({ role: "img", "aria-label": name }, path("hg-silhouette", waist(columns, radius)), ...lines, ...units);
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

  /* Right, up and towards the reader, as seen from there; the cube of three units can be turned. */
  axes() {
    const { k } = this.state;
    if (k < 3) return [[1, 0], [0, 1]].map((axis) => axis.slice(0, k)); // prettier-ignore
    const [[c, d], [s, t]] = [Math.cos, Math.sin].map((f) => this.angles.map(f));
    return [[c, 0, s], [s * t, d, -c * t], [-s * d, t, c * d]]; // prettier-ignore
  }

  /* How many of a picture's units a code's unit is. */
  scale() {
    return ((this.state.k === 3 ? 0.72 : 1) * REACH) / this.extent;
  }

  /* Where a point of that space stands in the picture; and what becomes of it when it moves there. */
  at(point, row = 180) {
    const [x, y] = this.axes().map((axis) => this.scale() * dot(point, axis));
    return [180 + x, row - y];
  }

  moved(point, dx, dy) {
    const [right, up] = this.axes();
    return point.map((value, u) => value + (dx * right[u] - dy * up[u]) / this.scale());
  }

  plane() {
    const { k, middle } = this.state;
    const name = "Codes of the inputs, discs, and directions of the outputs, diamonds. Arrow keys move one, page keys go to the next.";
    const back = [this.heights, this.sectors, this.cube][k - 1].call(this);
    const edge = label(300, 345, middle === "tanh" ? "" : `edge at ±${told(10 * this.extent)}`);
    const onpointermove = ({ buttons, movementX, movementY, target }) => {
      if (k === 3 && buttons && !target.closest(".hg-handle")) this.turn(movementX / 100, movementY / 100);
    };
    const look = { class: `hg-picture ${k === 3 ? "hg-turns" : ""}`, role: "group", "aria-label": name, onpointermove };
    const arrows = Object.entries({ "←": [-0.2, 0], "→": [0.2, 0], "↑": [0, -0.2], "↓": [0, 0.2] });
    const turns = arrows.map(([arrow, by]) => button(arrow, () => this.turn(...by)));
    return ["div", {}, picture(look, ["g", {}, ...back], edge, ["g", {}, ...this.tipMarks()], ["g", {}, ...this.codeMarks()]),
      ["div", { class: "hg-buttons", role: "group", "aria-label": "Turn the cube", hidden: k < 3 }, ...turns]]; // prettier-ignore
  }

  turn(around, up) {
    this.angles = [this.angles[0] + around, this.angles[1] + up];
    this.draw();
  }

  /* Two units: the part of the square in which each output wins. Without biases, outputs that win somewhere are the
     corners of a convex polygon. */
  sectors() {
    const edge = SQUARE.map((point) => point.map((v) => v * this.extent));
    const regions = this.directions.map((_, j) => this.region(edge, j));
    const shape = (points) => closed(points.map((point) => this.at(point)));
    const names = regions.map((region, j) => {
      const centre = [0, 1].map((axis) => sum(region.map((point) => point[axis])) / (region.length || 1));
      const inside = region.every((point) => size(point) < 0.999 * this.extent); // as some are, with biases
      return label(...this.at(inside ? centre : centre.map((v) => (v * 1.14 * this.extent) / size(centre))), region.length ? j + 1 : "");
    });
    const angle = ([x, y]) => Math.atan2(y, x);
    const corners = this.tips().filter((_, j) => regions[j].length && !this.state.bias).sort((a, b) => angle(a) - angle(b));
    const shapes = regions.map((region, j) => path(`hg-sector ${this.on(j)}`, shape(region)));
    return [...shapes, path("hg-frame", shape(edge)), path("hg-hull", shape(corners)), ...names];
  }

  region(edge, j) {
    const { directions, biases } = this;
    const region = directions.reduce((polygon, other, l) => {
      const [a, b] = other.map((v, u) => directions[j][u] - v);
      return l === j ? polygon : cut(polygon, a, b, biases[j] - biases[l]);
    }, edge);
    return size(region.flat()) > 1e-6 ? region : []; // rounding may leave the origin
  }

  on(j) {
    return j === this.winner ? "hg-on" : "";
  }

  /* Three units: the cube, and a spoke to every direction. */
  cube() {
    const edges = CUBE.map((ends) => line(ends.map((a) => this.at(corner(a).map((v) => v * this.extent)))));
    const spokes = this.tips().map((tip) => line([[180, 180], this.at(tip)]));
    return [path("hg-frame", edges.join("")), path("hg-hull", spokes.join(""))];
  }

  /* One unit: each output's score is a line over the code, and the highest wins. */
  heights() {
    const { directions, biases, extent } = this;
    const scores = (x) => directions.map(([d], j) => d * x + biases[j]);
    const tall = size([...scores(-extent), ...scores(extent)]);
    const at = (x, j) => [this.at([x])[0], 110 - (95 * scores(x)[j]) / tall];
    const places = range(121).map((i) => extent * (i / 60 - 1));
    const best = places.map((x) => argmax(scores(x)));
    const names = directions.map((_, j) => {
      const [x] = this.at([(places[best.indexOf(j)] + places[best.lastIndexOf(j)]) / 2 || 0]);
      return label(x, 222, best.includes(j) ? j + 1 : "");
    });
    const lines = directions.map((_, j) => path(`hg-line ${this.on(j)}`, line([at(-extent, j), at(extent, j)])));
    const top = line(places.map((x, i) => at(x, best[i])));
    return [...lines, path("hg-envelope", top), path("hg-frame", "M52 250H308M52 310H308"), ...names];
  }

  /* The directions, scaled so that the longest number is the one at TIPS. */
  tips() {
    return this.directions.map((direction) => direction.map((v) => (TIPS * this.extent * v) / this.longest));
  }

  /* --- things to move --- */

  codeMarks() {
    return this.codes.map((code, i) => {
      const good = this.winners[i] === this.state.own[i];
      const name = `Input ${i + 1}, code ${this.story(code)}, ${good ? "right" : "wrong"}`;
      const shape = path("", good ? circle(11) : triangle(13));
      const kind = `hg-code ${sign(good - 1)} ${i === this.input ? "hg-on" : ""}`;
      return this.handle("input", i, code, this.state.k === 1 ? 250 : 180, { class: kind, "aria-label": name }, shape);
    });
  }

  tipMarks() {
    return this.tips().map((tip, j) => {
      const name = `Output ${j + 1}, direction ${this.story(this.directions[j].map((v) => v / this.longest))}`;
      const look = { class: `hg-direction ${this.on(j)}`, "aria-label": name };
      return this.handle("output", j, tip, this.state.k === 1 ? 310 : 180, look, path("", diamond(10)));
    });
  }

  /* kind: "input" or "output", the field that holds the one at which the tab key stops. */
  handle(kind, i, point, row, look, shape) {
    const ahead = this.axes()[2];
    const far = ahead && dot(point, ahead) < -0.2 * this.extent ? "hg-far" : "";
    const move = (to) => (kind === "input" ? this.moveCode(i, to) : this.moveDirection(i, to));
    const grab = (from) => {
      this.pause();
      const factor = (TIPS * this.extent) / this.longest; // kept while a direction moves, though it be the longest
      Object.assign(this, { from, factor, held: point });
    };
    const to = ([x, y]) => move(this.moved(this.held, x - this.from[0], y - this.from[1]));
    const by = ([dx, dy]) => move(this.moved(point, ...[dx, dy].map((v) => 0.1 * this.extent * this.scale() * v)));
    const onfocus = () => {
      this[kind] = i;
      this.draw();
    };
    const place = { transform: `translate(${this.at(point, row)})`, role: "button", tabindex: this[kind] === i ? 0 : -1 };
    return ["g", { ...look, ...place, class: `hg-handle ${look.class} ${far}`, onfocus, ...movable({ grab, to, by }) }, shape, ["text", {}, i + 1]];
  }

  moveCode(i, point) {
    const { k, middle } = this.state;
    point.forEach((value, u) => {
      this.network.parameters[i * k + u] = middle === "tanh" ? Math.atanh(clip(value, -0.9999, 0.9999)) : clip(value, -10, 10);
    });
    this.look();
    const winner = this.winners[i];
    this.afterMove(`Input ${i + 1}: output ${winner + 1} wins with ${this.terms()[winner].formula}.`);
  }

  moveDirection(j, point) {
    const { state, factor, extent, network } = this;
    const start = network.layers[1].weight + j;
    point.forEach((value, u) => (network.parameters[start + u * state.n] = clip(value, -extent, extent) / factor));
    this.look();
    const lost = state.k === 2 && !this.region(SQUARE, j).length;
    this.afterMove(`Output ${j + 1} has ${lost ? "no sector left: it cannot win" : "a direction"}.`);
  }

  afterMove(text) {
    this.calm(); // what the optimizer remembers is no longer so
    this.say(`${text} ${this.right} of ${this.state.n} right.`);
  }

  /* --- the numbers of the story: codes times 10, directions scaled so that the largest number is 10 --- */

  story(values) {
    return values.map((v) => told(10 * v, this.state.digits)).join(", ");
  }

  /* Of each output the products and the bias, and how they add up. */
  terms() {
    const { digits, bias } = this.state;
    const round = (values) => values.map((v) => Number((10 * v).toFixed(digits)));
    const code = round(this.codes[this.input]);
    return this.directions.map((direction, j) => {
      const factors = round(direction.map((v) => v / this.longest));
      const rest = bias ? round([(10 * this.biases[j]) / this.longest]) : [];
      const parts = [...factors.map((f, u) => f * code[u]), ...rest];
      const texts = [...factors.map((f, u) => `${told(code[u], digits)} · ${told(f, digits)}`), ...rest.map((b) => told(b, digits))];
      return { parts, formula: `${texts.join(" + ")} = ${told(sum(parts), 2 * digits)}` };
    });
  }

  numbers() {
    const terms = this.terms();
    const span = size(terms.flatMap(({ parts }) => [sum(parts), ...parts]));
    const wanted = this.state.own[this.input];
    const rows = terms.map(({ parts, formula }, j) => {
      let end = 0;
      const bar = (kind, from, y, width, height) => ["rect", { class: kind, x: from, y, width, height }];
      const bars = parts.map((part, y) => bar(sign(part), Math.min(end, (end += part)), y, Math.abs(part), 1));
      const box = { class: "hg-bar", viewBox: `${-1.6 * span} 0 ${3.2 * span} ${parts.length}`, preserveAspectRatio: "none", "aria-hidden": true };
      return ["label", { class: `hg-score ${this.on(j)}` },
        choice(`hg-${this.spec.name}`, `output ${j + 1}`, j === wanted, () => this.want(j)), ["span", {}, j + 1], ["span", {}, formula],
        ["svg", box, ...bars, bar("hg-sum", end - 0.012 * span, 0, 0.024 * span, parts.length)]]; // prettier-ignore
    });
    const inputs = list(range(this.state.n, 1), this.input + 1, (text) => this.select(text - 1));
    const verdict = this.winner === wanted ? "as it should" : `but output ${wanted + 1} should`;
    const code = `has the code ${this.story(this.codes[this.input])}: output ${this.winner + 1} wins, ${verdict}.`;
    return ["div", { class: "hg-scores" }, ["p", {}, ["label", {}, "Input ", inputs], " ", code],
      ["div", { role: "radiogroup", "aria-label": "The output that this input shall fire" }, ...rows]]; // prettier-ignore
  }
}

/* The hourglass: a shape around all units. */
function waist(columns, radius) {
  const top = columns.map(([[x, y]]) => [x, y - 1.7 * radius]);
  const bottom = top.map(([x, y]) => [x, 360 - y]).reverse();
  const bend = ([x, y], i, points) => {
    const [fromX, fromY] = points[i - 1] ?? [];
    const half = (fromX + x) / 2;
    return i ? `C${half} ${fromY} ${half} ${y} ${x} ${y}` : `L${x} ${y}`;
  };
  return `M${top[0]}${[top, bottom].map((points) => points.map(bend).join("")).join("")}Z`;
}

KINDS.rule = RuleLaboratory;
