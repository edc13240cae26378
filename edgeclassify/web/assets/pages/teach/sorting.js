/** Pictures that are alike lie in a group: one answer says what all of a group are. */

import { button } from "../../parts/button.js";
import { card, notice } from "../../parts/card.js";
import { el, fill, icon } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { askLabel, labelChip, labelText } from "./label_words.js";
import { classesOf, taught } from "./taught.js";

const SHOWN = 12;
const DARK = 0.22;

/** @param {object[]} clusters as the node tells them @param {() => void} done when all are sorted */
export function openSorting({ root, app, model, clusters, labels, done }) {
  const teach = taught(app);
  let known = classesOf(labels).map((one) => one.label);
  let open = clusters.length;
  const cards = [];
  const count = el("p", { class: "muted" });
  root.append(el("div", { class: "teach-lead" }, el("h2", {}, app.t("teach.sort_title")),
    el("p", { class: "muted" }, app.t("teach.sort_lead"))), count);
  const groups = el("div", { class: "stack" }, clusters.map((one) => made({ ...one, which: { cluster: one.cluster } })));
  root.append(groups);

  /** @param {{which: {cluster?: number, look?: number}}} cluster a group, or one picture of it */
  function made(cluster) {
    const place = card({ class: "teach-group" });
    cards.push({ cluster, place, paint: () => paint(cluster, place) });
    return place;
  }

  const paintAll = () => {
    cards.filter((one) => !one.answered).forEach((one) => one.paint());
    fill(count, app.n("teach.groups_left", open));
  };

  function paint(cluster, place) {
    const pictures = app.node.labels_only ? [] : cluster.looks.slice(0, SHOWN);
    const more = cluster.pictures - pictures.length;
    fill(place,
      pictures.length > 0 && el("div", { class: "teach-group-pictures" }, pictures.map((number) =>
        el("img", { src: teach.look(number), alt: app.t("teach.gathered_alt"), loading: "lazy" })),
      more > 0 && el("span", { class: "teach-group-more" }, `+${app.form.number(more)}`)),
      el("p", { class: "small muted" }, facts(app, cluster)),
      el("p", { class: "teach-ask" }, app.t("teach.what_is_it")),
      el("div", { class: "row" },
        known.map((label) => choice(cluster, label)), choice(cluster, null)),
      el("div", { class: "row" },
        button(app.t("teach.new_label"), () => asked(cluster), { kind: "quiet", small: true, icon: "plus" }),
        pictures.length > 1 && button(app.t("teach.one_by_one"), () => split(cluster), {
          kind: "quiet", small: true, icon: "grid" }),
        button(app.t("teach.throw_away"), () => thrown(cluster), { kind: "quiet", small: true, icon: "trash" })));
  }

  /** Where a group shows two things each of its pictures is asked about. */
  function split(cluster) {
    const found = cards.find((one) => one.cluster === cluster);
    found.answered = true;
    open += cluster.looks.length - 1;
    found.place.replaceWith(...cluster.looks.map((look) => made({
      ...cluster, which: { look }, pictures: 1, looks: [look], label: null, hours: [],
    })));
    paintAll();
  }

  function choice(cluster, label) {
    const made = button(labelText(app, label), () => answered(cluster, label));
    made.prepend(el("span", { class: "dot", style: { background: labelColor(label) } }));
    return made;
  }

  async function asked(cluster) {
    const label = await askLabel(app, known);
    if (label !== undefined) await answered(cluster, label);
  }

  async function answered(cluster, label) {
    await act(cluster, () => teach.label(model, cluster.which, label), labelChip(app, label));
    if (label !== null && !known.includes(label)) known = [...known, label];
    paintAll();
  }

  async function thrown(cluster) {
    await act(cluster, () => teach.skip(model, cluster.which),
      el("span", { class: "row muted" }, icon("trash", { size: 16 }), app.t("teach.thrown_away")));
    paintAll();
  }

  async function act(cluster, ask, what) {
    const found = cards.find((one) => one.cluster === cluster);
    if (found.answered) return;
    found.answered = true;
    try {
      await ask();
    } catch (error) {
      found.answered = false;
      app.say(error);
      return;
    }
    open -= 1;
    found.place.classList.add("sorted");
    fill(found.place, el("div", { class: "row between" }, what,
      el("span", { class: "muted small" }, app.n("teach.pictures", cluster.pictures))));
    if (open === 0) done();
  }
  if (app.node.labels_only) root.append(notice("info", app.t("teach.sort_blind")));
  paintAll();
  return null;
}

/** When they were taken, and how much light there was. */
function facts(app, cluster) {
  const words = [app.n("teach.pictures", cluster.pictures)];
  if (cluster.hours.length) words.push(app.t("teach.at_hours", { hours: spans(cluster.hours) }));
  if (cluster.brightness < DARK) words.push(app.t("teach.in_the_dark"));
  return words.join(" · ");
}

/** [6, 7, 8, 12] as "6–9, 12–13". @param {number[]} hours */
function spans(hours) {
  const found = [];
  for (const hour of hours) {
    const last = found.at(-1);
    if (last && last[1] === hour) last[1] = hour + 1;
    else found.push([hour, hour + 1]);
  }
  return found.map(([from, to]) => `${from}–${to}`).join(", ");
}
