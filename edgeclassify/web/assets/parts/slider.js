/**
 * A slider with its value beside the label.
 *
 *   const enter = slider("Enters at", { value: 0.6, min: 0, max: 1, step: 0.01, text: app.form.percent,
 *                                       hint: "…", changed: (v) => ..., settled: (v) => ... });
 *   enter.element; enter.value
 *
 * `changed` while it moves, `settled` when it is let go. Two buttons step it: fingers are coarse.
 */

import { iconButton } from "./button.js";
import { el } from "./element.js";

let count = 0;

export function slider(label, {
  value, min = 0, max = 1, step = 0.01, text = String, hint = "", changed = null, settled = null,
  less = "−", more = "+",
} = {}) {
  count += 1;
  const id = `slider-${count}`;
  const input = el("input", { type: "range", class: "range", id, min, max, step, value });
  const shown = el("output", { class: "slider-value", for: id });
  const show = () => {
    const now = Number(input.value);
    shown.textContent = text(now);
    input.setAttribute("aria-valuetext", text(now));
    input.style.setProperty("--part", `${((now - min) / (max - min)) * 100}%`);
  };
  const stepped = (by) => {
    input.value = Number(input.value) + by * step;
    show();
    changed?.(Number(input.value));
    settled?.(Number(input.value));
  };
  input.addEventListener("input", () => { show(); changed?.(Number(input.value)); });
  input.addEventListener("change", () => settled?.(Number(input.value)));
  show();
  return {
    input,
    element: el("div", { class: "slider" },
      el("div", { class: "slider-head" }, el("label", { for: id }, label), shown),
      el("div", { class: "slider-row" },
        iconButton("minus", `${label} ${less}`, () => stepped(-1)), input,
        iconButton("plus", `${label} ${more}`, () => stepped(1))),
      hint && el("p", { class: "hint" }, hint)),
    get value() { return Number(input.value); },
    set value(to) { input.value = to; show(); },
  };
}
