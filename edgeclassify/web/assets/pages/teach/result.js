/** What was learnt: how good it is, honestly; what is missing; and the way into a view. */

import { button } from "../../parts/button.js";
import { card, notice, skeleton } from "../../parts/card.js";
import { el, fill, icon } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { chooseFiles } from "./files.js";
import { labelText } from "./label_words.js";
import { lackText } from "./lacks.js";
import { PICTURES, taught } from "./taught.js";
import { openUse } from "./use.js";

/** @param {{view?: object, isNew?: boolean}} options the view that it was taught by; isNew: it was fitted just now */
export function openResult({ root, app, model, view = null, isNew = false }) {
  const teach = taught(app);
  const place = el("div", { class: "teach-result" }, skeleton("14rem"));
  const use = el("div");
  root.append(place);
  let close = null;
  let isClosed = false;

  async function show() {
    let whole;
    try {
      whole = await teach.whole(model, { limit: 1 });
    } catch (error) {
      fill(place, notice("danger", error.message));
      return;
    }
    if (isClosed) return;
    close?.();
    close = openUse({ root: fill(use), app, model: whole.model, view });
    fill(place, accuracyCard(app, whole.model, isNew), use, tryCard(app, model),
      doubts(app, model, whole, show), missing(app, whole.model));
  }
  show();
  return () => { isClosed = true; close?.(); };
}

function accuracyCard(app, model, isNew) {
  const { accuracy } = model;
  const heading = app.t(isNew ? "teach.learnt" : "teach.how_good");
  const bars = el("div", { class: "teach-classes" }, model.labels.filter((one) => one.label !== null).map((one) =>
    classRow(app, one)));
  if (!accuracy) {
    return card({ title: heading }, el("div", { class: "stack" },
      notice("info", app.t(model.one_class ? "teach.one_class_more" : "teach.nobody_can_tell")), bars));
  }
  const { right, count, share, low, high } = accuracy;
  return card({ title: heading }, el("div", { class: "teach-accuracy" }, ring(app, share),
    el("div", {}, el("p", { class: "teach-big" }, app.t("teach.right_of", { right, count })),
      el("p", { class: "muted small" }, app.t("teach.honest", {
        low: app.form.percent(low), high: app.form.percent(high) })))), bars);
}

/** A share as a ring. */
function ring(app, share) {
  return el("div", { class: ["teach-ring", share < 0.8 && "low"], style: { "--share": `${share * 360}deg` },
    role: "img", "aria-label": app.form.percent(share) }, el("span", { "aria-hidden": "true" }, app.form.percent(share)));
}

function classRow(app, one) {
  const share = one.accuracy?.share ?? 0;
  const figures = one.accuracy
    ? app.t("teach.right_of", { right: one.accuracy.right, count: one.accuracy.count })
    : app.n("teach.pictures", one.examples);
  return el("div", { class: "teach-class" }, el("span", { class: "teach-class-name cut" },
    el("span", { class: "dot", style: { background: labelColor(one.label) } }), one.label),
  el("span", { class: "muted small" }, figures),
  one.accuracy && el("span", { class: "teach-class-bar" },
    el("span", { style: { width: `${share * 100}%`, background: labelColor(one.label) } })));
}

/** A picture of this device, and what the model says of it. */
function tryCard(app, model) {
  const answer = el("div", { class: "teach-answer", role: "status" });
  const ask = async () => {
    const [file] = await chooseFiles(PICTURES);
    if (!file) return;
    fill(answer, el("p", { class: "muted" }, app.t("teach.looking")));
    try {
      const said = await taught(app).test(model, file);
      fill(answer, el("div", {}, el("p", { class: "teach-big" }, said.is_unknown ? app.t("teach.unknown") : said.label),
        el("p", { class: "muted small" }, said.scores.map((one) =>
          `${one.label} ${app.form.percent(one.score)}`).join(" · "))));
    } catch (error) {
      fill(answer, notice("danger", error.message));
    }
  };
  return card({ title: app.t("teach.try"), actions: [button(app.t("teach.choose_photo"), ask, { small: true, icon: "upload" })] },
    el("p", { class: "muted small" }, app.t("teach.try_lead")), answer);
}

/** Pictures that look as if they had got the wrong label. */
function doubts(app, model, whole, changed) {
  if (whole.mislabelled.length === 0) return null;
  const teach = taught(app);
  const act = (work) => async () => {
    try {
      await work();
      await changed();
    } catch (error) {
      app.say(error);
    }
  };
  return card({ title: app.t("teach.doubts") }, el("ul", { class: "teach-doubts" }, whole.mislabelled.map((one) =>
    el("li", { class: "teach-doubt" },
      one.has_picture && !app.node.labels_only && el("img", { src: teach.picture(model, one.id), alt: "" }),
      el("div", { class: "stack tight" }, el("p", {}, app.t("teach.doubt", {
        label: labelText(app, one.label), seems: one.seems, certainty: app.form.percent(one.certainty) })),
      el("div", { class: "row" },
        button(app.t("teach.doubt_move", { label: one.seems }), act(() => teach.move(model, [one.id], one.seems)),
          { small: true }),
        button(app.t("action.remove"), act(() => teach.remove(model, [one.id])), { small: true, kind: "quiet" })))))));
}

function missing(app, model) {
  if (model.missing.length === 0) return null;
  return card({ title: app.t("teach.missing") }, el("p", { class: "muted small" }, app.t("teach.missing_lead")),
    el("ul", { class: "teach-lacks" }, model.missing.map((one) => el("li", {}, icon("plus", { size: 16 }),
      el("span", {}, lackText(app, one, model.labels))))));
}
