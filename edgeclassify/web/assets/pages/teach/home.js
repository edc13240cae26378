/** What was taught here, and the way to a new classifier. */

import { button, iconButton } from "../../parts/button.js";
import { card, chip, empty, notice, skeleton } from "../../parts/card.js";
import { el, fill, icon } from "../../parts/element.js";
import { addressOf } from "../../shell/router.js";
import { askImport } from "./files.js";
import { labelText } from "./label_words.js";
import { lackText } from "./lacks.js";
import { classesOf, taught } from "./taught.js";

export function openHome(root, app) {
  const list = el("div", { class: "teach-models" }, skeleton("9rem"));
  const head = el("div", { class: "teach-head" });
  root.append(head, list);
  if (!app.node.features.teaching) root.prepend(notice("info", app.t("teach.off")));

  async function show() {
    let models;
    let gathered;
    try {
      const all = await taught(app).list();
      models = all.models;
      gathered = all.collections.filter((one) => one.running || one.kept > 0);
    } catch (error) {
      fill(list, empty("warning", app.t("teach.not_listed"), error.message, button(app.t("action.retry"), show)));
      return;
    }
    const begin = button(app.t("teach.begin"), () => app.go("teach", { step: 1 }), { kind: "main", icon: "plus" });
    const bringIn = button(app.t("teach.import"), () => askImport(app, show), { kind: "quiet", icon: "upload", small: true });
    if (models.length === 0 && gathered.length === 0) {
      fill(head);
      fill(list, firstTime(app, begin, bringIn));
      return;
    }
    fill(head, begin, bringIn);
    fill(list, gathered.map((one) => gatheredCard(app, one)), models.map((one) => modelCard(app, one)));
  }
  show();
  const off = app.now.on(["teaching", "node"], show);
  return off;
}

function firstTime(app, begin, bringIn) {
  const step = (number, symbol) => el("li", { class: "teach-how" }, el("span", { class: "teach-how-icon" },
    icon(symbol, { size: 24 })), el("div", {}, el("h3", {}, app.t(`teach.how_${number}`)),
    el("p", { class: "muted" }, app.t(`teach.how_${number}_more`))));
  return card({ class: "teach-first" }, el("h2", {}, app.t("teach.first_title")),
    el("p", { class: "muted" }, app.t("teach.first_lead")),
    el("ol", { class: "teach-hows" }, step(1, "aim"), step(2, "picture"), step(3, "spark")),
    el("div", { class: "row" }, begin, bringIn));
}

function modelCard(app, model) {
  const address = addressOf("teach", { model: model.name });
  if (model.error) {
    return card({ title: model.name }, notice("danger", model.error));
  }
  const more = iconButton("forward", app.t("teach.open", { model: model.name }), () => { location.hash = address; });
  return card({ class: "teach-model" },
    el("div", { class: "row between" }, el("h2", {}, el("a", { href: address }, model.name)), more),
    covers(app, model),
    el("div", { class: "row" }, standing(app, model)),
    model.missing[0] && el("p", { class: "small muted" }, app.t("teach.missing_first", {
      what: lackText(app, model.missing[0], model.labels) })));
}

/** What is gathered over hours, perhaps for a model that is not there yet. */
function gatheredCard(app, one) {
  const go = (step) => app.go("teach", { model: one.model, view: one.view, step });
  return card({ class: "teach-model" },
    el("div", { class: "row between" }, el("h2", { class: "cut" }, one.model),
      chip(app.t(one.running ? "teach.collecting" : "teach.collected"), { icon: "clock" })),
    el("p", { class: "teach-big" }, app.n("teach.pictures", one.kept)),
    el("p", { class: "muted small" }, one.running
      ? app.t("teach.collect_left", { time: app.form.duration(one.hours_left * 3600) })
      : app.t("teach.collect_ended")),
    el("div", { class: "row" },
      one.kept > 0 && button(app.t("teach.sort"), () => go(3), { icon: "grid", small: true }),
      one.running && button(app.t("teach.look_at_it"), () => go(2), { kind: "quiet", small: true })));
}

/** A picture of each class, with how many there are. */
function covers(app, model) {
  const teach = taught(app);
  return el("div", { class: "teach-covers" }, model.labels.slice(0, 6).map((one) => el("figure", { class: "teach-cover" },
    one.cover && !app.node.labels_only
      ? el("img", { src: teach.picture(model.name, one.cover), alt: "", loading: "lazy" })
      : el("span", { class: "teach-no-picture" }, icon("picture")),
    el("figcaption", {}, el("span", { class: "cut" }, labelText(app, one.label)),
      el("span", { class: "muted" }, app.form.number(one.examples))))));
}

/** What it is now, in chips. */
export function standing(app, model) {
  const chips = [];
  if (model.views.length) chips.push(chip(app.t("teach.used_by", { views: model.views.join(", ") }), { kind: "ok", icon: "check" }));
  if (!model.is_fitted) {
    chips.push(chip(app.t(model.fitted ? "teach.not_learnt" : "teach.never_learnt"), { kind: "warning", icon: "warning" }));
  } else if (model.accuracy) {
    const { right, count } = model.accuracy;
    chips.push(chip(app.t("teach.right_of", { right, count })));
  }
  if (model.fitted && model.views.length === 0) chips.push(chip(app.t("teach.unused")));
  if (classesOf(model.labels).length === 0) chips.push(chip(app.t("teach.no_pictures_yet")));
  return chips;
}
