/** "This is: open": what the view shows now becomes a picture of a class, with one tap. */

import { button } from "../../parts/button.js";
import { el, fill, icon } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { advice } from "./advice.js";
import { chooseFiles, uploadAll } from "./files.js";
import { askLabel, chooseLabel, labelText } from "./label_words.js";
import { stillView } from "./still_view.js";
import { canLearn, classesOf, GOOD, PICTURES, taught } from "./taught.js";

const LAST = 12;

export function openTapping({ root, app, view, model, labels: known, changed }) {
  const teach = taught(app);
  let labels = known;
  /** In the order in which they came, with a picture or not yet: no button moves under a thumb. */
  let order = [];
  let taken = [];
  let busy = false;
  let isOld = false;
  const still = stillView(app, { view: view.name, changed: () => paint() });
  const hint = el("p", { class: "teach-hint", role: "status" });
  const choices = el("div", { class: "teach-taps" });
  const strip = el("ul", { class: "teach-strip", "aria-label": app.t("teach.taken") });
  root.append(el("h2", { class: "visually-hidden" }, app.t("teach.tap_title")), still.element, hint, choices, strip);

  const counts = () => new Map(labels.map((one) => [one.label, one.examples]));
  const all = () => {
    order = [...new Set([...order, ...classesOf(labels).map((one) => one.label)])];
    return order;
  };

  function paint() {
    const has = counts();
    const isReady = app.node.labels_only || still.number > 0;
    fill(choices,
      all().map((label) => tap(label, has.get(label) ?? 0, isReady)),
      el("button", { type: "button", class: "teach-tap new", on: { click: name } }, icon("plus"),
        el("span", {}, app.t(all().length ? "teach.new_label" : "teach.first_label"))),
      all().length > 0 && tap(null, has.get(null) ?? 0, isReady));
    fill(hint, isOld && canLearn(labels) ? app.t("teach.advice_known") : advice(app, all(), has));
  }

  function tap(label, count, isReady) {
    const part = Math.min(1, count / GOOD);
    const made = el("button", {
      type: "button", class: ["teach-tap", label === null && "none"], disabled: !isReady,
      style: { "--color": labelColor(label), "--part": `${part * 100}%` }, on: { click: () => take(label) },
    }, el("span", { class: "teach-tap-text" }, labelText(app, label)),
    el("span", { class: "teach-tap-count", "aria-label": app.n("teach.pictures", count) },
      count >= GOOD ? app.form.number(count) : app.t("teach.of_ten", { n: count, all: GOOD })));
    return made;
  }

  async function name() {
    const label = await askLabel(app, all());
    if (label === undefined) return;
    if (!all().includes(label)) order.push(label);
    paint();
  }

  /** One at a time: a second tap before the first is kept would be of the same picture. */
  async function take(label) {
    if (busy) return;
    busy = true;
    try {
      if (app.node.labels_only) {
        await teach.seen(model, view.name, label);
        await reload();
      } else {
        const number = still.number;
        still.flash(labelColor(label));
        told(await teach.shown(model, number, label), label);
      }
      navigator.vibrate?.(15);
    } catch (error) {
      app.say(error);
    } finally {
      busy = false;
    }
  }

  function told(answer, label) {
    isOld = !answer.new && !answer.moved;
    if (isOld) {
      app.say(app.t("teach.known_already"));
    } else if (answer.moved) {
      app.say(app.t("teach.moved_to", { label: labelText(app, label) }));
    }
    heard(answer.labels);
    if (answer.new || answer.moved) {
      taken = [{ id: answer.example, label }, ...taken.filter((one) => one.id !== answer.example)].slice(0, LAST);
    }
    paintStrip();
  }

  function heard(now) {
    labels = now;
    changed({ labels });
    paint();
  }

  async function reload() {
    try {
      const whole = await teach.find(model, { limit: LAST });
      taken = (whole?.examples ?? []).filter((one) => one.has_picture && !app.node.labels_only);
      heard(whole?.model.labels ?? []);
    } catch (error) {
      app.say(error);
    }
    paintStrip();
  }

  function paintStrip() {
    const undo = button(app.t("teach.take_back"), undoLast, { kind: "quiet", small: true, icon: "undo" });
    fill(strip, taken.map((one) => el("li", {}, el("button", {
      type: "button", class: "teach-thumb", style: { "--color": labelColor(one.label) },
      "aria-label": app.t("teach.change_of", { label: labelText(app, one.label) }),
      on: { click: () => correct(one) },
    }, el("img", { src: teach.picture(model, one.id), alt: "", loading: "lazy" }),
    el("span", { class: "cut" }, labelText(app, one.label))))));
    fill(actions, upload, labels.length > 0 && undo);
  }

  /** A thumb slips: the picture gets another label, or goes. */
  async function correct(one) {
    const label = await chooseLabel(app, app.t("teach.what_is_it"), all());
    if (label === undefined || label === one.label) return;
    try {
      await teach.move(model, [one.id], label);
      await reload();
    } catch (error) {
      app.say(error);
    }
  }

  async function undoLast() {
    try {
      await teach.undo(model);
      await reload();
    } catch (error) {
      app.say(error);
    }
  }

  async function addFiles() {
    const label = await chooseLabel(app, app.t("teach.upload_what"), all());
    if (label === undefined) return;
    const files = await chooseFiles(PICTURES, { multiple: true });
    await uploadAll(app, files, (file) => teach.upload(model, file, label, view.name));
    await reload();
  }
  const upload = button(app.t("teach.upload"), addFiles, { kind: "quiet", small: true, icon: "upload" });
  const actions = el("div", { class: "row" }, upload);
  root.append(actions);

  paint();
  reload();
  return () => still.close();
}
