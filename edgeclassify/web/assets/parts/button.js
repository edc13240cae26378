/**
 * Buttons.
 *
 *   button("Save", save, { kind: "main", icon: "check" })   // kinds: "main", "plain" (default), "quiet", "danger"
 *   iconButton("trash", "Remove", remove)                   // the label is read aloud and shown as a tooltip
 *
 * A press whose handler gives a promise makes the button busy until that ends: it can't be pressed twice. It keeps the
 * focus meanwhile, so that a dialog gives it back.
 */

import { el, icon as symbol } from "./element.js";

const BUSY = ["aria-busy", "aria-disabled"];

/** @param {string} text @param {(event: Event) => any} pressed */
export function button(text, pressed, { kind = "plain", icon = "", small = false, disabled = false, ...rest } = {}) {
  const made = el("button", {
    type: "button", class: ["button", kind, small && "small"], disabled, ...rest,
  }, icon && symbol(icon, { size: small ? 18 : 20 }), el("span", {}, text));
  made.addEventListener("click", (event) => press(made, pressed, event));
  return made;
}

export function iconButton(name, label, pressed, { kind = "quiet", disabled = false, ...rest } = {}) {
  const made = el("button", {
    type: "button", class: ["button", "only-icon", kind], "aria-label": label, title: label, disabled, ...rest,
  }, symbol(name));
  made.addEventListener("click", (event) => press(made, pressed, event));
  return made;
}

async function press(made, pressed, event) {
  if (made.hasAttribute("aria-busy")) return;
  const result = pressed(event);
  if (!(result instanceof Promise)) return;
  for (const name of BUSY) made.setAttribute(name, "true");
  try {
    await result;
  } finally {
    for (const name of BUSY) made.removeAttribute(name);
  }
}
