/** The profiles of the config: how views are watched otherwise now and then. */

import { el, fill } from "../../parts/element.js";

const NONE = "none";
const HELD_MS = 2000; // longer than the node takes to say it, once it has answered

export function modes(app) {
  const { t } = app;
  const element = el("div", { class: "modes", role: "radiogroup", "aria-label": t("system.modes") });

  // What was chosen here, until the node says that it is so: what it said before must not take the choice back.
  let chosen = null;
  const current = () => chosen?.name ?? app.now.profile ?? NONE;

  async function choose(name) {
    const mine = (chosen = { name, answered: false });
    try {
      await app.api.ask("profile", { profile: name });
      mine.answered = true;
      setTimeout(() => leave(mine), HELD_MS);
    } catch (error) {
      app.say(error);
      leave(mine);
    }
  }

  function leave(choice) {
    if (chosen !== choice) return;
    chosen = null;
    show();
  }

  function choice(name, text, hint) {
    const input = el("input", { type: "radio", name: "mode", value: name, on: { change: () => choose(name) } });
    input.checked = current() === name;
    return el("label", { class: "mode" }, input, el("span", { class: "mode-text" }, el("strong", {}, text),
      hint && el("span", { class: "muted small" }, hint)));
  }

  let shown = null;
  function show() {
    if (chosen?.answered && chosen.name === (app.now.profile ?? NONE)) chosen = null;
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
