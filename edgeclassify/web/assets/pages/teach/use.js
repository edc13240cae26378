/** A taught model decides in a view: switched over in the config, and what it says there now. */

import { button } from "../../parts/button.js";
import { card, notice } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { scoreBars } from "../../parts/score_bars.js";
import { loadConfig } from "../../state/config_file.js";

/** @param {{name: string, fitted: string | null}} model @param {object | null} view by which it was taught */
export function openUse({ root, app, model, view }) {
  const place = el("div", { class: "stack" });
  root.append(place);
  const closes = [];
  const facts = () => app.node.views;
  const using = () => facts().filter((one) => one.model === model.name);

  function paint() {
    closes.splice(0).forEach((close) => close());
    const others = facts().filter((one) => one.model !== model.name && one.has_embedding);
    const likely = others.filter((one) => !view || one.name === view.name);
    const offered = likely.length ? likely : others;
    fill(place, using().map(liveCard), using().length === 0 && card({ title: app.t("teach.use"), class: "teach-use" },
      el("p", { class: "muted small" }, app.t("teach.use_lead")),
      el("div", { class: "row" }, offered.map((one) => button(app.t("teach.use_in", { view: one.name }),
        () => put(one.name, model.name), { kind: "main", icon: "check" })),
      offered.length === 0 && notice("info", app.t("teach.no_view")))));
  }

  async function put(name, to) {
    try {
      const file = await loadConfig(app);
      if (!file.writable) throw new Error(file.why_not || app.t("teach.not_writable"));
      await file.change(file.viewKeys(name, { model: to }));
      app.now.tell("config", {});  // the node's facts are fetched anew
      app.say(app.t("teach.used", { view: name, model: to ?? "" }));
    } catch (error) {
      app.say(error);
    }
  }

  /** What it says of what the view shows now. */
  function liveCard(one) {
    const word = el("p", { class: "teach-now" });
    const bars = scoreBars(app, { enter: one.rules.threshold_enter, exit: one.rules.threshold_exit });
    const show = () => {
      const now = app.now.view(one.name);
      const label = now?.state?.label;
      const named = label && label !== "unknown" ? label : null;
      fill(word, el("span", { class: "dot", style: { background: labelColor(named) } }),
        named ?? app.t("state.unknown"));
      bars.set(now?.look?.top ?? now?.state?.top ?? [], { current: named });
    };
    closes.push(app.now.on(["now", "state", "look"], show));
    show();
    return card({ title: app.t("teach.live_in", { view: one.name }), class: "teach-live",
      actions: [button(app.t("nav.live"), () => app.go("live", { view: one.name }), { small: true, kind: "quiet", icon: "live" })] },
    el("div", { class: "stack" }, word, bars.element));
  }

  const off = app.now.on("node", paint);
  paint();
  return () => { off(); closes.splice(0).forEach((close) => close()); };
}
