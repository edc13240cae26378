/** Each camera: how it is, and how far up the ladder it was climbed to bring it back. */

import { chip, empty, notice } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";

const KINDS = { running: "ok", resting: "ok", starting: "", restarting: "warning", finished: "", failed: "danger" };
const RUNGS = ["restarts", "reopens", "fresh_processes"];

export function cameras(app) {
  const { t, form } = app;
  const element = el("ul", { class: "cameras" });

  function figure(key, value) {
    return el("div", {}, el("dt", {}, t(`camera.${key}`)), el("dd", {}, value));
  }

  /** What is tried next when a camera is lost: each step, and how often it was taken. */
  function ladder(one) {
    return el("ol", { class: "ladder", "aria-label": t("camera.ladder") }, RUNGS.map((rung) =>
      el("li", { class: one[rung] > 0 && "was-taken" }, el("strong", {}, t("camera.times", { n: form.number(one[rung]) })),
        el("span", {}, t(`camera.${rung}`)))));
  }

  function row(one) {
    const kind = app.node.cameras.find((camera) => camera.name === one.name)?.kind ?? "";
    const age = one.frame_age_s === null || one.frame_age_s === undefined ? "–" : form.duration(one.frame_age_s);
    return el("li", { class: "camera" },
      el("div", { class: "row between" }, el("h3", {}, one.name, kind && el("span", { class: "muted" }, ` ${kind}`)),
        chip(t(`camera.state.${one.state}`), { kind: KINDS[one.state] ?? "" })),
      one.error && notice("warning", one.error),
      el("dl", { class: "camera-figures" },
        figure("age", age), figure("frames", form.number(one.frames)), figure("dropped", form.number(one.dropped)),
        figure("stalls", form.number(one.stalls)), figure("freezes", form.number(one.freezes)),
        figure("profile", t(`camera.profile.${one.profile}`))),
      ladder(one));
  }

  return {
    element,
    show() {
      const all = app.now.health?.cameras;
      if (!all) return;
      fill(element, all.length ? all.map(row) : empty("camera", t("camera.none"), ""));
    },
  };
}
