/** For how long a view, or all of them, shall be left alone. */

import { button } from "../../parts/button.js";
import { dialog } from "../../parts/dialog.js";
import { el } from "../../parts/element.js";
import { toggle } from "../../parts/field.js";

const CHOICES = [600, 3_600, 8 * 3_600, 24 * 3_600];

export async function askSnooze(app, view) {
  const all = toggle(app.t("snooze.all"), { value: false });
  const choices = el("div", { class: "choices" });
  const shown = dialog(app, { title: app.t("snooze.title", { view: view.name }) }, el("div", { class: "stack" },
    el("p", { class: "muted" }, app.t("snooze.lead")), choices, app.node.views.length > 1 && all.element));
  choices.append(
    ...CHOICES.map((time) => button(app.t(`snooze.${time}`), () => shown.close({ seconds: time }))),
    button(app.t("snooze.until_resumed"), () => shown.close({})));
  const chosen = await shown.closed;
  if (!chosen) return;
  try {
    await app.api.ask("pause", all.value ? chosen : { view: view.name, ...chosen });
    app.say(app.t("snooze.done"));
  } catch (error) {
    app.say(error);
  }
}
