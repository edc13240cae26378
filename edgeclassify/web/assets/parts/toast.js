/**
 * One short message at a time, above the bottom bar: `app.say("Saved")`, `app.say(error, { kind: "error" })`,
 * `app.say("Removed", { action: "Undo", done: undo })`. Errors stay until they are read for longer. It lies in the
 * dialog that is open: behind that it could not be seen or pressed.
 */

import { button } from "./button.js";
import { el, fill, icon } from "./element.js";

const SHOWN_MS = 4_000;
const ERROR_SHOWN_MS = 9_000;

export function toaster() {
  const element = el("div", { class: "toasts", role: "status", "aria-live": "polite" });
  let timer = 0;
  let home = null;
  const place = () => {
    home ??= element.parentNode;
    const over = [...document.querySelectorAll("dialog[open]")].at(-1);
    if (element.parentNode === (over ?? home)) return;
    (over ?? home).append(element);
    over?.addEventListener("close", place, { once: true });
  };
  const say = (message, { kind = "ok", action = "", done = null } = {}) => {
    clearTimeout(timer);
    place();
    const hide = () => fill(element);
    const text = message instanceof Error ? message.message : String(message);
    const isError = kind === "error" || message instanceof Error;
    fill(element, el("div", { class: ["toast", isError && "error"] },
      icon(isError ? "warning" : "check"), el("span", { class: "toast-text" }, text),
      action && button(action, () => { hide(); done?.(); }, { kind: "quiet", small: true })));
    timer = setTimeout(hide, isError || action ? ERROR_SHOWN_MS : SHOWN_MS);
  };
  return { element, say };
}
