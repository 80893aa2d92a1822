/* What both laboratories share: elements made without markup, lists to choose from, the loop, the address. */

const SVG = "http://www.w3.org/2000/svg";
const BUDGET = 8; // milliseconds of training a frame, so that sixty frames fit into a second
const SPEEDS = { slow: 1, medium: 5, fast: Infinity }; // steps a frame, as far as the budget goes

/* JupyterLab takes keys as commands ("dd" deletes a cell) unless the element itself says that they are its own. */
function fill(element, attributes, children) {
  if (element.matches("button, select, input") || "tabindex" in attributes) element.dataset.lmSuppressShortcuts = "true";
  set(element, attributes);
  element.append(...children);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/* A number as the book prints it. */
const told = (x, digits = 0) => (Number(x.toFixed(digits)) + 0).toFixed(digits).replace("-", "−");
const percent = (share) => `${told(100 * share)}%`;
const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

const circle = (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
const triangle = (r) => `M0 ${-1.2 * r}L${1.1 * r} ${0.8 * r}H${-1.1 * r}Z`;
const diamond = (r) => `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
const square = (r) => `M${-r} ${-r}H${r}V${r}H${-r}Z`;

/* Where in a picture a pointer is, in the picture's units. */
function place(picture, { clientX, clientY }) {
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(picture.getScreenCTM().inverse());
  return [x, y];
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAGES = { PageUp: -1, PageDown: 1 };

/* Let things in a picture be moved: by pointer to(x, y), by arrow keys by(dx, dy); page keys go to another. */
function movable(element, picture, { grab, to, by, turn }) {
  set(element, {
    pointerdown(event) {
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      element.focus();
      grab(place(picture, event));
    },
    pointermove(event) {
      if (element.hasPointerCapture(event.pointerId)) to(place(picture, event));
    },
    keydown(event) {
      if (!(event.key in ARROWS || event.key in PAGES)) return;
      event.preventDefault();
      if (event.key in PAGES) return turn(PAGES[event.key]);
      grab();
      by(ARROWS[event.key]);
    },
  });
}

/* Only one of many is a stop of the tab key. */
function rove(elements, current) {
  elements.forEach((element, i) => set(element, { tabindex: i === current ? 0 : -1 }));
}

const inJupyterLab = () => "jpThemeName" in document.body.dataset; // whose address is its own

class Laboratory {
  /* spec: {name, start: the first state, options: what each setting may be}. labels: names of the settings. */
  constructor(host, spec, labels) {
    Object.assign(this, { host, spec, labels, running: false });
    this.state = { speed: "medium", ...spec.start };
    this.options = { ...spec.options, speed: Object.keys(SPEEDS) };
    this.facts = html("p", { class: "hg-facts" });
    this.said = html("p", { class: "hg-said", role: "status" });
    this.lists = new Map();
    this.onAddress = () => this.restore() && this.start();
  }

  /* Called by the element once it stands in the page. */
  connect() {
    const asked = this.restore();
    this.root = html("div", { class: "hg-live" }, this.toolbar(), ...this.panels());
    if (!this.state.small) this.root.append(this.settings());
    this.host.append(this.root);
    this.start();
    addEventListener("hashchange", this.onAddress);
    if (asked) this.host.scrollIntoView({ block: "nearest" });
    else this.say("Press Train and watch.");
    if (this.state.running && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.play();
  }

  disconnect() {
    this.pause();
    removeEventListener("hashchange", this.onAddress);
  }

  toolbar() {
    const button = (text, click) => html("button", { type: "button", class: "hg-button", click }, text);
    this.trainButton = button("Train", () => (this.running ? this.pause(true) : this.play()));
    this.trainButton.classList.add("hg-first");
    const stepOnce = () => {
      this.pause();
      this.train();
      this.draw(true);
      this.say(this.report());
    };
    const rewind = () => {
      this.pause();
      this.rewind();
      this.say("Back at the same first weights.");
    };
    const another = () => {
      this.state.seed = (this.state.seed + 1) % 10000;
      this.change("seed");
      this.say(`New first weights, from seed ${this.state.seed}.`);
    };
    const buttons = [this.trainButton, button("Step", stepOnce), button("Rewind", rewind), button("New start", another)];
    return html("div", { class: "hg-toolbar" }, html("div", { class: "hg-buttons" }, ...buttons), this.facts, this.said);
  }

  settings() {
    const named = Object.keys(this.labels).map((name) => this.list(name, this.labels[name]));
    return html("div", { class: "hg-settings", role: "group", "aria-label": "Settings" }, ...named);
  }

  /* A list to choose a setting from; a seed is a number to type. */
  list(name, label) {
    const options = this.options[name];
    const show = (value) => (value === true ? "yes" : value === false ? "no" : String(value));
    const field = options
      ? html("select", {}, ...options.map((value) => new Option(show(value), String(value))))
      : html("input", { type: "number", min: 0, max: 9999 });
    set(field, {
      change: () => {
        if (!this.accept(name, field.value)) field.value = this.state[name];
        else this.change(name);
      },
    });
    this.lists.set(name, field);
    return html("label", { class: "hg-setting" }, html("span", {}, label), field);
  }

  /* Take a value, as text, if it is among those that a setting may have. */
  accept(name, text) {
    const options = this.options[name];
    const value = options ? options.find((option) => String(option) === text) : this.parse(name, text);
    if (value !== undefined) this.state[name] = value;
    return value !== undefined;
  }

  parse(name, text) {
    return name === "seed" && /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  }

  change(name) {
    this.changed(name);
    this.sync();
    this.draw(!this.running);
    this.remember();
  }

  sync() {
    for (const [name, field] of this.lists) if (field.value !== String(this.state[name])) field.value = this.state[name];
  }

  start() {
    this.begin();
    this.sync();
    this.draw(true);
  }

  play() {
    this.running = true;
    write(this.trainButton, "Pause");
    write(this.said, "");
    const tick = () => {
      const end = performance.now() + BUDGET;
      let left = SPEEDS[this.state.speed];
      do this.train();
      while (--left > 0 && performance.now() < end);
      this.draw(false);
      if (!Number.isFinite(this.loss)) {
        this.pause();
        this.say("The loss is no longer a finite number: choose a smaller rate, and rewind.");
      }
      if (this.running) this.request = requestAnimationFrame(tick);
    };
    this.request = requestAnimationFrame(tick);
  }

  pause(tell = false) {
    if (!this.running) return;
    this.running = false;
    cancelAnimationFrame(this.request);
    write(this.trainButton, "Train");
    this.draw(true);
    if (tell) this.say(`Paused. ${this.report()}`);
  }

  /* Seen, and spoken by screen readers; never while it runs. */
  say(text) {
    write(this.said, text);
  }

  /* What differs from the laboratory's start stands in the page's address, to be shared as a link. */
  remember() {
    if (inJupyterLab()) return;
    const changed = Object.entries(this.state).filter(([name, value]) => String(value) !== String(this.spec.start[name]));
    history.replaceState(null, "", `#${this.spec.name}?${new URLSearchParams(changed)}`);
  }

  restore() {
    const [name, query] = location.hash.slice(1).split("?");
    if (name !== this.spec.name || query === undefined) return false;
    this.pause();
    this.state = { speed: "medium", ...this.spec.start };
    const refused = [...new URLSearchParams(query)].filter(([setting, text]) => !this.accept(setting, text));
    this.say(
      refused.length
        ? "The address asks for something that this laboratory does not know; that part was ignored."
        : "As the address says.",
    );
    return true;
  }
}
