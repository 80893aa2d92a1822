/* The element: its picture gives place to the laboratory. */

// A script that runs again, with a cell, brings its own laboratories; the element can be defined only once.
globalThis.hourglass = { Network, Optimizer, epoch, evaluate, rule: RuleLaboratory, boundary: BoundaryLaboratory };

const sheet = document.querySelector("style.hg-style") ?? document.head.appendChild(document.createElement("style"));
Object.assign(sheet, { className: "hg-style", textContent: STYLE });

class HourglassLab extends HTMLElement {
  connectedCallback() {
    const kind = globalThis.hourglass[this.getAttribute("kind")];
    this.laboratory ??= new kind(this, JSON.parse(this.dataset.spec));
    this.laboratory.connect();
  }

  disconnectedCallback() {
    this.laboratory.disconnect();
  }
}

if (!customElements.get("hourglass-lab")) customElements.define("hourglass-lab", HourglassLab);
