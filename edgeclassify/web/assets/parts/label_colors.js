/**
 * A colour for each label, the same all over the page and after a reload: `labelColor("open")` gives a CSS colour that
 * follows the theme. Never the only sign: the label stands beside it.
 *
 * A label gets its colour when it first matters: the few labels of a small view at once (`teachColors`), one of a large
 * model when it is a state or has an event. `quietColor(label)` gives grey until then, for what is only in the running.
 */

import { kept, keep } from "../shell/theme.js";

const COLORS = 8;
const MOST_KEPT = 64;
const given = new Map(remembered());

/** @param {{labels: string[]}} view as in app.node.views */
export function teachColors(view) {
  if (view.labels.length <= COLORS) view.labels.forEach((label) => labelColor(label));
}

export function labelColor(label) {
  if (!label || label === "unknown") return "var(--label-none)";
  if (!given.has(label)) {
    given.set(label, given.size % COLORS);
    if (given.size <= MOST_KEPT) keep("colors", JSON.stringify([...given.keys()]));
  }
  return `var(--label-${given.get(label)})`;
}

export function quietColor(label) {
  return given.has(label) ? labelColor(label) : "var(--label-none)";
}

/** The same as a colour that a canvas takes. */
export function drawnColor(label, color = labelColor(label)) {
  return getComputedStyle(document.documentElement).getPropertyValue(color.slice(4, -1)).trim();
}

function remembered() {
  try {
    return JSON.parse(kept("colors") ?? "[]").map((label, i) => [label, i % COLORS]);
  } catch {
    return [];
  }
}
