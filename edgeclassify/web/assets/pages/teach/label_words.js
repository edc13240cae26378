/** Labels as people see them, and the question for one. */

import { button } from "../../parts/button.js";
import { chip } from "../../parts/card.js";
import { dialog } from "../../parts/dialog.js";
import { el } from "../../parts/element.js";
import { textField } from "../../parts/field.js";
import { labelColor } from "../../parts/label_colors.js";
import { faultOfLabel } from "./names.js";

/** @param {string | null} label */
export function labelText(app, label) {
  return label ?? app.t("teach.none_of_these");
}

/** @param {string | null} label */
export function labelChip(app, label) {
  return chip(labelText(app, label), { color: labelColor(label) });
}

/**
 * Ask for a new label. @param {string[]} known @returns {Promise<string | undefined>} undefined: nothing was said
 */
export async function askLabel(app, known) {
  const field = textField(app.t("teach.label"), {
    hint: app.t("teach.label_hint"), placeholder: app.t("teach.label_example"), maxlength: 64, autocomplete: "off",
    autocapitalize: "none", changed: () => field.fault(""),
  });
  const use = () => {
    const label = field.value.trim();
    const fault = known.includes(label) ? "" : faultOfLabel(label);
    if (fault) field.fault(app.t(fault));
    else shown.close(label);
  };
  const form = el("form", { class: "stack", on: { submit: (event) => { event.preventDefault(); use(); } } },
    field.element, el("div", { class: "row end" }, button(app.t("teach.label_add"), use, { kind: "main" })));
  const shown = dialog(app, { title: app.t("teach.new_label") }, form);
  field.input.focus();
  return shown.closed;
}

/**
 * Ask which label: one of the known ones, none of them, or a new one.
 *
 * @param {(string | null)[]} labels @returns {Promise<string | null | undefined>} undefined: nothing was said
 */
export async function chooseLabel(app, title, labels) {
  const named = labels.filter((one) => one !== null);
  const choice = (label, text) => el("button", {
    type: "button", class: "button wide teach-choice", on: { click: () => shown.close(label) },
  }, el("span", { class: "dot", style: { background: labelColor(label) } }), text);
  const other = button(app.t("teach.new_label"), () => shown.close(""), { icon: "plus", kind: "quiet" });
  const shown = dialog(app, { title }, el("div", { class: "stack tight" },
    named.map((label) => choice(label, label)), choice(null, app.t("teach.none_of_these")), other));
  const chosen = await shown.closed;
  return chosen === "" ? askLabel(app, named) : chosen;
}
