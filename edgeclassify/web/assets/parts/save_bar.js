/**
 * What has not been saved, with the two ways out of it, in the thumb's reach.
 *
 *   const bar = saveBar(app, { save, discard, yes: "Apply" }); root.append(bar.element);
 *   bar.show("The region of gate has changed"); bar.show("")      // "": nothing is left to save
 *
 * `save` gives a promise; its error is said, and what was changed stays.
 */

import { button } from "./button.js";
import { el } from "./element.js";

export function saveBar(app, { save, discard, yes }) {
  const text = el("p", { class: "save-text", role: "status" });
  const keep = button(yes, async () => {
    try {
      await save();
    } catch (error) {
      app.say(error);
    }
  }, { kind: "main", icon: "check", small: true });
  const element = el("div", { class: "save-bar", hidden: true }, text,
    el("div", { class: "row" }, button(app.t("action.discard"), discard, { small: true, kind: "quiet" }), keep));
  return {
    element,
    show: (what) => {
      element.hidden = !what;
      text.textContent = what;
    },
  };
}
