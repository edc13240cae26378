/**
 * Bars of the best labels, with marks where a label enters and leaves.
 *
 *   const bars = scoreBars(app, { enter: 0.6, exit: 0.45, most: 5 });
 *   root.append(bars.element);
 *   bars.set([{ label: "open", score: 0.82 }], { current: "open" });
 *   bars.marks(0.7, 0.5);
 *
 * Rows are kept for their labels, so that bars glide and nothing jumps.
 */

import { el, fill } from "./element.js";
import { labelColor, quietColor } from "./label_colors.js";

const MOST_ROWS = 40;

export function scoreBars(app, { enter, exit, most = 5 }) {
  const element = el("ul", { class: "scores" });
  let bounds = [enter, exit];
  const rows = new Map();

  const row = (label) => {
    if (rows.has(label)) return rows.get(label);
    const fillBar = el("span", { class: "score-fill" });
    const dot = el("span", { class: "dot" });
    const value = el("span", { class: "score-value" });
    const meter = el("span", { class: "score-bar", role: "meter", "aria-label": label, "aria-valuemin": 0,
      "aria-valuemax": 100 }, el("span", { class: "score-clip" }, fillBar), el("i", { class: "mark exit" }),
      el("i", { class: "mark enter" }));
    const made = { element: el("li", { class: "score" },
      el("span", { class: "score-label" }, dot, el("span", { class: "cut", title: label }, label)), value, meter), fillBar, dot, value, meter };
    rows.set(label, made);
    return made;
  };
  /** A model of a thousand labels would fill the memory in a day. */
  const forget = (shown) => {
    if (rows.size <= MOST_ROWS) return;
    for (const label of [...rows.keys()]) if (!shown.some((one) => one.label === label)) rows.delete(label);
  };
  const mark = () => {
    element.style.setProperty("--enter", `${(bounds[0] ?? 0) * 100}%`);
    element.style.setProperty("--exit", `${(bounds[1] ?? 0) * 100}%`);
  };
  mark();
  return {
    element,
    marks: (newEnter, newExit) => { bounds = [newEnter, newExit]; mark(); },
    set: (top, { current = "" } = {}) => {
      const shown = top.slice(0, most);
      for (const { label, score } of shown) {
        const one = row(label);
        one.fillBar.style.transform = `scaleX(${score})`;
        one.value.textContent = app.form.percent(score);
        one.meter.setAttribute("aria-valuenow", Math.round(score * 100));
        one.element.classList.toggle("current", label === current);
        one.fillBar.style.background = label === current ? labelColor(label) : quietColor(label);
        one.dot.style.background = one.fillBar.style.background;
      }
      const wanted = shown.map(({ label }) => rows.get(label).element);
      if (wanted.some((one, i) => element.children[i] !== one) || element.children.length !== wanted.length) {
        fill(element, wanted);
      }
      forget(shown);
    },
  };
}
