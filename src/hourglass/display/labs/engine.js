/* The engine of the laboratories: what `hourglass.engine` computes, for one network, in plain loops. No page in here.
	 Parameters lie in one flat array in NumPy's order, weights before the rest, so that a test can hand over the same. */

const range = (n, start = 0) => Array.from({ length: n }, (_, i) => start + i);
const sum = (values) => values.reduce((a, b) => a + b, 0);
const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

const GELU = Math.sqrt(2 / Math.PI);
const gate = (x) => Math.tanh(GELU * (x + 0.044715 * x * x * x));

const bent = (a) => [(x) => (x > 0 ? x : a * x), (x) => (x > 0 ? 1 : a)];

/* Each activation function, f(x, a), and its slope at x, where its value is y. a: the slope that a PReLU learns. */
const ACTIVATIONS = {
	straight: [(x) => x, () => 1],
	tanh: [Math.tanh, (x, y) => 1 - y * y],
	sigmoid: [(x) => 1 / (1 + Math.exp(-x)), (x, y) => y * (1 - y)],
	ReLU: bent(0),
	"leaky ReLU": bent(0.01),
	PReLU: [(x, a) => (x > 0 ? x : a * x), (x, y, a) => (x > 0 ? 1 : a)],
	maxout: [(x) => x, () => 1], // its bend is the choice between two sums
	ELU: [(x) => (x > 0 ? x : Math.expm1(x)), (x, y) => (x > 0 ? 1 : y + 1)],
	GELU: [(x) => 0.5 * x * (1 + gate(x)), (x) => 0.5 * (1 + gate(x)) * (1 + x * (1 - gate(x)) * GELU * (1 + 3 * 0.044715 * x * x))],
};

/* Layers of weighted sums, all but the last with an activation. sizes: units, from the inputs to the outputs;
	 biases: whether a layer has them, one truth a layer. A maxout unit has two sums, other units one. */
class Network {
	constructor({ sizes, activation, biases }) {
		let end = 0;
		const take = (size) => (end += size) - size; // where the next parameters begin
		this.layers = sizes.slice(1).map((nOut, i) => {
			const kind = i < sizes.length - 2 ? activation : "straight";
			const pieces = kind === "maxout" ? 2 : 1;
			return { nIn: sizes[i], nOut, kind, pieces, weight: take(pieces * sizes[i] * nOut), slope: 0 };
		});
		this.nWeights = end;
		this.layers.forEach((layer, i) => {
			if (biases[i]) layer.bias = take(layer.pieces * layer.nOut);
			if (layer.kind === "PReLU") layer.slope = take(layer.nOut);
		});
		this.parameters = new Float64Array(end);
		this.gradients = new Float64Array(end);
		this.rooms = {}; // what a pass leaves behind, by the number of examples
		this.calm();
	}

	/* First parameters from a seed. scale: of normal weights, or "glorot". (Not those that NumPy draws.) */
	draw(seed, scale) {
		const { normal } = generator(seed);
		this.parameters.fill(0);
		for (const { nIn, nOut, pieces, weight, slope } of this.layers) {
			const size = scale === "glorot" ? Math.sqrt(2 / (nIn + nOut)) : scale;
			for (let i = 0; i < pieces * nIn * nOut; i++) this.parameters[weight + i] = size * normal();
			if (slope) this.parameters.fill(0.25, slope, slope + nOut);
		}
		this.calm();
	}

	/* What every layer says to examples, which are lists: {x, sums, y}. dropout: a share of units, in training.
		 The inner loops run along rows of the weights, which lie side by side in memory. */
	forward(examples, dropout, uniform) {
		const { parameters } = this;
		const rows = examples.length;
		const zeros = (n) => new Float64Array(rows * n);
		const make = ({ nIn, nOut, pieces }) => {
			return { sums: zeros(pieces * nOut), shares: zeros(pieces * nOut), y: zeros(nOut), back: zeros(nIn) };
		};
		const pass = (this.rooms[rows] ??= this.layers.map(make));
		let x = Float64Array.from(examples.flat());
		this.layers.forEach((layer, l) => {
			const { nIn, nOut, kind, pieces, weight, bias, slope } = layer;
			const { sums, y } = Object.assign(pass[l], { x, keep: null });
			const [f] = ACTIVATIONS[kind];
			for (let out = 0; out < sums.length; out += nOut) {
				const piece = (out / nOut) % pieces;
				const row = (out / nOut - piece) / pieces;
				for (let j = 0; j < nOut; j++) sums[out + j] = bias ? parameters[bias + piece * nOut + j] : 0;
				for (let i = 0; i < nIn; i++) {
					const input = x[row * nIn + i];
					const w = weight + (piece * nIn + i) * nOut;
					for (let j = 0; j < nOut; j++) sums[out + j] += input * parameters[w + j];
				}
			}
			for (let i = 0; i < y.length; i++) {
				const j = i % nOut;
				const first = pieces * (i - j) + j;
				const sum = pieces === 1 ? sums[first] : Math.max(sums[first], sums[first + nOut]);
				y[i] = f(sum, parameters[slope + j]);
			}
			x = y;
			if (!dropout || l === pass.length - 1) return;
			const keep = y.map(() => (uniform() < dropout ? 0 : 1 / (1 - dropout))); // who is left speaks up for the silent
			x = y.map((value, i) => value * keep[i]);
			pass[l].keep = keep;
		});
		return pass;
	}

