/**
 * A choice of one of a few that changes what is below, scrollable on a phone.
 *
 *   const chosen = tabs("Views", [["gate", "Gate"], ["bin", "Bin"]], { value: "gate", changed: (name) => ... });
 *   root.append(chosen.element); chosen.value
 *
 * With one option only the element is empty: there is nothing to choose.
 */

import { el } from "./element.js";

export function tabs(label, options, { value, changed }) {
  let current = value ?? options[0]?.[0];
  const buttons = options.map(([key, text]) => el("button", {
    type: "button", role: "tab", class: "tab", on: { click: () => choose(key) },
  }, text));
  const element = el("div", { class: "tabs", role: "tablist", "aria-label": label },
    options.length > 1 ? buttons : []);
  if (options.length < 2) element.hidden = true;

  function mark() {
    options.forEach(([key], i) => {
      buttons[i].setAttribute("aria-selected", String(key === current));
      buttons[i].tabIndex = key === current ? 0 : -1;
    });
  }
  function choose(key, focus = false) {
    if (key === current) return;
    current = key;
    mark();
    if (focus) buttons[options.findIndex(([one]) => one === key)].focus();
    changed(key);
  }
  element.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const i = options.findIndex(([key]) => key === current);
    choose(options[(i + by + options.length) % options.length][0], true);
    event.preventDefault();
  });
  mark();
  return { element, get value() { return current; }, choose };
}
