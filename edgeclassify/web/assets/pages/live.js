/** Live: what a camera sees, what the model thinks of it, and why. */

import { card } from "../parts/card.js";
import { el } from "../parts/element.js";
import { picture, place } from "../parts/picture.js";
import { scoreBars } from "../parts/score_bars.js";
import { tabs } from "../parts/tabs.js";

export const title = "live.title";

export function open(root, app, params) {
  const view = app.node.views.find((one) => one.name === params.view) ?? app.node.views[0];
  const shown = picture(app, { camera: view.camera });
  const roi = place(el("div", { class: "roi" }, el("span", { class: "roi-name" }, view.name)), view.roi);
  shown.overlay.append(roi);
  const bars = scoreBars(app, { enter: view.rules.threshold_enter, exit: view.rules.threshold_exit });
  const state = el("p", { class: "state-label" });
  const show = () => {
    const now = app.now.view(view.name);
    const label = now?.state?.label;
    state.textContent = !label || label === "unknown" ? app.t("state.unknown") : label;
    bars.set(now?.look?.top ?? now?.state?.top ?? [], { current: label });
  };
  const off = app.now.on(["now", "state", "look"], show);
  root.append(tabs(app.t("nav.pages"), app.node.views.map((one) => [one.name, one.name]), {
    value: view.name, changed: (name) => app.go("live", { view: name }),
  }).element, shown.element, card({ title: view.name }, state, bars.element));
  show();
  return () => { off(); shown.close(); };
}
