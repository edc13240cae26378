/** Which model decides in each view, and the choice of another. */

import { button } from "../../parts/button.js";
import { card, chip } from "../../parts/card.js";
import { dialog } from "../../parts/dialog.js";
import { el, fill } from "../../parts/element.js";

/** @param {import("./use.js").ModelUse} use @param {() => import("./known_models.js").Model[]} models */
export function inUse(app, use, models) {
  const list = el("ul", { class: "models-views" });

  const nameOf = (view) => models().find((model) => model.inUse.includes(view.name))?.name ?? view.model;
  const row = (view) => el("li", { class: "models-view" },
    el("div", { class: "models-view-text" }, el("span", { class: "muted small" }, view.name),
      el("strong", { class: "cut" }, nameOf(view))),
    button(app.t("models.change"), () => change(view), { small: true }));

  async function change(view) {
    const choices = models().filter((model) => model.isHere && model.isReady);
    const shown = dialog(app, { title: app.t("models.of_view", { view: view.name }) },
      el("p", { class: "muted" }, app.t("models.change_lead")),
      el("div", { class: "models-choices" }, choices.map((model) => choice(view, model, () => shown.close(model)))));
    const chosen = await shown.closed;
    if (chosen && !chosen.inUse.includes(view.name)) await use.put(view.name, chosen);
  }

  function choice(view, model, chosen) {
    const isCurrent = model.inUse.includes(view.name);
    return el("button", { type: "button", class: "models-choice", "aria-pressed": String(isCurrent), on: { click: chosen } },
      el("span", { class: "models-choice-name" }, el("strong", { class: "cut" }, model.name),
        isCurrent ? chip(app.t("models.current"), { kind: "ok", icon: "check" })
          : chip(app.t(`models.kind.${model.kind}`))),
      el("span", { class: "muted small" }, model.text));
  }

  return {
    element: card({ title: app.t("models.in_use") }, list),
    show: () => fill(list, app.node.views.map(row)),
  };
}
