/** Views that come, go and are called otherwise: each asks first, and says what the node made of it. */

import { button } from "../../parts/button.js";
import { dialog } from "../../parts/dialog.js";
import { el } from "../../parts/element.js";
import { textField } from "../../parts/field.js";

const NAME = "[a-zA-Z0-9_\\-]{1,64}";

/** @returns {Promise<string>} the name of the new view; "": there is none */
export async function addView(app, file, { camera, region }) {
  return named(app, {
    title: app.t("aim.add"), text: app.t("aim.add_text"), value: freeName(app, camera), yes: app.t("aim.add_yes"),
    carryOut: (name) => file.change(file.viewAdded(name, { camera, roi: region })),
  });
}

/** @returns {Promise<string>} the name that it has now; "": it stays as it was */
export async function renameView(app, file, view) {
  const name = await named(app, {
    title: app.t("aim.rename"), text: app.t("aim.rename_text", { view }), value: view, yes: app.t("aim.rename"),
    carryOut: (wanted) => file.change(file.viewKeys(view, { name: wanted })),
  });
  if (!name || name === view) return "";
  await app.refresh();
  app.say(app.t("aim.renamed", { view: name }));
  return name;
}

export async function removeView(app, file, view) {
  const isSure = await app.confirm({
    title: app.t("aim.remove_title", { view }), text: app.t("aim.remove_text"), yes: app.t("aim.remove"),
    danger: true,
  });
  if (!isSure) return;
  try {
    await file.change([{ path: ["view", view], value: null }]);
    await app.refresh();
    app.say(app.t("aim.removed", { view }));
  } catch (error) {
    app.say(error);
  }
}

async function named(app, { title, text, value, yes, carryOut }) {
  const field = textField(app.t("aim.name"), {
    value, hint: app.t("aim.name_hint"), autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    pattern: NAME, maxlength: 64,
  });
  const form = el("form", { class: "stack", novalidate: true });
  const shown = dialog(app, { title }, form);
  const sent = async () => {
    const name = field.value.trim();
    if (!new RegExp(`^${NAME}$`).test(name)) {
      field.fault(app.t("aim.name_fault"));
      return;
    }
    try {
      if (name !== value || title === app.t("aim.add")) await carryOut(name);
      shown.close(name);
    } catch (error) {
      field.fault(error.message);
    }
  };
  const go = button(yes, sent, { kind: "main" });
  form.append(el("p", { class: "muted" }, text), field.element, el("div", { class: "row end" },
    button(app.t("action.cancel"), () => shown.close("")), go));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go.click();
  });
  field.input.select();
  return (await shown.closed) ?? "";
}

function freeName(app, camera) {
  const taken = new Set(app.node.views.map((one) => one.name));
  for (let number = 2; ; number += 1) {
    const name = `${camera}-${number}`;
    if (!taken.has(name)) return name;
  }
}
