/** Right and Wrong: what an event was, as an example for the model that said it. */

import { button, iconButton } from "../../parts/button.js";
import { dialog } from "../../parts/dialog.js";
import { el } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";

/** Whether corrections of this view's events teach anything: by what was kept of them, where anything is kept. */
export function canCorrect(app, viewName) {
  const view = app.node.views.find((one) => one.name === viewName);
  return Boolean(view && view.model_kind === "taught" && app.node.features.teaching);
}

/** Two buttons; `small` for a list. `corrected` hears what was said of which stay: they are pressed once. */
export function verdict(app, stay, said, { small = false } = {}) {
  const made = el("div", { class: "verdict", role: "group", "aria-label": app.t("events.was_right", { label: stay.label }) });
  const told = said.get(stay.id);
  const tell = async (body, word) => {
    try {
      const change = await app.api.ask("teach/correct", { event_id: stay.id, ...body });
      said.set(stay.id, word);
      app.say(change.not_fitted ? app.t("events.noted_only", { why: change.not_fitted }) : app.t("events.noted"));
      made.replaceWith(verdict(app, stay, said, { small }));
    } catch (error) {
      app.say(error);
    }
  };
  if (told !== undefined) {
    made.append(el("span", { class: "chip ok" }, told === stay.label ? app.t("events.confirmed")
      : app.t("events.corrected", { label: told ?? app.t("live.none_of_these") })));
    return made;
  }
  const right = () => tell({ label: stay.label }, stay.label);
  const wrong = async () => {
    const what = await askWhat(app, stay);
    if (what) await tell(what.body, what.word);
  };
  made.append(...(small
    ? [iconButton("check", app.t("events.right"), right, { kind: "verdict-right" }),
      iconButton("cross", app.t("events.wrong"), wrong, { kind: "verdict-wrong" })]
    : [button(app.t("events.right"), right, { icon: "check" }),
      button(app.t("events.wrong"), wrong, { icon: "cross" })]));
  return made;
}

/** @returns {Promise<{body: object, word: string|null}|undefined>} */
function askWhat(app, stay) {
  const view = app.node.views.find((one) => one.name === stay.view);
  const others = (view?.labels ?? []).filter((label) => label !== stay.label && label !== "unknown");
  const choices = el("div", { class: "choice-list" });
  const shown = dialog(app, { title: app.t("events.what_was_it") }, choices);
  const choose = (body, word) => shown.close({ body, word });
  choices.append(...others.map((label) => el("button", { type: "button", class: "choice",
    on: { click: () => choose({ label }, label) } }, el("span", { class: "dot",
    style: { background: labelColor(label) } }), label)),
  el("button", { type: "button", class: "choice", on: { click: () => choose({ label: "unknown" }, null) } },
    el("span", { class: "dot", style: { background: "var(--label-none)" } }), app.t("live.none_of_these")));
  return shown.closed;
}
