/* The book's own script. It loads before every other script of a page, because the theme's icons must know how to behave
   before they start. Everything else waits until the page is there. */
"use strict";

// The theme's Font Awesome would replace the icons inside widget buttons, and so break the buttons: nest them instead.
window.FontAwesomeConfig = { autoReplaceSvg: "nest" };

// The names of two of the theme's buttons leave out what they show, which confuses those who speak to their computer.
// This must come before the theme's own scripts, which make titles of icons into text.
document.addEventListener(
  "readystatechange",
  () => {
    document.querySelectorAll(".theme-switch[title]").forEach((icon) => icon.removeAttribute("title"));
    document.querySelectorAll(".search-button-field").forEach((button) => {
      button.setAttribute("aria-label", button.textContent.trim().replace(/\s+/g, " "));
    });
  },
  { once: true },
);

document.addEventListener("DOMContentLoaded", () => {
  speakMathJax2();
  nameWidgets();
  askFirst();
  unfoldSolutions();
  reachScrollers();
  filterClaims();
});

/* The widget bundle asks MathJax 2 to set formulas in labels; answer with the version that the page has. */
function speakMathJax2() {
  if (!window.MathJax?.startup) return;
  window.MathJax.Hub = {
    Queue: ([, , element]) => MathJax.startup.promise.then(() => MathJax.typesetPromise([element])),
  };
}

/* A slider's handle, a drop-down list and the like get the name that stands beside them; a handle also says its value
   as the page shows it ("0.30", "tanh") instead of its position. Widgets are drawn late and change with use. */
function nameWidgets() {
  const set = (element, attribute, value) => {
    if (value && element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
  };
  const plain = (label) => (label.querySelector("mjx-container") ? label.dataset.text : label.textContent).replace(/:?\s*$/, "");

  const refresh = () => {
    for (const label of document.querySelectorAll(".widget-label")) {
      if (label.title === "null") label.removeAttribute("title"); // the bundle's word for "no tooltip"
      if (!label.querySelector("mjx-container")) set(label, "data-text", label.textContent);
      const name = plain(label);
      const widget = label.parentElement;
      const readout = widget.querySelector(".widget-readout");
      for (const handle of widget.querySelectorAll("[role=slider]")) {
        set(handle, "aria-label", name);
        set(handle, "aria-valuetext", readout?.textContent.trim());
      }
      for (const field of widget.querySelectorAll(".widget-readout[contenteditable]")) {
        set(field, "role", "textbox");
        set(field, "aria-label", `${name}, value`);
      }
      for (const control of widget.querySelectorAll("select, input:not([type=radio])")) {
        if (!control.labels?.length) set(control, "aria-label", name);
      }
      if (widget.matches(".widget-toggle-buttons, .widget-radio")) {
        set(widget, "role", "group");
        set(widget, "aria-label", name);
      }
    }
    for (const button of document.querySelectorAll(".widget-play button")) {
      const icon = /fa-(play|pause|stop|repeat|retweet)/.exec(button.innerHTML)?.[1];
      set(button, "aria-label", icon === "retweet" ? "repeat" : icon);
    }
  };
  refresh();
  new MutationObserver(refresh).observe(document.querySelector("main") ?? document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["class", "aria-valuetext"],
  });
}

/* A question to answer before looking: what follows it, to the end of the section or to a paragraph that opens another point
   in bold, stays folded until the reader has chosen, or does not want to. The choice is kept for the visit. Searching the
   page, a link into it and paper unfold it, too. */
