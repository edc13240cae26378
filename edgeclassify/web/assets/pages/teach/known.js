/** What a taught model knows: its pictures, what it was not sure of, how good it is, and what was changed. */

import { button, iconButton } from "../../parts/button.js";
import { empty, notice, skeleton } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { tabs } from "../../parts/tabs.js";
import { openChanges } from "./changes.js";
import { openGallery } from "./gallery.js";
import { standing } from "./home.js";
import { openResult } from "./result.js";
import { openReview } from "./review.js";
import { canLearn, taught } from "./taught.js";

export function openKnown(root, app, { model, tab = "" }) {
  const teach = taught(app);
  const head = el("header", { class: "teach-known" });
  const news = el("div");
  const choice = el("div");
  const place = el("div", { class: "stack" }, skeleton("14rem"));
  root.append(head, news, choice, place);
  let close = null;
  let current = tab;
  let isClosed = false;
  let turn = 0;

  async function show() {
    let whole;
    try {
      whole = await teach.whole(model, { limit: 1 });
    } catch (error) {
      fill(place, empty("warning", app.t("teach.not_there"), error.message,
        button(app.t("teach.all"), () => app.go("teach"))));
      return null;
    }
    if (isClosed) return null;
    const one = whole.model;
    // By which view it was taught is not known where none uses it: that is asked first.
    const step = one.views[0] || app.node.views.length < 2 ? 2 : 1;
    fill(head, iconButton("back", app.t("teach.all"), () => app.go("teach")),
      el("h2", { class: "cut" }, model),
      button(app.t("teach.add_pictures"), () => app.go("teach", { model, step, view: one.views[0] }),
        { kind: "main", small: true, icon: "plus" }),
      el("div", { class: "row teach-standing" }, standing(app, one)));
    fill(news, !one.is_fitted && canLearn(one.labels) && notice("warning", app.t("teach.not_learnt_more"),
      el("div", { class: "row" }, button(app.t("teach.learn_now"), learn, { kind: "main", small: true, icon: "spark" }))));
    fill(choice, tabs(app.t("teach.parts"), [["pictures", app.t("teach.gallery")],
      ["review", whole.unsure ? app.t("teach.review_n", { n: whole.unsure }) : app.t("teach.review")],
      ["result", app.t("teach.result")], ["changes", app.t("teach.changes")]], { value: current, changed: open }).element);
    return whole;
  }

  function open(name) {
    if (isClosed) return;
    current = name;
    close?.();
    const mine = (turn += 1);
    const part = { pictures: openGallery, review: openReview, result: openResult, changes: openChanges }[name];
    const view = app.node.views.find((one) => one.model === model) ?? null;
    close = part({ root: fill(place), app, model, view, changed: () => changedBy(mine) });
  }

  /** What a part has changed that was left before the answer came, the open one has not read. */
  async function changedBy(part) {
    await show();
    if (part !== turn) open(current);
  }

  async function learn() {
    try {
      await teach.fit(model);
      await show();
      if (current !== "result") await choose("result");
      else open("result");
    } catch (error) {
      app.say(error);
    }
  }

  async function choose(name) {
    current = name;
    await show();
    open(name);
  }

  async function begin() {
    if (!["pictures", "review", "result", "changes"].includes(current)) current = "pictures";
    if (await show()) open(current);
  }
  begin();
  const off = app.now.on(["node", "teaching"], (data, kind) => {
    if (kind === "node" || data.model === model) show();
  });
  return () => { isClosed = true; off(); close?.(); };
}
