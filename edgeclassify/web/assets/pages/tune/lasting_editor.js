/** After which times it is told that a label is still there: times per label, added and taken away. */

import { button, iconButton } from "../../parts/button.js";
import { el, fill } from "../../parts/element.js";
import { select, textField } from "../../parts/field.js";

const TIMES_S = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400];
const MOST = 20;

/**
 * @param {object} app
 * @param {string[]} labels  that the view can show
 * @param {import("./rules_draft.js").RulesDraft} draft
 * @param {() => void} changed
 */
export function lastingEditor(app, labels, draft, changed) {
  const { t, form } = app;
  const rows = el("ul", { class: "lasting-rows" });
  const list = el("datalist", { id: "tune-labels" }, labels.map((label) => el("option", { value: label })));
  const label = textField(t("lasting.label"), { list: "tune-labels", autocomplete: "off" });
  const time = select(t("lasting.after"), TIMES_S.map((one) => [String(one), form.duration(one)]), { value: "600" });
  const adding = button(t("lasting.add"), add, { icon: "plus", small: true });
  const element = el("div", { class: "stack" }, el("p", { class: "hint" }, t("lasting.hint")), rows, list,
    el("div", { class: "lasting-new" }, label.element, time.element, adding));

  function put(table) {
    draft.set("lasting", Object.keys(table).length ? table : null);
    show();
    changed();
  }

  function add() {
    const name = label.value.trim();
    const table = draft.value("lasting");
    const times = [...new Set([...(table[name] ?? []), Number(time.value)])].sort((a, b) => a - b);
    const isKnown = labels.includes(name) || /[*?]/.test(name);
    label.fault(!isKnown ? t("lasting.unknown") : times.length > MOST ? t("lasting.too_many", { n: MOST }) : "");
    if (!isKnown || times.length > MOST) return;
    label.value = "";
    put({ ...table, [name]: times });
  }

  function remove(name, seconds) {
    const { [name]: times, ...others } = draft.value("lasting");
    const left = times.filter((one) => one !== seconds);
    put(left.length ? { ...others, [name]: left } : others);
  }

  function show() {
    fill(rows, Object.entries(draft.value("lasting")).map(([name, times]) =>
      el("li", { class: "lasting-row" }, el("span", { class: "lasting-label" }, name),
        times.map((seconds) => el("span", { class: "chip" }, form.duration(seconds),
          iconButton("cross", t("lasting.remove", { label: name, time: form.duration(seconds) }),
            () => remove(name, seconds)))))));
  }

  show();
  return { element, show };
}
