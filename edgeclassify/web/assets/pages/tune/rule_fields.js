/** The rules as things that are slid and switched, each with a word on what it does. */

import { el, fill } from "../../parts/element.js";
import { segmented, toggle } from "../../parts/field.js";
import { slider } from "../../parts/slider.js";

const TIMES_S = [0, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600];
const SHORT_S = TIMES_S.filter((time) => time <= 60);
const MEMORIES_S = [0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30];
const FILTERS = ["bayes", "exponential", "none"];

/**
 * @param {object} app
 * @param {import("./rules_draft.js").RulesDraft | import("./label_draft.js").LabelDraft} draft
 * @param {() => void} changed  something is tried, or no more
 * @param {{ofLabel: boolean}} options  those that a label can have of its own
 */
export function ruleFields(app, draft, changed, { ofLabel }) {
  const { t, form } = app;
  /** @type {(() => void)[]} */
  const shows = [];

  function tried(key, value) {
    draft.set(key, value);
    for (const show of shows) show();
    changed();
  }

  function score(key) {
    const made = slider(t(`rule.${key}`), {
      value: draft.value(key), text: form.percent, hint: t(`rule.${key}.hint`), changed: (v) => tried(key, v),
    });
    shows.push(() => { made.value = draft.value(key); });
    return made.element;
  }

  /** Times are slid along round ones: a second counts at the beginning, an hour at the end. */
  function time(key, all, zero = t("rule.at_once")) {
    const steps = () => [...new Set([...all, draft.value(key)])].sort((a, b) => a - b);
    let now = steps();
    const made = slider(t(`rule.${key}`), {
      value: now.indexOf(draft.value(key)), min: 0, max: now.length - 1, step: 1,
      text: (index) => (now[index] ? form.duration(now[index]) : zero),
      hint: t(`rule.${key}.hint`), changed: (index) => tried(key, now[index]),
    });
    shows.push(() => {
      if (!now.includes(draft.value(key))) {
        now = steps();
        made.input.max = now.length - 1;
      }
      made.value = now.indexOf(draft.value(key));
    });
    return made.element;
  }

  function flag(key) {
    const made = toggle(t(`rule.${key}`), {
      value: draft.value(key), hint: t(`rule.${key}.hint`), changed: (isOn) => tried(key, isOn),
    });
    shows.push(() => { made.value = draft.value(key); });
    return made.element;
  }

  function exits() {
    const follows = toggle(t("rule.exit_follows"), {
      value: draft.isUsual("threshold_exit"),
      changed: (isOn) => tried("threshold_exit", isOn ? null : Math.round(draft.value("threshold_exit") * 100) / 100),
    });
    const exit = el("div", {}, score("threshold_exit"));
    shows.push(() => {
      follows.value = draft.isUsual("threshold_exit");
      exit.hidden = follows.value;
    });
    return [follows.element, exit];
  }

  function filters() {
    const filter = segmented(t("rule.filter"), FILTERS.map((one) => [one, t(`rule.filter.${one}`)]), {
      value: draft.value("filter"), changed: (kind) => tried("filter", kind),
    });
    const hint = el("p", { class: "hint" });
    const memory = el("div", {}, time("memory_s", MEMORIES_S));
    const smoothing = el("div", {}, time("smoothing_s", MEMORIES_S));
    shows.push(() => {
      const kind = draft.value("filter");
      filter.value = kind;
      fill(hint, t(`rule.filter.${kind}.hint`));
      memory.hidden = kind !== "bayes";
      smoothing.hidden = kind !== "exponential";
    });
    return [el("div", { class: "stack" }, filter.element, hint), memory, smoothing];
  }

  const more = [time("hold_s", TIMES_S, t("rule.off")), time("cooldown_s", TIMES_S, t("rule.off"))];
  const element = el("div", { class: "tune-rules" },
    ofLabel && [flag("rare"), flag("muted")],
    score("threshold_enter"), exits(), !ofLabel && filters(), time("confirm_s", SHORT_S), time("expire_s", SHORT_S),
    ofLabel ? more : el("details", { class: "tune-more" }, el("summary", {}, t("tune.more")),
      el("div", { class: "tune-rules" }, more, score("unknown_below"))));
  const show = () => { for (const one of shows) one(); };
  show();
  return { element, show };
}
