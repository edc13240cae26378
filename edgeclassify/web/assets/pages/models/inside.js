/** What is inside a model: its figures, its labels, its layers. */

import { chip, notice, skeleton, tile } from "../../parts/card.js";
import { dialog } from "../../parts/dialog.js";
import { el, fill } from "../../parts/element.js";
import { textField } from "../../parts/field.js";

const MOST_SHOWN = 60;

/** @param {import("./known_models.js").Model} model */
export async function openInside(app, model) {
  const body = el("div", { class: "stack inside" }, skeleton("5rem"), skeleton("8rem"));
  dialog(app, { title: model.name, wide: true }, body);
  try {
    const found = await app.api.get(`api/models/${encodeURIComponent(model.name)}`);
    fill(body, found.fault !== null && notice("warning", found.fault), tiles(app, found), labels(app, found), layers(app, found));
  } catch (error) {
    fill(body, notice("danger", error.message));
  }
}

function tiles(app, { figures, labels: names, temperature, kind, network }) {
  const { t, form } = app;
  const [, height, width] = figures.inputs[0]?.shape ?? [];
  const teaches = figures.embedding !== null;
  return el("div", { class: "grid" },
    height && tile(t("models.input"), `${width} × ${height}`, { note: figures.inputs[0].dtype }),
    names && tile(t("models.labels"), form.number(names.length), { note: kind === "taught" ? t("models.stands_on", { network }) : "" }),
    tile(t("models.file"), form.bytes(figures.size)),
    tile(t("models.weights"), large(app, figures.parameters)),
    tile(t("models.multiply_adds"), large(app, figures.multiply_adds), { note: t("models.per_picture") }),
    tile(t("models.teaches"), t(teaches ? "models.yes" : "models.no"), { kind: teaches ? "ok" : "",
      note: teaches ? t("models.embedding", { n: figures.embedding.shape.at(-1) }) : figures.no_embedding ?? "" }),
    temperature !== null && temperature !== 1
      && tile(t("models.temperature"), form.number(temperature, 2), { note: t("models.temperature_note") }));
}

function labels(app, { labels: names, background }) {
  if (!names?.length) return null;
  const nothing = new Set(background ?? []);
  const list = el("div", { class: "inside-labels" });
  const show = (wanted = "") => {
    const found = names.filter((name) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
    fill(list, found.slice(0, MOST_SHOWN).map((name) => (nothing.has(name)
      ? chip(app.t("models.label_nothing", { label: name }), { kind: "warning" }) : chip(name))),
      found.length > MOST_SHOWN && el("span", { class: "muted small" },
        app.t("models.labels_more", { n: app.form.number(found.length - MOST_SHOWN) })),
      found.length === 0 && el("p", { class: "muted" }, app.t("models.label_none")));
  };
  show();
  const search = names.length > 12 && textField(app.t("models.find_label"), { type: "search", changed: show }).element;
  return el("section", { class: "stack tight" }, el("h3", {}, app.t("models.labels")), search, list);
}

function layers(app, { figures }) {
  const { t, form } = app;
  const head = ["models.layer", "models.layer_output", "models.weights", "models.multiply_adds"];
  const row = (layer) => el("tr", {}, el("td", {}, layer.operator), el("td", {}, layer.output_shape.join(" × ")),
    el("td", { class: "number" }, layer.parameters ? form.number(layer.parameters) : ""),
    el("td", { class: "number" }, layer.multiply_adds ? form.number(layer.multiply_adds) : ""));
  return el("details", { class: "inside-layers" },
    el("summary", {}, app.n("models.layers", figures.layers.length)),
    el("div", { class: "inside-table", tabindex: 0, role: "region", "aria-label": t("models.layer") }, el("table", {},
      el("thead", {}, el("tr", {}, head.map((key) => el("th", { scope: "col" }, t(key))))),
      el("tbody", {}, figures.layers.map(row)))));
}

function large(app, value) {
  if (value >= 1e6) return app.t("models.millions", { n: app.form.number(value / 1e6, value < 1e8 ? 1 : 0) });
  return app.form.number(value);
}
