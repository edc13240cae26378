/**
 * Dialogs: a sheet from below on a phone, a window on a desktop.
 *
 *   const shown = dialog(app, { title: "Name it" }, field(...), button("OK", () => shown.close("ok")));
 *   const result = await shown.closed;               // what close() was given; undefined: dismissed
 *   if (await app.confirm({ title, text, yes: "Remove", danger: true })) ...
 */

import { button, iconButton } from "./button.js";
import { el } from "./element.js";

let count = 0;

export function dialog(app, { title, wide = false }, ...children) {
  count += 1;
  const heading = `dialog-${count}`;
  let result;
  const element = el("dialog", { class: ["dialog", wide && "wide"], "aria-labelledby": heading });
  const close = (value) => { result = value; element.close(); };
  element.append(
    el("header", { class: "dialog-head" }, el("h2", { id: heading, tabindex: "-1", autofocus: true }, title),
      iconButton("cross", app.t("action.close"), () => close())),
    el("div", { class: "dialog-body" }, children));
  // Beside it: a press that began inside, as of text that is selected, is none.
  let pressed = null;
  element.addEventListener("pointerdown", (event) => { pressed = event.target; });
  element.addEventListener("click", (event) => { if (event.target === element && pressed === element) close(); });
  const closed = new Promise((resolve) => {
    element.addEventListener("close", () => { element.remove(); resolve(result); });
  });
  document.body.append(element);
  element.showModal();
  return { element, close, closed };
}

/** @returns {Promise<boolean>} */
export async function confirm(app, { title, text = "", yes, no = "", danger = false }) {
  const body = el("div", { class: "stack" });
  const shown = dialog(app, { title }, body);
  body.append(text && el("p", {}, text), el("div", { class: "row end" },
    button(no || app.t("action.cancel"), () => shown.close(false)),
    button(yes, () => shown.close(true), { kind: danger ? "danger" : "main" })));
  return (await shown.closed) === true;
}
