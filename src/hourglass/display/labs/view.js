/* What both laboratories share: a page made of lists, the loop, the settings, the address. */

const KINDS = (globalThis.hourglass ??= {}); // of laboratories; one that comes anew, with a cell, takes the place of the old
const BUDGET = 8; // milliseconds of training a frame, so that sixty frames fit into a second
const SPEEDS = { slow: 1, medium: 5, fast: Infinity }; // steps a frame, as far as the budget goes

/* Make an element's children what a list says: texts, and [tag, attributes, ...children]. What is there stays, and with
   it the focus. No text is ever read as markup. */
function render(parent, children) {
  children.forEach((child, i) => {
    let node = parent.childNodes[i];
    if (!Array.isArray(child)) {
      if (node?.nodeType !== Node.TEXT_NODE) node = put(parent, new Text(), node);
      if (node.data !== String(child)) node.data = child;
      return;
    }
    const [tag, attributes, ...inner] = child;
    const space = tag === "svg" ? "http://www.w3.org/2000/svg" : parent.namespaceURI;
    if (node?.localName !== tag) node = put(parent, document.createElementNS(space, tag), node);
    render(node, inner);
    for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  });
  while (parent.childNodes.length > children.length) parent.lastChild.remove();
}

function put(parent, node, old) {
  if (old) old.replaceWith(node);
  else parent.append(node);
  return node;
}

