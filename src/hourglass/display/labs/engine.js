/* The engine of the laboratories: what `hourglass.engine` computes, for one network, in plain loops. No page in here.
   Parameters lie in one flat array in NumPy's order, weights before the rest, so that a test can hand over the same. */

const GELU_SLOPE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;
const clip = (x, low, high) => Math.min(Math.max(x, low), high);
const range = (n, start = 0) => Array.from({ length: n }, (_, i) => start + i);

/* exp only of negative numbers, which cannot overflow. */
function sigmoid(x) {
  const small = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : small) / (1 + small);
}

function geluBend(x) {
  x = clip(x, -10, 10);
  return Math.tanh(GELU_SLOPE * (x + GELU_CUBIC * x * x * x));
}

function geluSlope(x) {
  x = clip(x, -10, 10);
  const t = geluBend(x);
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_SLOPE * (1 + 3 * GELU_CUBIC * x * x);
}

/* Each activation function, f(x, a), and its slope at x, where its value is y. a: the slope that a PReLU learns. */
const ACTIVATIONS = {
  straight: [(x) => x, () => 1],
  tanh: [Math.tanh, (x, y) => 1 - y * y],
  sigmoid: [sigmoid, (x, y) => y * (1 - y)],
  ReLU: [(x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
  "leaky ReLU": [(x) => Math.max(x, 0.01 * x), (x) => (x > 0 ? 1 : 0.01)],
  PReLU: [(x, a) => (x > 0 ? x : a * x), (x, y, a) => (x > 0 ? 1 : a)],
  maxout: [(x) => x, () => 1], // its bend is the choice between two sums
  ELU: [(x) => (x > 0 ? x : Math.expm1(x)), (x, y) => (x > 0 ? 1 : y + 1)],
  GELU: [(x) => 0.5 * x * (1 + geluBend(x)), geluSlope],
};

/* Layers of weighted sums, all but the last with an activation. sizes: units, from the inputs to the outputs;
   biases: whether a layer of weights has them, one truth a layer. */
class Network {
  constructor({ sizes, activation, biases }) {
    this.layers = sizes.slice(1).map((nOut, i) => {
      const kind = i < sizes.length - 2 ? activation : "straight";
      return { nIn: sizes[i], nOut, kind, pieces: kind === "maxout" ? 2 : 1, biased: biases[i] };
    });
    let end = 0;
    const take = (size) => (end += size) - size;
    for (const layer of this.layers) layer.weight = take(layer.pieces * layer.nIn * layer.nOut);
    this.nWeights = end;
    for (const layer of this.layers) {
      if (layer.biased) layer.bias = take(layer.pieces * layer.nOut);
      if (layer.kind === "PReLU") layer.slope = take(layer.nOut);
    }
    this.parameters = new Float64Array(end);
    this.gradients = new Float64Array(end);
    this.rooms = new Map(); // what a pass leaves behind, by the number of examples
  }

  /* First parameters from a seed. scale: of normal weights, or "glorot". (Not those that NumPy draws.) */
  draw(seed, scale) {
    const { normal } = generator(seed);
    this.parameters.fill(0);
    for (const layer of this.layers) {
      const size = scale === "glorot" ? Math.sqrt(2 / (layer.nIn + layer.nOut)) : scale;
      const end = layer.weight + layer.pieces * layer.nIn * layer.nOut;
      for (let i = layer.weight; i < end; i++) this.parameters[i] = size * normal();
      if (layer.kind === "PReLU") this.parameters.fill(0.25, layer.slope, layer.slope + layer.nOut);
    }
  }

  room(rows) {
    if (!this.rooms.has(rows)) {
      const zeros = (n) => new Float64Array(rows * n);
      const make = ({ nIn, nOut, pieces }) => ({
        sums: range(pieces).map(() => zeros(nOut)),
        y: zeros(nOut),
        shared: zeros(nOut),
        back: zeros(nIn),
        keep: null,
      });
      this.rooms.set(rows, this.layers.map(make));
    }
    return this.rooms.get(rows);
  }

  /* What every layer says to `rows` examples: a list of {x, sums, y}. dropout: {share, uniform}, in training. */
  forward(x, rows, dropout = null) {
    const pass = this.room(rows);
    this.layers.forEach((layer, i) => {
      const place = pass[i];
      place.x = x;
      for (let piece = 0; piece < layer.pieces; piece++) this.sum(layer, place, piece, rows);
      this.activate(layer, place);
      place.keep = dropout && i < pass.length - 1 ? masks(place.y, dropout) : null;
      x = place.keep ? place.y.map((y, unit) => y * place.keep[unit]) : place.y;
    });
    return pass;
  }

  /* The inner loops run along rows of the weights, which lie side by side in memory. */
  sum({ nIn, nOut, weight, bias, biased }, place, piece, rows) {
    const { parameters } = this;
    const { x } = place;
    const sums = place.sums[piece];
    for (let row = 0; row < rows; row++) {
      const out = row * nOut;
      for (let j = 0; j < nOut; j++) sums[out + j] = biased ? parameters[bias + piece * nOut + j] : 0;
      for (let i = 0; i < nIn; i++) {
        const input = x[row * nIn + i];
        const w = weight + (piece * nIn + i) * nOut;
        if (input !== 0) for (let j = 0; j < nOut; j++) sums[out + j] += input * parameters[w + j];
      }
    }
  }

  activate({ kind, nOut, slope }, place) {
    const [f] = ACTIVATIONS[kind];
    const { y, sums } = place;
    const [first, second] = sums;
    for (let i = 0; i < y.length; i++) {
      if (second) y[i] = Math.max(first[i], second[i]);
      else y[i] = f(first[i], kind === "PReLU" ? this.parameters[slope + (i % nOut)] : 0);
    }
  }

  /* Fill `gradients`, given the loss's gradient with respect to the output of a pass, which is written over. */
  backward(pass, gradient, rows) {
    this.gradients.fill(0);
    for (let i = pass.length - 1; i >= 0; i--) {
      const layer = this.layers[i];
      const place = pass[i];
      if (place.keep) for (let u = 0; u < gradient.length; u++) gradient[u] *= place.keep[u];
      this.bend(layer, place, gradient);
      place.back.fill(0);
      for (let piece = 0; piece < layer.pieces; piece++) {
        this.learn(layer, place, piece, this.share(layer, place, piece, gradient), rows, i > 0);
      }
      gradient = place.back;
    }
  }

  /* Through the activation: times its slope. */
  bend({ kind, nOut, slope }, place, gradient) {
    if (kind === "straight" || kind === "maxout") return;
    const [, slopeAt] = ACTIVATIONS[kind];
    const { parameters, gradients } = this;
    const x = place.sums[0];
    for (let i = 0; i < gradient.length; i++) {
      const own = slope + (i % nOut);
      if (kind === "PReLU") gradients[own] += gradient[i] * Math.min(x[i], 0);
      gradient[i] *= slopeAt(x[i], place.y[i], parameters[own]);
    }
  }

  /* Of a maxout unit only the sum that won has a share; ties go to the first. */
  share({ pieces }, place, piece, gradient) {
    if (pieces === 1) return gradient;
    const [first, second] = place.sums;
    const wins = (i) => (first[i] >= second[i] ? 0 : 1) === piece;
    for (let i = 0; i < gradient.length; i++) place.shared[i] = wins(i) ? gradient[i] : 0;
    return place.shared;
  }

  learn({ nIn, nOut, weight, bias, biased }, { x, back }, piece, gradient, rows, further) {
    const { parameters, gradients } = this;
    for (let row = 0; row < rows; row++) {
      const out = row * nOut;
      if (biased) for (let j = 0; j < nOut; j++) gradients[bias + piece * nOut + j] += gradient[out + j];
      for (let i = 0; i < nIn; i++) {
        const input = x[row * nIn + i];
        const w = weight + (piece * nIn + i) * nOut;
        if (input !== 0) for (let j = 0; j < nOut; j++) gradients[w + j] += input * gradient[out + j];
        if (!further) continue;
        let sum = 0;
        for (let j = 0; j < nOut; j++) sum += gradient[out + j] * parameters[w + j];
        back[row * nIn + i] += sum;
      }
    }
  }
}

/* Dropout silences a share of the units, and lets the others speak up for them. */
const masks = (y, { share, uniform }) => y.map(() => (uniform() < share ? 0 : 1 / (1 - share)));

/* Losses: the sum over the rows, and its gradient, written into `gradient`. labels: the right output of each row. */
const LOSSES = {
  "cross-entropy"(output, labels, n, gradient) {
    if (n === 1) return oddsLoss(output, labels, gradient);
    let total = 0;
    labels.forEach((label, row) => {
      const start = row * n;
      let largest = -Infinity;
      let sum = 0;
      for (let j = start; j < start + n; j++) largest = Math.max(largest, output[j]);
      for (let j = start; j < start + n; j++) sum += gradient[j] = Math.exp(output[j] - largest);
      for (let j = start; j < start + n; j++) gradient[j] /= sum;
      gradient[start + label] -= 1;
      total += Math.log(sum) + largest - output[start + label];
    });
    return total;
  },
  "squared error"(output, labels, n, gradient) {
    let total = 0;
    for (let i = 0; i < output.length; i++) {
      const error = output[i] - (labels[Math.floor(i / n)] === i % n ? 1 : 0);
      gradient[i] = 2 * error;
      total += error * error;
    }
    return total;
  },
};

/* One output alone is the log-odds of class 1. */
function oddsLoss(odds, labels, gradient) {
  let total = 0;
  labels.forEach((label, row) => {
    const z = odds[row];
    gradient[row] = sigmoid(z) - label;
    total += Math.max(z, 0) - label * z + Math.log1p(Math.exp(-Math.abs(z)));
  });
  return total;
}

/* Value and gradient of a loss; of the mean over the rows (and outputs, for the squared error), or of the sum. */
function evaluate({ loss, reduction }, output, labels, gradient) {
  const n = output.length / labels.length;
  const total = LOSSES[loss](output, labels, n, gradient);
  if (reduction === "sum") return total;
  const share = 1 / (loss === "squared error" ? output.length : labels.length);
  for (let i = 0; i < gradient.length; i++) gradient[i] *= share;
  return total * share;
}

/* Steps down the gradient. decay: added to the gradients of weights, times the weight. */
class Optimizer {
  constructor(size) {
    this.velocity = new Float64Array(size); // Adam: the mean
    this.square = new Float64Array(size);
    this.power1 = this.power2 = 1; // beta^t as a running product: `**` differs between browsers
  }

  step({ parameters, gradients, nWeights }, settings) {
    const { decay = 0 } = settings;
    if (decay) for (let i = 0; i < nWeights; i++) gradients[i] += decay * parameters[i];
    if (settings.optimizer === "Adam") this.adam(parameters, gradients, settings.rate);
    else this.descend(parameters, gradients, settings.rate, settings.momentum ?? 0);
  }

  descend(parameters, gradients, rate, momentum) {
    const { velocity } = this;
    for (let i = 0; i < parameters.length; i++) {
      velocity[i] = momentum * velocity[i] + gradients[i];
      parameters[i] -= rate * velocity[i];
    }
  }

  adam(parameters, gradients, rate, beta1 = 0.9, beta2 = 0.999) {
    const { velocity: mean, square } = this;
    this.power1 *= beta1;
    this.power2 *= beta2;
    for (let i = 0; i < parameters.length; i++) {
      const g = gradients[i];
      mean[i] = mean[i] * beta1 + (1 - beta1) * g;
      square[i] = square[i] * beta2 + (1 - beta2) * g * g;
      const root = Math.sqrt(square[i] / (1 - this.power2)) + 1e-8;
      parameters[i] -= rate * (mean[i] / (1 - this.power1) / root);
    }
  }
}

/* One pass over the data: {x, labels}. Returns the mean of the batches' losses before their steps, as `hg.train` keeps
   it. order: of the examples, if they come in batches. random: for noise on the inputs and dropout. */
function epoch(network, optimizer, data, settings, order, random) {
  const n = data.labels.length;
  const size = settings.batch < n ? settings.batch : n;
  let record = 0;
  for (let start = 0; start < n; start += size) {
    const batch = size === n ? data : pick(data, order.slice(start, start + size));
    const share = settings.reduction === "sum" ? 1 : batch.labels.length / n;
    record += share * stepOn(network, optimizer, batch, settings, random);
  }
  return record;
}

function stepOn(network, optimizer, { x, labels }, settings, random) {
  const { noise = 0, dropout = 0 } = settings;
  if (noise > 0) x = x.map((value) => value + noise * random.normal());
  const rows = labels.length;
  const pass = network.forward(x, rows, dropout ? { share: dropout, uniform: random.uniform } : null);
  const { y, shared } = pass.at(-1);
  const value = evaluate(settings, y, labels, shared);
  network.backward(pass, shared, rows);
  optimizer.step(network, settings);
  return value;
}

function pick({ x, labels }, chosen) {
  const width = x.length / labels.length;
  const rows = new Float64Array(chosen.length * width);
  chosen.forEach((from, to) => rows.set(x.subarray(from * width, (from + 1) * width), to * width));
  return { x: rows, labels: chosen.map((i) => labels[i]) };
}

/* Random numbers from a seed, the same in every browser: mulberry32, and Box and Muller's way to normal ones. */
function generator(seed) {
  let state = (seed + 1) * 0x9e3779b9;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

function shuffled(n, uniform) {
  const order = range(n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
