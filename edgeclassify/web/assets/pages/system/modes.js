/** The profiles of the config: how views are watched otherwise now and then. */

import { el, fill } from "../../parts/element.js";
import { HEARD_MS, pendingChoices } from "../../state/pending_choices.js";

const NONE = "none";

export function modes(app) {
  const { t } = app;
  const element = el("div", { class: "modes", role: "radiogroup", "aria-label": t("system.modes") });

  const chosen = pendingChoices({ heldMs: HEARD_MS, ended: show });
  const current = () => chosen.or("mode", app.now.profile ?? NONE);
  const choose = (name) => chosen.until("mode", name, () => app.api.ask("profile", { profile: name })).catch(app.say);

  function choice(name, text, hint) {
    const input = el("input", { type: "radio", name: "mode", value: name, on: { change: () => choose(name) } });
    input.checked = current() === name;
    return el("label", { class: "mode" }, input, el("span", { class: "mode-text" }, el("strong", {}, text),
      hint && el("span", { class: "muted small" }, hint)));
  }

  let shown = null;
  function show() {
    const names = app.node.profiles.join();
    if (names === shown) {
      for (const input of element.querySelectorAll("input")) input.checked = input.value === current();
      return;
    }
    shown = names;
    if (!app.node.profiles.length) {
      fill(element, el("p", { class: "muted" }, t("system.no_modes")), el("pre", { class: "example" }, t("system.mode_example")));
      return;
    }
    fill(element, choice(NONE, t("system.no_mode"), t("system.no_mode_hint")),
      app.node.profiles.map((name) => choice(name, name, "")));
  }

  return { element, show };
}
