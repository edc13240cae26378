/** The first step: which view, what part of its picture, and what the classifier is called. */

import { button } from "../../parts/button.js";
import { notice } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { textField } from "../../parts/field.js";
import { picture } from "../../parts/picture.js";
import { isSame, listOf, regionOf } from "../../parts/regions.js";
import { roiEditor } from "../../parts/roi_editor.js";
import { tabs } from "../../parts/tabs.js";
import { loadConfig } from "../../state/config_file.js";
import { faultOfModel, freeName } from "./names.js";
import { taught } from "./taught.js";

export function openAim({ root, app, view, model, foot, go }) {
  const before = regionOf(view.roi);
  let region = before;
  const shown = picture(app, { camera: view.camera });
  const editor = roiEditor(app, {
    onSelect: () => {},
    onChange: (_, now) => { region = now; },
    onDrawn: (now) => { region = now; editor.show(new Map([[view.name, region]]), view.name); },
  });
  shown.overlay.append(editor.element);
  editor.show(new Map([[view.name, region]]), view.name);

  const name = textField(app.t("teach.name"), {
    value: model, hint: app.t("teach.name_hint"), placeholder: "gate", maxlength: 64, autocomplete: "off",
    autocapitalize: "none", spellcheck: "false", changed: () => name.fault(""),
  });
  if (!model) suggest();
  async function suggest() {
    const { models } = await taught(app).list().catch(() => ({ models: [] }));
    if (!name.value) name.value = freeName(view.name, models.map((one) => one.name));
  }

  const write = async () => {
    const file = await loadConfig(app);
    if (!file.writable) throw new Error(file.why_not || app.t("teach.not_writable"));
    await file.change(file.viewKeys(view.name, { roi: listOf(region) }));
    app.now.tell("config", {});
  };
  const next = async () => {
    const called = name.value.trim();
    const fault = faultOfModel(called);
    if (fault) {
      name.fault(app.t(fault));
      name.input.focus();
      return;
    }
    if (!isSame(region, before)) {
      try {
        await write();
      } catch (error) {
        app.say(error);
        return;
      }
    }
    go(2, { model: called });
  };

  const views = tabs(app.t("teach.which_view"), app.node.views.map((one) => [one.name, one.name]), {
    value: view.name, changed: (to) => go(1, { view: to, model: name.value.trim() || model }),
  });
  fill(root, el("div", { class: "teach-lead" }, el("h2", {}, app.t("teach.aim_title")),
    el("p", { class: "muted" }, app.t("teach.aim_lead"))), views.element, shown.element,
  !view.has_embedding && notice("warning", app.t("teach.no_embedding", { model: view.model })), name.element);
  foot(button(app.t("action.cancel"), () => app.go("teach", model ? { model } : {}), { kind: "quiet" }),
    button(app.t("teach.next"), next, { kind: "main", icon: "forward", disabled: !view.has_embedding }));
  return () => { editor.close(); shown.close(); };
}
