/* The element: its picture gives place to the laboratory. */

Object.assign(KINDS, { Network, crossEntropy, generator }); // for tests
KINDS.sheet ??= document.head.appendChild(document.createElement("style"));
KINDS.sheet.textContent = STYLE;

class HourglassLab extends HTMLElement {
	connectedCallback() {
		this.laboratory ??= new KINDS[this.getAttribute("kind")](this, JSON.parse(this.dataset.spec));
		this.laboratory.connect();
	}

	disconnectedCallback() {
		this.laboratory.disconnect();
	}
}

if (!customElements.get("hourglass-lab")) customElements.define("hourglass-lab", HourglassLab);
