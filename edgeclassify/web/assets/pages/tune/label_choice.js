/** Whose rules are tuned: the view's, which go for all labels, or those of one of them. */

import { el, fill } from "../../parts/element.js";
import { select } from "../../parts/field.js";

/** @param {object} app @param {(label: string) => void} chosen  "": all labels */
export function labelChoice(app, chosen) {
  const { t } = app;
  const field = select(t("tune.whose"), [], { changed: chosen });
  let shown = "";

  const group = (heading, labels) => labels.length > 0
    && el("optgroup", { label: heading }, labels.map((label) => el("option", { value: label }, label)));

  return {
    element: field.element,
    get value() { return field.value; },
    /** @param {string[]} own  that have rules of their own @param {string[]} seen @param {string[]} all */
    show(own, seen, all) {
      const lately = seen.filter((label) => !own.includes(label));
      const others = all.filter((label) => !own.includes(label) && !lately.includes(label));
      const wanted = JSON.stringify([own, lately, others]);
      if (wanted === shown) return;
      shown = wanted;
      const { value } = field;
      fill(field.input, el("option", { value: "" }, t("tune.all_labels")), group(t("tune.own_rules"), own),
        group(t("tune.seen_lately"), lately), group(t("tune.other_labels"), others));
      field.value = [...field.input.options].some((one) => one.value === value) ? value : "";
    },
  };
}
