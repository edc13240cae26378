/** A stay in the list: picture, label, when and for how long, Right and Wrong. */

import { chip } from "../../parts/card.js";
import { el, icon } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { seconds } from "../../parts/times.js";
import { noveltyText } from "../../parts/why.js";
import { canCorrect, verdict } from "./correct.js";
import { showStay } from "./detail.js";
import { endOf, pictureOf, scoreOf, startOf } from "./stays.js";

/** "12:19 – 12:22", "since 12:19", "until 12:22". */
export function timesOf(app, stay) {
  const [start, end] = [startOf(stay), endOf(stay)];
  const { clock } = app.form;
  if (start && end) {
    const [from, to] = [clock(start.ts), clock(end.ts)];
    return from === to ? from : `${from} – ${to}`;
  }
  if (start) return app.t("events.since", { time: clock(start.ts) });
  if (end) return app.t("events.until", { time: clock(end.ts) });
  return clock(stay.events[0].ts);
}

/** "3 min", "" while it is not known. */
export function lengthOf(app, stay) {
  const [start, end] = [startOf(stay), endOf(stay)];
  if (!end) return "";
  const length = end.why?.duration_s ?? (start ? seconds(end.ts) - seconds(start.ts) : null);
  return length === null ? "" : app.form.duration(length);
}

export function stayRow(app, stay, said) {
  const seq = pictureOf(stay);
  const score = scoreOf(stay);
  const novelty = noveltyText(app, startOf(stay) ?? {});
  const isOpen = startOf(stay) && !endOf(stay) && app.now.view(stay.view)?.state?.event_id === stay.id;
  const about = [lengthOf(app, stay), score >= 0 && app.form.percent(score)].filter(Boolean).join(" · ");
  return el("li", { class: "stay", data: { id: stay.id } },
    el("button", { type: "button", class: "stay-open", on: { click: () => showStay(app, stay, said) } },
      el("span", { class: "stay-thumb", style: { "--color": labelColor(stay.label) } },
        seq === null ? icon("picture", { size: 24 }) : thumbnail(app, seq)),
      el("span", { class: "stay-text" },
        el("span", { class: "stay-label" }, el("span", { class: "dot", style: { background: labelColor(stay.label) } }),
          el("strong", { class: "cut" }, stay.label)),
        el("span", { class: "small" }, timesOf(app, stay)), el("span", { class: "muted small" }, about),
        el("span", { class: "stay-chips" }, isOpen && chip(app.t("events.now"), { kind: "ok" }),
          app.node.views.length > 1 && chip(stay.view), novelty && el("span", { class: "chip accent" }, novelty)))),
    canCorrect(app, stay.view) && verdict(app, stay, said, { small: true }));
}

function thumbnail(app, seq) {
  const image = el("img", { src: app.api.url(`api/events/${seq}/picture.jpg`), alt: "", loading: "lazy",
    decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(icon("picture", { size: 24 })));
  return image;
}
