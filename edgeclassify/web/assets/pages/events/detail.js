/** All of a stay: its picture, when and for how long, why, the scores by then, and what it was. */

import { dialog } from "../../parts/dialog.js";
import { chip, notice } from "../../parts/card.js";
import { el, icon } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { scoreBars } from "../../parts/score_bars.js";
import { noveltyText, problemsText, whyText } from "../../parts/why.js";
import { canCorrect, verdict } from "./correct.js";
import { pictureOf, startOf } from "./stays.js";
import { lengthOf, timesOf } from "./stay_row.js";

export function showStay(app, stay, said) {
  const start = startOf(stay) ?? stay.events[0];
  const seq = pictureOf(stay);
  const novelty = noveltyText(app, start);
  const best = start.why?.best ?? [];
  const bars = scoreBars(app, { enter: start.why?.threshold_enter ?? 0, exit: start.why?.threshold_exit ?? 0 });
  bars.element.classList.toggle("without-marks", start.why?.threshold_enter === undefined);
  bars.element.classList.add("without-exit");
  bars.set(best, { current: stay.label });
  dialog(app, { title: app.t("events.detail"), wide: true }, el("div", { class: "stay-detail" },
    el("div", { class: "stay-picture" }, seq === null ? nothing(app)
      : el("a", { href: app.api.url(`api/events/${seq}/picture.jpg`), target: "_blank", rel: "noopener" },
        el("img", { src: app.api.url(`api/events/${seq}/picture.jpg`), alt: app.t("events.picture_of", {
          label: stay.label, view: stay.view }) }))),
    el("div", { class: "stack" },
      el("div", {},
        el("p", { class: "state-label" }, el("span", { class: "dot", style: { background: labelColor(stay.label) } }),
          stay.label),
        el("p", { class: "muted" }, [stay.view, app.form.day(start.ts),
          timesOf(app, stay), lengthOf(app, stay)].filter(Boolean).join(" · "))),
      (novelty || start.count_today) && el("div", { class: "row" },
        novelty && el("span", { class: "chip accent" }, novelty),
        start.count_today && chip(app.t("events.number_today", { n: app.form.number(start.count_today) }))),
      start.suspect && notice("warning", app.t("live.suspect", { problems: problemsText(app, start.problems ?? []) })),
      canCorrect(app, stay.view) ? el("div", { class: "stack tight" }, el("h3", {}, app.t("events.is_right")),
        verdict(app, stay, said))
        : el("p", { class: "hint" }, app.t("events.cannot_correct"), " ", el("a", { href: "#/teach" }, app.t("nav.teach"))),
      best.length > 0 && el("div", { class: "stack tight" }, el("h3", {}, app.t("events.scores_then")), bars.element),
      el("div", { class: "stack tight" }, el("h3", {}, app.t("events.course")),
        el("ol", { class: "course" }, stay.events.map((event) => step(app, event)))))));
}

function nothing(app) {
  return el("div", { class: "no-picture" }, icon("picture", { size: 32 }), app.t("events.no_picture"));
}

function step(app, event) {
  return el("li", {}, el("time", { datetime: event.ts }, app.form.exact(event.ts)),
    el("div", {}, el("strong", {}, app.t(`events.type.${event.event_type}`)), el("p", { class: "muted small" },
      whyText(app, event))));
}
