/** What was changed, and the way back; the model as a file; and taking it away. */

import { button } from "../../parts/button.js";
import { card, skeleton } from "../../parts/card.js";
import { el, fill, icon } from "../../parts/element.js";
import { taught } from "./taught.js";

export function openChanges({ root, app, model, changed }) {
  const teach = taught(app);
  const place = el("div", { class: "stack" }, skeleton("12rem"));
  root.append(place);

  async function load() {
    try {
      const whole = await teach.whole(model, { limit: 1 });
      fill(place, history(whole), file(), away(whole.model));
    } catch (error) {
      app.say(error);
    }
  }

  function history({ model: now, versions }) {
    const row = (one, isNow) => el("li", { class: "teach-version" },
      el("div", {}, el("p", {}, one.change),
        el("p", { class: "muted small" }, app.t("teach.version", { n: one.version, time: app.form.time(one.changed) }))),
      isNow ? el("span", { class: "chip ok" }, app.t("teach.version_now"))
        : button(app.t("teach.back_to"), () => back(one.version), { small: true, kind: "quiet" }));
    return card({ title: app.t("teach.changes"), actions: [button(app.t("action.undo"), () => back(null), {
      small: true, kind: "quiet", icon: "undo", disabled: versions.length === 0 })] },
    el("ul", { class: "teach-versions" }, row(now, true), versions.map((one) => row(one, false))));
  }

  async function back(to) {
    try {
      await teach.undo(model, to);
      await Promise.all([load(), changed()]);
      app.say(app.t("teach.gone_back"));
    } catch (error) {
      app.say(error);
    }
  }

  function file() {
    return card({ title: app.t("teach.export") }, el("p", { class: "muted small" }, app.t("teach.export_lead")),
      el("div", { class: "row" }, el("a", { class: "button", href: teach.exportUrl(model), download: "" },
        icon("download"), app.t("teach.export"))));
  }

  function away(one) {
    const isUsed = one.views.length > 0;
    return card({ title: app.t("teach.forget") },
      el("p", { class: "muted small" }, isUsed ? app.t("teach.forget_used", { views: one.views.join(", ") })
        : app.t("teach.forget_lead")),
      !isUsed && el("div", { class: "row" }, button(app.t("teach.forget"), forget, { kind: "danger", icon: "trash" })));
  }

  async function forget() {
    const isSure = await app.confirm({ title: app.t("teach.forget_sure", { model }), text: app.t("teach.forget_lead"),
      yes: app.t("teach.forget"), danger: true });
    if (!isSure) return;
    try {
      await teach.forget(model);
      app.go("teach");
    } catch (error) {
      app.say(error);
    }
  }

  load();
  return null;
}
