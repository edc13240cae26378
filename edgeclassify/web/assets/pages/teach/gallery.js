/** All pictures of a taught model: filtered by class, chosen by taps, then moved or removed together. */

import { button, iconButton } from "../../parts/button.js";
import { empty, skeleton } from "../../parts/card.js";
import { el, fill, icon } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { tabs } from "../../parts/tabs.js";
import { chooseLabel, labelText } from "./label_words.js";
import { taught } from "./taught.js";

const ALL = "";
const NONE = "unknown";
const PAGE = 60;

export function openGallery({ root, app, model, changed }) {
  const teach = taught(app);
  const filters = el("div", { class: "teach-filters" });
  const grid = el("ul", { class: "teach-gallery" }, skeleton("8rem"));
  const more = el("div", { class: "row center" });
  const bar = el("div", { class: "teach-selection", hidden: true });
  root.append(filters, grid, more, bar);
  let label = ALL;
  let labels = [];
  let examples = [];
  let turn = 0;
  /** @type {Set<string>} */
  const chosen = new Set();

  async function load(after = "") {
    const mine = (turn += 1);
    try {
      const whole = await teach.whole(model, { label, after, limit: PAGE });
      if (mine !== turn) return;
      labels = whole.model.labels;
      examples = after ? [...examples, ...whole.examples] : whole.examples;
      paint(whole.more);
    } catch (error) {
      app.say(error);
    }
  }

  function paint(hasMore) {
    const options = [[ALL, app.t("teach.every_label")], ...labels.map((one) => [one.label ?? NONE,
      `${labelText(app, one.label)} ${app.form.number(one.examples)}`])];
    fill(filters, tabs(app.t("teach.label"), options, { value: label, changed: (to) => { label = to; chosen.clear(); load(); } }).element);
    fill(grid, examples.map(tile));
    if (examples.length === 0) {
      fill(grid, el("li", { class: "teach-gallery-empty" }, empty("picture", app.t("teach.no_pictures_yet"),
        app.t("teach.advice_first"))));
    }
    fill(more, hasMore && button(app.t("teach.more"), () => load(examples.at(-1).id)));
    paintBar();
  }

  function tile(one) {
    const isChosen = chosen.has(one.id);
    return el("li", {}, el("button", {
      type: "button", class: ["teach-tile", isChosen && "chosen"], "aria-pressed": String(isChosen),
      style: { "--color": labelColor(one.label) }, "aria-label": app.t("teach.tile", { label: labelText(app, one.label),
        when: one.ts ? app.form.time(one.ts) : one.source }), title: one.ts ? app.form.time(one.ts) : one.source,
      on: { click: () => { if (!chosen.delete(one.id)) chosen.add(one.id); paintTile(one); } },
    },
    one.has_picture && !app.node.labels_only
      ? el("img", { src: teach.picture(model, one.id), alt: "", loading: "lazy" })
      : el("span", { class: "teach-no-picture" }, icon("picture")),
    el("span", { class: "teach-tile-label cut" }, labelText(app, one.label)),
    one.seems && el("span", { class: "teach-tile-doubt", title: app.t("teach.looks_like", { label: one.seems }) },
      icon("warning", { size: 16 })),
    el("span", { class: "teach-tile-check" }, icon("check", { size: 18 }))));
  }

  function paintTile(one) {
    const place = grid.children[examples.indexOf(one)];
    const made = tile(one);
    place.replaceWith(made);
    made.firstElementChild.focus({ preventScroll: true });
    paintBar();
  }

  function paintBar() {
    bar.hidden = chosen.size === 0;
    if (bar.hidden) return;
    fill(bar, el("span", { class: "teach-selection-count" }, app.n("teach.chosen", chosen.size)),
      button(app.t("teach.move"), move, { small: true, icon: "edit" }),
      iconButton("trash", app.t("action.remove"), remove),
      iconButton("cross", app.t("teach.choose_none"), () => { chosen.clear(); paint(more.childElementCount > 0); }));
  }

  async function move() {
    const to = await chooseLabel(app, app.t("teach.move_to"), labels.map((one) => one.label));
    if (to === undefined) return;
    await act(() => teach.move(model, [...chosen], to), app.t("teach.moved_to", { label: labelText(app, to) }));
  }

  async function remove() {
    await act(() => teach.remove(model, [...chosen]), app.n("teach.removed", chosen.size));
  }

  async function act(work, said) {
    try {
      await work();
      chosen.clear();
      await Promise.all([load(), changed()]);
      app.say(said, { action: app.t("action.undo"), done: takeBack });
    } catch (error) {
      app.say(error);
    }
  }

  async function takeBack() {
    try {
      await teach.undo(model);
      await Promise.all([load(), changed()]);
    } catch (error) {
      app.say(error);
    }
  }

  load();
  return null;
}