function set(node, name, value) {
  if (typeof value === "function" || name === "checked" || name === "hidden") node[name] = value;
  else if (name === "value") {
    if (node.value !== String(value) && node !== document.activeElement) node.value = value;
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/* JupyterLab takes keys as commands ("dd" deletes a cell), unless the focused element says that they are its own. */
const KEYS = { "data-lm-suppress-shortcuts": "true" };
const button = (text, onclick, more = "") => ["button", { type: "button", class: `hg-button ${more}`, onclick, ...KEYS }, text];
const list = (options, value, choose) => {
  const shown = { true: "yes", false: "no" };
  const items = options.map((option) => ["option", { value: option }, shown[option] ?? option]);
  return ["select", { value, onchange: ({ target }) => choose(target.value), ...KEYS }, ...items];
};
const choice = (name, label, checked, onchange) => ["input", { type: "radio", name, "aria-label": label, checked, onchange, ...KEYS }];
const path = (kind, d, more = {}) => ["path", { class: kind, d, ...more }];
const picture = (attributes, ...children) => ["svg", { class: "hg-picture", viewBox: "0 0 360 360", ...attributes }, ...children];

const sum = (values) => values.reduce((a, b) => a + b, 0);
const size = (values) => Math.max(...values.map(Math.abs), 1e-9); // never zero, to divide by

/* A number as the book prints it. */
const told = (x, digits = 0) => (Number(x.toFixed(digits)) + 0).toFixed(digits).replace("-", "−");
const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

const circle = (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
const triangle = (r) => `M0 ${-1.2 * r}L${1.1 * r} ${0.8 * r}H${-1.1 * r}Z`;

/* Where in its picture a pointer is, in the picture's units. */
function place({ currentTarget, clientX, clientY }) {
  const screen = (currentTarget.ownerSVGElement ?? currentTarget).getScreenCTM();
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(screen.inverse());
  return [x, y];
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const inJupyterLab = () => "jpThemeName" in document.body.dataset; // whose address is its own

class Laboratory {
  /* spec: {name, hint, start, settings}: the first state, and of each setting its name and what it may be. */
  constructor(host, spec) {
    Object.assign(this, { host, spec, state: { ...spec.start }, running: false, said: spec.hint });
    this.onAddress = () => this.restore() && this.draw();
  }

  /* Called whenever the element has come to stand in the page. */
  connect() {
    addEventListener("hashchange", this.onAddress);
    if (this.root) return;
    this.root = this.host.appendChild(document.createElement("div"));
    this.root.className = "hg-live";
    if (this.restore()) this.host.scrollIntoView({ block: "nearest" });
    else this.begin();
    this.draw();
    if (this.spec.running && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.play();
  }

  disconnect() {
    this.pause();
    removeEventListener("hashchange", this.onAddress);
  }

  draw() {
    this.look();
    render(this.root, [this.toolbar(), ...this.panels(), ...(this.spec.small ? [] : [this.settings()])]);
  }

  toolbar() {
    const stopAndDo = (act) => () => {
      this.pause();
      this.say(act());
    };
    const step = () => {
      this.train();
      this.look();
      return this.report();
    };
    const rewind = () => {
      this.rewind();
      return "Back at the same first weights.";
    };
    const another = () => {
      this.change("seed", String((this.state.seed + 1) % 10000));
      return `New first weights, from seed ${this.state.seed}.`;
    };
    const train = button(this.running ? "Pause" : "Train", () => (this.running ? this.stop() : this.play()), "hg-first");
    const others = [button("Step", stopAndDo(step)), button("Rewind", stopAndDo(rewind)), button("New start", stopAndDo(another))];
    const facts = ["p", { class: "hg-facts" }, this.report()];
    const known = this.said.endsWith(this.report()) ? "hg-unseen" : ""; // spoken, but no news to those who see
    return ["div", {}, ["div", { class: "hg-buttons" }, train, ...others], facts, ["p", { class: `hg-said ${known}`, role: "status" }, this.said]];
  }

  settings() {
    const names = Object.keys(this.spec.settings).filter((name) => !this.apart?.includes(name));
    return ["div", { class: "hg-settings", role: "group", "aria-label": "Settings" }, ...names.map((name) => this.setting(name))];
  }

  /* A list to choose from; or, where there are no options, a number to type. */
  setting(name) {
    const [label, options] = this.spec.settings[name];
    const choose = (text) => this.change(name, text);
    const typed = { type: "number", min: 0, max: 9999, value: this.state[name], onchange: ({ target }) => choose(target.value), ...KEYS };
    return ["label", { class: "hg-setting" }, label, options ? list(options, this.state[name], choose) : ["input", typed]];
  }

  /* Take a value, given as text, if the setting may have it. */
  accept(name, text) {
    const options = this.spec.settings[name]?.[1];
    const value = options ? options.find((option) => String(option) === text) : this.parse(name, text);
    if (value !== undefined) this.state[name] = value;
    return value !== undefined;
  }

  parse(name, text) {
    return name === "seed" && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  }

  change(name, text) {
    if (this.accept(name, text)) this.changed(name);
    this.draw();
    this.remember();
  }

  play() {
    this.running = true;
    this.said = ""; // nothing is spoken while it runs
    const tick = () => {
      const end = performance.now() + BUDGET;
      let left = SPEEDS[this.state.speed];
      do this.train();
      while (--left > 0 && performance.now() < end);
      this.request = requestAnimationFrame(tick);
      this.draw();
      if (!Number.isFinite(this.loss)) this.stop("The loss is no longer a finite number. Rewind, and choose a smaller rate.");
    };
    this.request = requestAnimationFrame(tick);
  }

  /* An optimizer that remembers nothing. */
  calm() {
    this.optimizer = new Optimizer(this.network.parameters.length);
  }

  pause() {
    this.running = false;
    cancelAnimationFrame(this.request);
  }

  stop(said = "") {
    this.pause();
    this.say(said || `Paused. ${this.report()}`);
  }

  /* Seen, and spoken by screen readers. */
  say(text) {
    this.said = text;
    this.draw();
  }

  /* What differs from the first state stands in the page's address, to be shared as a link. */
  remember() {
    if (inJupyterLab()) return;
    const { name, start } = this.spec;
    const changed = Object.entries(this.state).filter(([key, value]) => String(value) !== String(start[key]));
    history.replaceState(null, "", `#${name}?${new URLSearchParams(changed)}`);
  }

  restore() {
    const [name, query] = location.hash.slice(1).split("?");
    if (name !== this.spec.name || query === undefined) return false;
    this.pause();
    this.state = { ...this.spec.start };
    const asked = [...new URLSearchParams(query)];
    const refused = asked.filter(([key, text]) => !this.accept(key, text));
    this.said = refused.length ? "The address asks for what this laboratory does not know; that part is ignored." : "As the address says.";
    this.begin();
    return true;
  }
}
