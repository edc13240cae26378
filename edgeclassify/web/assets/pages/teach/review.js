/** What the model was not sure of: somebody says what it was, and it learns most by that. */

import { button } from "../../parts/button.js";
import { card, empty, skeleton } from "../../parts/card.js";
import { el, fill, icon } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { askLabel, labelText } from "./label_words.js";
import { classesOf, taught } from "./taught.js";

const LEAST_WORTH_SAYING = 0.1;

export function openReview({ root, app, model, changed }) {
  const teach = taught(app);
  const place = el("div", { class: "stack" }, skeleton("14rem"));
  root.append(place);
  let looks = [];
  let known = [];
  const answering = new Set();

  async function load() {
    try {
      const [unsure, whole] = await Promise.all([teach.unsure(model), teach.whole(model, { limit: 1 })]);
      looks = unsure.looks;
      known = classesOf(whole.model.labels).map((one) => one.label);
      paint(whole.model);
    } catch (error) {
      fill(place, empty("warning", app.t("teach.not_there"), error.message));
    }
  }

  function paint(one) {
    if (looks.length === 0) {
      const isUsed = one.views.length > 0;
      fill(place, empty(isUsed ? "check" : "info", app.t("teach.review_none"),
        app.t(isUsed ? "teach.review_none_more" : "teach.review_unused")));
      return;
    }
    fill(place, el("p", { class: "muted" }, app.t("teach.review_lead")), looks.map(question));
  }

  function question(look) {
    const made = card({ class: "teach-question" });
    return fill(made,
      look.has_picture && !app.node.labels_only
        ? el("img", { src: teach.look(look.look), alt: app.t("teach.gathered_alt"), loading: "lazy" })
        : el("span", { class: "teach-no-picture" }, icon("picture")),
      el("div", { class: "stack tight" },
        el("p", { class: "small muted" }, app.form.time(look.ts), " · ", look.label && look.score >= LEAST_WORTH_SAYING
          ? app.t("teach.perhaps", { label: look.label, share: app.form.percent(look.score) })
          : app.t("teach.unknown")),
        el("p", { class: "teach-ask" }, app.t("teach.what_is_it")),
        el("div", { class: "row" }, known.map((label) => choice(made, look, label)), choice(made, look, null),
          button(app.t("teach.new_label"), () => asked(made, look), { small: true, icon: "plus" }),
          button(app.t("teach.skip"), () => act(made, look, () => teach.skip(model, { look: look.look })),
            { small: true, kind: "quiet" }))));
  }

  function choice(made, look, label) {
    const one = button(labelText(app, label), () => answered(made, look, label), { small: true });
    one.prepend(el("span", { class: "dot", style: { background: labelColor(label) } }));
    return one;
  }

  async function asked(made, look) {
    const label = await askLabel(app, known);
    if (label !== undefined) await answered(made, look, label);
  }

  const answered = (made, look, label) => act(made, look, () => teach.label(model, { look: look.look }, label));

  async function act(made, look, work) {
    if (answering.has(look.look)) return;
    answering.add(look.look);
    try {
      await work();
    } catch (error) {
      answering.delete(look.look);
      app.say(error);
      return;
    }
    looks = looks.filter((one) => one !== look);
    made.remove();
    await changed();
    if (looks.length === 0) await load();
  }

  load();
  return null;
}
