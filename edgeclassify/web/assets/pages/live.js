/** Live: what a camera sees, what the model thinks of it, and why. */

import { card, empty } from "../parts/card.js";
import { el } from "../parts/element.js";
import { scoreBars } from "../parts/score_bars.js";
import { tabs } from "../parts/tabs.js";
import { kept, keep } from "../shell/theme.js";
import { healthTiles } from "./live/health.js";
import { recentHistory } from "./live/history.js";
import { stage } from "./live/stage.js";
import { stateCard } from "./live/state_card.js";
import { thisIs } from "./live/this_is.js";

export const title = "live.title";

export function open(root, app, params) {
  const { views } = app.node;
  const view = views.find((one) => one.name === (params.view ?? kept("view"))) ?? views[0];
  if (!view) {
    root.append(empty("aim", app.t("live.no_views"), app.t("live.no_views_text"),
      el("a", { class: "button main", href: "#/aim" }, app.t("nav.aim"))));
    return null;
  }
  keep("view", view.name);
  const parts = [stage(app, view), stateCard(app, view), scores(app, view), recentHistory(app, view), healthTiles(app)];
  const [picture, state, bars, history, health] = parts;
  const chooser = tabs(app.t("live.views"), views.map((one) => [one.name, one.name]), {
    value: view.name, changed: (name) => app.go("live", { view: name }),
  });
  root.append(chooser.element, el("div", { class: "live-grid" },
    el("div", { class: "live-main" }, picture.element, history.timeline, history.events),
    el("div", { class: "live-side" }, state.element, thisIs(app, view), bars.element, health.element)));
  const off = app.now.on("node", app.reopen);
  return () => { off(); parts.forEach((part) => part.close()); };
}

function scores(app, view) {
  const { threshold_enter: enter, threshold_exit: exit } = view.rules;
  const bars = scoreBars(app, { enter, exit });
  const none = el("p", { class: "muted" }, app.t("live.no_scores"));
  const element = card({ title: app.t("live.scores"), actions: [el("a", { class: "button quiet small",
    href: `#/tune?view=${encodeURIComponent(view.name)}` }, app.t("nav.tune"))] }, bars.element, none,
  el("p", { class: "marks-legend" }, el("span", {}, el("i", { class: "mark-key exit" }),
    app.t("live.exit_at", { at: app.form.percent(exit) })), el("span", {}, el("i", { class: "mark-key enter" }),
    app.t("live.enter_at", { at: app.form.percent(enter) }))));
  const show = () => {
    const state = app.now.view(view.name)?.state;
    bars.set(state?.top ?? [], { current: state?.label });
    none.hidden = (state?.top ?? []).length > 0;
  };
  const off = app.now.on(["now", "state"], show);
  show();
  return { element, close: off };
}
