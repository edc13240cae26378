/** The events that are shown as one file. */

import { dialog } from "../../parts/dialog.js";
import { el, icon } from "../../parts/element.js";

const KINDS = ["csv", "jsonl"];

export function showExport(app, filters) {
  const shown = dialog(app, { title: app.t("events.export") }, el("p", { class: "muted" },
    app.t(filters.isAny ? "events.export_filtered" : "events.export_all")),
  el("div", { class: "choice-list" }, KINDS.map((kind) => el("a", {
    class: "choice", href: app.api.url(`api/events.${kind}`, filters.chosen), download: "",
    on: { click: () => shown.close() },
  }, icon("download"), el("span", {}, el("strong", {}, app.t(`events.export.${kind}`)),
    el("span", { class: "muted small" }, app.t(`events.export.${kind}_text`)))))));
}
