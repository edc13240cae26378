/**
 * A colour for each label: `labelColor(label)` gives a CSS colour that follows the theme, the same for a label all
 * over the page. Never the only sign: the label stands beside it. `teachColors(view)` is called by the shell, so that
 * the few labels of a view have colours of their own.
 */

const COLORS = 8;
const given = new Map();

/** @param {{labels: string[]}} view as in app.node.views */
export function teachColors(view) {
  if (view.labels.length <= COLORS) view.labels.forEach((label) => labelColor(label));
}

export function labelColor(label) {
  if (!label || label === "unknown") return "var(--label-none)";
  if (!given.has(label)) given.set(label, given.size % COLORS);
  return `var(--label-${given.get(label)})`;
}

/** The same as a colour that a canvas takes. */
export function drawnColor(label) {
  const name = labelColor(label).slice(4, -1);
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
