/** The picture of a view's camera, with the regions of all its views and the square that is looked at. */

import { button, iconButton } from "../../parts/button.js";
import { el, fill } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { picture, place } from "../../parts/picture.js";

const NEAR = 0.01;
const WHOLE = [0, 0, 1, 1];

const same = (one, other) => one.every((value, i) => Math.abs(value - other[i]) < NEAR);

export function stage(app, view) {
  const shown = picture(app, { camera: view.camera });
  const label = el("span", { class: "roi-name" });
  const roi = place(el("div", { class: ["roi chosen", same(view.roi, WHOLE) && "whole"] }, label), view.roi);
  const look = el("div", { class: "look", hidden: true });
  const others = app.node.views.filter((one) => one.camera === view.camera && one.name !== view.name)
    .map((one) => place(el("a", { class: "roi other", href: `#/live?view=${encodeURIComponent(one.name)}` },
      el("span", { class: "roi-name" }, one.name)), one.roi));
  shown.overlay.append(...others, roi, look);
  const element = el("div", { class: "stage" }, shown.element, tools(app, view, shown.element));

  const name = () => {
    const state = app.now.view(view.name)?.state;
    const isThere = state?.known !== false && state?.label && state.label !== "unknown";
    fill(label, isThere ? [el("i", { class: "dot" }), `${state.label} ${app.form.percent(state.score)}`] : view.name);
    roi.style.setProperty("--color", isThere ? labelColor(state.label) : "transparent");
    roi.classList.toggle("there", Boolean(isThere));
  };
  const square = () => {
    const region = app.now.view(view.name)?.look?.region;
    look.hidden = !region || same(region, view.roi);
    if (region) place(look, region);
  };
  const off = [app.now.on(["now", "state"], name), app.now.on(["now", "look"], square)];
  name();
  square();
  return { element, close: () => { off.forEach((one) => one()); shown.close(); } };
}

function tools(app, view, shown) {
  const save = () => {
    el("a", { href: app.api.url(`api/cameras/${encodeURIComponent(view.camera)}/frame.jpg`),
      download: `${app.node.name}-${view.camera}.jpg` }).click();
  };
  return el("div", { class: "stage-tools" },
    button(app.t("nav.aim"), () => app.go("aim", { view: view.name }), { icon: "aim", small: true, kind: "glass" }),
    el("span", { class: "space" }),
    !app.node.labels_only && iconButton("download", app.t("live.save"), save, { kind: "glass" }),
    document.fullscreenEnabled && !app.node.labels_only && iconButton("expand", app.t("live.full"),
      () => { (document.fullscreenElement ? document.exitFullscreen() : shown.requestFullscreen()); },
      { kind: "glass" }));
}
