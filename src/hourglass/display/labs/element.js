/* The element: its picture gives place to the laboratory. */

Object.assign(KINDS, { Network, crossEntropy, generator }); // for tests
const sheet = document.querySelector("style.hg-style") ?? document.head.appendChild(document.createElement("style"));
Object.assign(sheet, { className: "hg-style", textContent: STYLE });

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