	/* Fill `gradients`, given the loss's gradient with respect to the output of a pass, which is written over. */
	backward(pass, gradient) {
		const { parameters, gradients } = this;
		gradients.fill(0);
		for (let l = pass.length - 1; l >= 0; l--) {
			const { nIn, nOut, kind, pieces, weight, bias, slope } = this.layers[l];
			const { x, sums, y, shares, back, keep } = pass[l];
			const [, slopeAt] = ACTIVATIONS[kind];
			// Through the activation: times its slope. Of a maxout unit only the sum that won has a share, the first in a tie.
			for (let i = 0; i < y.length; i++) {
				const j = i % nOut;
				const first = pieces * (i - j) + j;
				const g = keep ? gradient[i] * keep[i] : gradient[i];
				shares[first] = g * slopeAt(sums[first], y[i], parameters[slope + j]);
				if (kind === "PReLU") gradients[slope + j] += g * Math.min(sums[i], 0);
				if (pieces === 1) continue;
				shares[first + nOut] = sums[first] < sums[first + nOut] ? g : 0;
				shares[first] -= shares[first + nOut];
			}
			back.fill(0);
			for (let out = 0; out < sums.length; out += nOut) {
				const piece = (out / nOut) % pieces;
				const row = (out / nOut - piece) / pieces;
				if (bias) for (let j = 0; j < nOut; j++) gradients[bias + piece * nOut + j] += shares[out + j];
				for (let i = 0; i < nIn; i++) {
					const input = x[row * nIn + i];
					const w = weight + (piece * nIn + i) * nOut;
					let share = 0;
					for (let j = 0; j < nOut; j++) {
						gradients[w + j] += input * shares[out + j];
						share += shares[out + j] * parameters[w + j];
					}
					back[row * nIn + i] += share;
				}
			}
			gradient = back;
		}
	}

	/* The optimizer remembers nothing. */
	calm() {
		this.mean = new Float64Array(this.parameters.length); // of gradients; with SGD: the velocity
		this.square = new Float64Array(this.parameters.length);
		this.power1 = this.power2 = 1; // beta^t as running products: `**` differs between browsers
	}

	/* A step down the gradient. decay: of weights, not of biases. */
	step({ optimizer, rate, momentum = 0, decay = 0 }) {
		const { parameters, gradients, mean, square, nWeights } = this;
		const rest1 = 1 - (this.power1 *= 0.9);
		const rest2 = 1 - (this.power2 *= 0.999);
		for (let i = 0; i < parameters.length; i++) {
			const g = gradients[i] + (i < nWeights ? decay * parameters[i] : 0);
			if (optimizer === "Adam") {
				mean[i] = 0.9 * mean[i] + (1 - 0.9) * g;
				square[i] = 0.999 * square[i] + (1 - 0.999) * g * g;
				parameters[i] -= rate * (mean[i] / rest1 / (Math.sqrt(square[i] / rest2) + 1e-8));
			} else {
				mean[i] = momentum * mean[i] + g;
				parameters[i] -= rate * mean[i];
			}
		}
	}

	/* One pass over the data, {x, labels}. Returns the mean of the batches' losses before their steps, as `hg.train`
		 keeps it. random: for noise on the inputs and dropout. order: of the examples. */
	epoch({ x, labels }, settings, random, order = range(x.length)) {
		const { noise, dropout, reduction } = settings;
		const size = Math.min(settings.batch, x.length) || x.length; // "all" is no number
		let record = 0;
		for (let start = 0; start < x.length; start += size) {
			const chosen = order.slice(start, start + size);
			const stirred = (row) => (noise ? row.map((value) => value + noise * random.normal()) : row);
			const pass = this.forward(chosen.map((i) => stirred(x[i])), dropout, random?.uniform);
			const { y, shares } = pass.at(-1);
			const value = crossEntropy(y, chosen.map((i) => labels[i]), reduction, shares);
			this.backward(pass, shares);
			this.step(settings);
			record += reduction === "sum" ? value : (value * chosen.length) / x.length;
		}
		return record;
	}
}

/* A row of values, n in each. */
const rowOf = (values, row, n) => [...values.subarray(row * n, (row + 1) * n)];

/* The logits of a row. One output alone is the log-odds of class 1: against class 0, whose logit is zero. */
const logitsOf = (output, row, n) => [...(n === 1 ? [0] : []), ...rowOf(output, row, n)];

/* How likely each class is, and the logarithm of what the powers of e add up to. */
function softmax(logits) {
	const largest = Math.max(...logits);
	const powers = logits.map((z) => Math.exp(z - largest));
	const total = sum(powers);
	return [powers.map((power) => power / total), Math.log(total) + largest];
}

/* The cross-entropy's sum or mean over the rows; its gradient is written into `gradient`. labels: the right output of
	 each row. */
function crossEntropy(output, labels, reduction, gradient) {
	const n = output.length / labels.length;
	const share = reduction === "sum" ? 1 : 1 / labels.length;
	const losses = labels.map((label, row) => {
		const logits = logitsOf(output, row, n);
		const [likely, whole] = softmax(logits);
		const slopes = likely.map((p, j) => share * (p - (j === label ? 1 : 0)));
		gradient.set(slopes.slice(-n), row * n);
		return whole - logits[label];
	});
	return sum(losses) * share;
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
