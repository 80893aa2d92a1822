/* The engine of the laboratories: what `hourglass.engine` computes, for one network, in plain loops. No page in here.
	 Parameters lie in one flat array in NumPy's order, weights before the rest, so that a test can hand over the same. */

const range = (n, start = 0) => Array.from({ length: n }, (_, i) => start + i);
const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

const GELU = Math.sqrt(2 / Math.PI);
const gate = (x) => Math.tanh(GELU * (x + 0.044715 * x * x * x));
const gateSlope = (x) => (1 - gate(x) * gate(x)) * GELU * (1 + 3 * 0.044715 * x * x);

/* Each activation function, f(x, a), and its slope at x, where its value is y. a: the slope that a PReLU learns. */
const ACTIVATIONS = {
	straight: [(x) => x, () => 1],
	tanh: [Math.tanh, (x, y) => 1 - y * y],
	sigmoid: [(x) => 1 / (1 + Math.exp(-x)), (x, y) => y * (1 - y)],
	ReLU: [(x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
	"leaky ReLU": [(x) => Math.max(x, 0.01 * x), (x) => (x > 0 ? 1 : 0.01)],
	PReLU: [(x, a) => (x > 0 ? x : a * x), (x, y, a) => (x > 0 ? 1 : a)],
	maxout: [(x) => x, () => 1], // its bend is the choice between two sums
	ELU: [(x) => (x > 0 ? x : Math.expm1(x)), (x, y) => (x > 0 ? 1 : y + 1)],
	GELU: [(x) => 0.5 * x * (1 + gate(x)), (x) => 0.5 * (1 + gate(x) + x * gateSlope(x))],
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
		for (const { nIn, nOut, pieces, kind, weight, slope } of this.layers) {
			const size = scale === "glorot" ? Math.sqrt(2 / (nIn + nOut)) : scale;
			for (let i = 0; i < pieces * nIn * nOut; i++) this.parameters[weight + i] = size * normal();
			if (kind === "PReLU") this.parameters.fill(0.25, slope, slope + nOut);
		}
		this.calm();
	}

	/* What every layer says to examples, which are lists: {x, sums, y}. dropout: a share of units, in training. */
	forward(examples, dropout, uniform) {
		const rows = examples.length;
		const zeros = (n) => new Float64Array(rows * n);
		const make = ({ nIn, nOut, pieces }) => {
			return { sums: zeros(pieces * nOut), shares: zeros(pieces * nOut), y: zeros(nOut), back: zeros(nIn) };
		};
		const pass = (this.rooms[rows] ??= this.layers.map(make));
		let x = Float64Array.from(examples.flat());
		this.layers.forEach((layer, l) => {
			const place = pass[l];
			place.x = x;
			this.sum(layer, place, rows);
			x = place.y;
			place.keep = null;
			if (!dropout || l === pass.length - 1) return;
			place.keep = x.map(() => (uniform() < dropout ? 0 : 1 / (1 - dropout))); // who is left speaks up for the silent
			x = x.map((y, unit) => y * place.keep[unit]);
		});
		return pass;
	}

	/* The inner loops run along rows of the weights, which lie side by side in memory. */
	sum({ nIn, nOut, kind, pieces, weight, bias, slope }, { x, sums, y }, rows) {
		const { parameters } = this;
		const [f] = ACTIVATIONS[kind];
		for (let row = 0; row < rows; row++) {
			const first = row * pieces * nOut;
			for (let piece = 0; piece < pieces; piece++) {
				const out = first + piece * nOut;
				for (let j = 0; j < nOut; j++) sums[out + j] = bias === undefined ? 0 : parameters[bias + piece * nOut + j];
				for (let i = 0; i < nIn; i++) {
					const input = x[row * nIn + i];
					const w = weight + (piece * nIn + i) * nOut;
					for (let j = 0; j < nOut; j++) sums[out + j] += input * parameters[w + j];
				}
			}
			for (let j = 0; j < nOut; j++) {
				const sum = pieces === 1 ? sums[first + j] : Math.max(sums[first + j], sums[first + nOut + j]);
				y[row * nOut + j] = f(sum, parameters[slope + j]);
			}
		}
	}

	/* Fill `gradients`, given the loss's gradient with respect to the output of a pass, which is written over. */
	backward(pass, gradient) {
		this.gradients.fill(0);
		for (let l = pass.length - 1; l >= 0; l--) {
			this.bend(this.layers[l], pass[l], gradient);
			this.collect(this.layers[l], pass[l]);
			gradient = pass[l].back;
		}
	}

	/* Through the activation: times its slope. Of a maxout unit only the sum that won has a share, the first in a tie. */
	bend({ nOut, kind, pieces, slope }, { sums, y, shares, keep }, gradient) {
		const { parameters, gradients } = this;
		const [, slopeAt] = ACTIVATIONS[kind];
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
	}

	collect({ nIn, nOut, pieces, weight, bias }, { x, shares, back }) {
		const { parameters, gradients } = this;
		back.fill(0);
		for (let out = 0; out < shares.length; out += nOut) {
			const piece = (out / nOut) % pieces;
			const row = (out / nOut - piece) / pieces;
			if (bias !== undefined) for (let j = 0; j < nOut; j++) gradients[bias + piece * nOut + j] += shares[out + j];
			for (let i = 0; i < nIn; i++) {
				const input = x[row * nIn + i];
				const w = weight + (piece * nIn + i) * nOut;
				let sum = 0;
				for (let j = 0; j < nOut; j++) {
					gradients[w + j] += input * shares[out + j];
					sum += shares[out + j] * parameters[w + j];
				}
				back[row * nIn + i] += sum;
			}
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

/* The cross-entropy's sum or mean over the rows; its gradient is written into `gradient`. labels: the right output of
	 each row. One output alone is the log-odds of class 1: against class 0, whose logit is zero. */
function crossEntropy(output, labels, reduction, gradient) {
	const n = output.length / labels.length;
	const alone = n === 1;
	const share = reduction === "sum" ? 1 : 1 / labels.length;
	let total = 0;
	labels.forEach((label, row) => {
		const start = row * n;
		const right = start + label - (alone ? 1 : 0);
		let largest = alone ? 0 : -Infinity;
		for (let j = start; j < start + n; j++) largest = Math.max(largest, output[j]);
		let sum = alone ? Math.exp(-largest) : 0;
		for (let j = start; j < start + n; j++) sum += gradient[j] = Math.exp(output[j] - largest);
		for (let j = start; j < start + n; j++) gradient[j] = share * (gradient[j] / sum - (j === right ? 1 : 0));
		total += Math.log(sum) + largest - (right < start ? 0 : output[right]);
	});
	return total * share;
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
