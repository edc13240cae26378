/** "This is: …": one tap makes what a taught view shows now an example of a class. */

import { button } from "../../parts/button.js";
import { card } from "../../parts/card.js";
import { el, icon } from "../../parts/element.js";

export function thisIs(app, view) {
  if (!view.has_embedding) return null;
  if (view.model_kind !== "taught") {
    return el("a", { class: "card teach-invite", href: "#/teach" }, icon("teach", { size: 24 }),
      el("span", {}, el("strong", {}, app.t("live.invite")), el("span", { class: "muted small" },
        app.t("live.invite_text"))), icon("forward"));
  }
  const add = async (label) => {
    try {
      const change = app.node.labels_only
        ? await app.api.ask("teach/add", { view: view.name, label, fit: true })
        : await app.api.post(`api/taught/${encodeURIComponent(view.model)}/shown`,
          { view: view.name, label: label ?? "unknown", fit: true });
      const text = app.t("live.taught", { label: label ?? app.t("live.none_of_these") });
      app.say(change.not_fitted ? `${text} ${change.not_fitted}` : text, before(change) === change.version ? {}
        : { action: app.t("action.undo"), done: () => undo(app, view.model, change) });
    } catch (error) {
      app.say(error);
    }
  };
  const labels = view.labels.filter((label) => label !== "unknown");
  return card({ title: app.t("live.this_is"), actions: [el("a", { class: "button quiet small", href: "#/teach" },
    app.t("live.teach_more"))] },
  el("div", { class: "choices" }, labels.map((label) => button(label, () => add(label))),
    button(app.t("live.none_of_these"), () => add(null), { kind: "quiet" })),
  el("p", { class: "hint" }, app.t("live.this_is_hint")));
}

/** Both the example and what was learnt of it; where others have taught since, nothing. */
async function undo(app, model, change) {
  try {
    await app.api.post(`api/taught/${encodeURIComponent(model)}/undo`, { to: before(change), at: change.version });
    app.say(app.t("live.undone"));
  } catch (error) {
    app.say(error);
  }
}

/** The version without it. A request's answer does not say it: an example is one version, and so is a head. */
function before(change) {
  if (change.before !== undefined) return change.before;
  return change.version - (change.examples.length > 0 ? 1 : 0) - (change.fit ? 1 : 0);
}
