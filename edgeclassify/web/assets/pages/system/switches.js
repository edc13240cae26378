/** Each view on or off, and snoozed for a while: all that is left alone comes back by itself. */

import { button } from "../../parts/button.js";
import { chip } from "../../parts/card.js";
import { dialog } from "../../parts/dialog.js";
import { el, fill } from "../../parts/element.js";
import { toggle } from "../../parts/field.js";
import { HEARD_MS, pendingChoices } from "../../state/pending_choices.js";

const FOR_S = [900, 3600, 4 * 3600, 12 * 3600];
const MORNING_HOUR = 7;

export function switches(app) {
  const { t, form } = app;
  const list = el("ul", { class: "switches" });
  const element = el("div", { class: "stack" }, list, el("div", { class: "row" },
    button(t("system.snooze_all"), () => chooseTime(""), { icon: "snooze" })));
  /** @type {Map<string, object>} */
  const rows = new Map();
  const chosen = pendingChoices({ heldMs: HEARD_MS, ended: show });

  async function ask(command, args) {
    try {
      return await app.api.ask(command, args);
    } catch (error) {
      app.say(error);
      throw error;
    }
  }

  function chooseTime(view) {
    const morning = new Date();
    morning.setHours(MORNING_HOUR, 0, 0, 0);
    if (morning.getTime() <= Date.now()) morning.setDate(morning.getDate() + 1);
    const choices = [...FOR_S.map((seconds) => [form.duration(seconds), seconds]),
      [t("system.until", { time: form.time(morning) }), Math.round((morning.getTime() - Date.now()) / 1000)]];
    const shown = dialog(app, { title: view ? t("system.snooze_view", { view }) : t("system.snooze_all") },
      el("p", { class: "muted" }, t("system.snooze_text")),
      el("div", { class: "snooze-times" }, choices.map(([text, seconds]) => button(text,
        () => ask("pause", view ? { view, seconds } : { seconds }).then(() => shown.close(), () => {})))));
  }

  function madeRow(name) {
    const state = el("span", { class: "switch-state" });
    const isOn = toggle(name, {
      changed: (value) => chosen.until(name, value,
        () => ask("set", { view: name, option: "enabled", value })).catch(() => {}),
    });
    const snooze = button(t("system.snooze"), () => chooseTime(name), { icon: "snooze", small: true });
    const wake = button(t("system.wake"), () => ask("resume", { view: name }).catch(() => {}), { icon: "play", small: true });
    const row = el("li", { class: "switch" }, isOn.element, el("div", { class: "row between" }, state,
      el("div", { class: "row" }, snooze, wake)));
    return { row, isOn, state, snooze, wake };
  }

  function show() {
    const names = app.node.views.map((one) => one.name);
    for (const name of names) if (!rows.has(name)) rows.set(name, madeRow(name));
    const wanted = names.map((name) => rows.get(name).row);
    if (wanted.length !== list.children.length || wanted.some((row, index) => list.children[index] !== row)) {
      fill(list, wanted);
    }
    for (const name of names) showRow(name);
  }

  function showRow(name) {
    const { isOn, state, snooze, wake } = rows.get(name);
    const now = app.now.view(name);
    const until = now?.snooze;
    const enabled = now?.options?.enabled ?? true;
    isOn.value = chosen.or(name, enabled);
    fill(state, until ? chip(t("system.snoozed_until", { time: form.time(until) }), { icon: "snooze" })
      : !enabled ? chip(t("state.off"), { icon: "pause" })
      : now?.online === false ? chip(t("state.offline"), { kind: "warning", icon: "no-camera" })
      : chip(t("state.watched"), { kind: "ok", icon: "live" }));
    snooze.hidden = Boolean(until) || !enabled;
    wake.hidden = !until;
  }

  return { element, show };
}