function askFirst() {
  const memory = `predictions of ${location.pathname}`;
  let chosen = {};
  try {
    chosen = JSON.parse(sessionStorage.getItem(memory)) ?? {};
  } catch {} // where a browser keeps nothing, nothing is kept
  const make = (kind, more) => Object.assign(document.createElement(kind), more);

  // from the last to the first, so that the later ones of a section are inside what the first folds
  for (const box of [...document.querySelectorAll(".predict")].reverse()) {
    const question = box.querySelector(".question");
    const outcome = box.querySelector(".outcome");
    const list = box.querySelector("ul");
    const right = list.querySelector(".yes")?.textContent;
    const told = outcome.innerHTML;
    const cell = box.closest(".cell");
    const answer = make("div", { className: "answer" });
    const ends = (next) => !next || next.matches("section") || next.firstChild?.nodeName === "STRONG";
    while (!ends(cell.nextElementSibling)) answer.append(cell.nextElementSibling);
    cell.after(answer);

    const group = make("div", { className: "options" });
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", question.textContent);
    const buttons = [...list.children].map((option) => make("button", { type: "button", textContent: option.textContent }));
    const skip = make("button", { type: "button", className: "skip", textContent: "show me without a guess" });
    group.append(...buttons, skip);
    list.replaceWith(group);
    outcome.setAttribute("role", "status"); // announced when it is filled
    outcome.textContent = "";
    answer.setAttribute("hidden", "until-found");

    const show = () => {
      answer.removeAttribute("hidden");
      skip.remove();
    };
    const tell = (guess) => {
      show();
      for (const button of buttons) {
        button.setAttribute("aria-pressed", button.textContent === guess);
        button.setAttribute("aria-disabled", "true"); // it keeps the focus, unlike one that is disabled
        button.classList.toggle("yes", button.textContent === right);
      }
      const said = guess === right ? "So it came out." : told;
      outcome.innerHTML = guess ? `Your guess: <strong></strong>. ${said}` : told;
      if (guess) outcome.querySelector("strong").textContent = guess;
    };
    const choose = (guess) => {
      if (outcome.innerHTML) return;
      tell(guess);
      chosen[question.textContent] = guess;
      try {
        sessionStorage.setItem(memory, JSON.stringify(chosen));
      } catch {}
    };
    for (const button of buttons) button.addEventListener("click", () => choose(button.textContent));
    skip.addEventListener("click", () => {
      choose("");
      buttons[0].focus();
    });
    answer.addEventListener("beforematch", () => tell(""));
    answer.addEventListener("unfold", () => tell(""));
    if (question.textContent in chosen) tell(chosen[question.textContent]);
  }

  const folded = [];
  window.addEventListener("beforeprint", () => {
    folded.push(...document.querySelectorAll(".answer[hidden]"));
    for (const answer of folded) answer.removeAttribute("hidden");
  });
  window.addEventListener("afterprint", () => {
    for (const answer of folded.splice(0)) answer.setAttribute("hidden", "until-found");
  });
}

/* A link to something inside a closed solution opens it; paper shows all of them. */
function unfoldSolutions() {
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target?.closest(".answer[hidden]"); box; box = box.parentElement.closest(".answer[hidden]")) {
      box.dispatchEvent(new Event("unfold"));
    }
    for (let box = target?.closest("details:not([open])"); box; box = box.parentElement.closest("details:not([open])")) {
      box.open = true;
    }
    target?.scrollIntoView();
  };
  if (location.hash) open();
  window.addEventListener("hashchange", open);

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((box) => (box.open = true));
  });
  window.addEventListener("afterprint", () => closed.forEach((box) => (box.open = false)));
}

/* What scrolls sideways on a narrow screen can be scrolled by keyboard. The theme sees to code and tables, but not to pictures,
   and not to what it finds in a closed box. */
function reachScrollers() {
  const sizes = new ResizeObserver((changed) => {
    for (const { target } of changed) {
      const scrolls = target.scrollWidth > target.clientWidth && getComputedStyle(target).overflowX !== "visible";
      if (scrolls) target.tabIndex = 0;
      else if (target.tabIndex === 0) target.removeAttribute("tabindex");
      target.classList.toggle("scrolls", scrolls && target.scrollWidth > target.clientWidth + 4); // pictures then say so
    }
  });
  const places = "figure, pre, div.math, mjx-container, .output, .cell_output, .highlight, .pst-scrollable-table-container, .widget-html-content";
  const watch = () => document.querySelectorAll(places).forEach((place) => sizes.observe(place));
  watch();
  // pictures of sliders are drawn late
  new MutationObserver(watch).observe(document.querySelector("main") ?? document.body, { subtree: true, childList: true });
}

/* The ledger's rows can be filtered by source, chapter and verdict. Without scripts there are no lists, and all rows show. */
function filterClaims() {
  const tables = [...document.querySelectorAll("table.claims")];
  if (!tables.length) return;
  const rows = tables.flatMap((table) => [...table.querySelectorAll("tbody tr")]);
  const form = Object.assign(document.createElement("form"), { className: "filter" });
  const shown = document.createElement("output"); // which screen readers announce when it changes
  const lists = ["source", "chapter", "verdict"].map((name) => {
    const label = Object.assign(document.createElement("label"), { textContent: name });
    const list = Object.assign(document.createElement("select"), { name });
    const values = [...new Set(rows.map((row) => row.dataset[name]))];
    if (name === "chapter") values.sort((a, b) => parseInt(a) - parseInt(b));
    list.append(new Option("all", ""), ...values.map((value) => new Option(value, value)));
    label.append(list);
    form.append(label);
    return list;
  });
  const apply = () => {
    for (const row of rows) row.hidden = lists.some((list) => list.value && row.dataset[list.name] !== list.value);
    for (const table of tables) table.hidden = !table.querySelector("tbody tr:not([hidden])");
    shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
  };
  form.append(shown);
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  tables[0].before(form);
  window.addEventListener("hashchange", () => {
    // a link to a row that is filtered out shows all of them
    if (document.getElementById(decodeURIComponent(location.hash.slice(1)))?.hidden) {
      form.reset();
      apply();
    }
  });
  apply();
}
