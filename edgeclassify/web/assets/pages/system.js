/** System: the node's health, its cameras, what is switched and snoozed, modes, a check-up, the log, the page's look. */

import { button } from "../parts/button.js";
import { card, skeleton } from "../parts/card.js";
import { el, fill } from "../parts/element.js";
import { look } from "../shell/shell.js";
import { cameras } from "./system/cameras.js";
import { checkup } from "./system/checkup.js";
import { healthTiles } from "./system/health_tiles.js";
import { logLines } from "./system/log_lines.js";
import { modes } from "./system/modes.js";
import { switches } from "./system/switches.js";

export const title = "system.title";

export function open(root, app) {
  const { t } = app;
  const health = healthTiles(app);
  const each = cameras(app);
  const views = switches(app);
  const profiles = modes(app);
  const log = logLines(app);
  const doctor = checkup(app);
  const about = el("dl", { class: "about" });
  const healthCard = card({ title: t("system.health") }, app.now.health ? health.element : skeleton("16rem"));

  fill(root, el("div", { class: "system" },
    el("div", { class: "system-column" }, healthCard,
      card({ class: "system-later", title: t("system.cameras") }, each.element),
      card({ class: "system-later", title: t("system.checkup") }, doctor.element),
      card({ class: "system-later", title: t("system.log") }, log.element)),
    el("div", { class: "system-column" },
      card({ title: t("system.views") }, views.element),
      card({ title: t("system.modes") }, profiles.element),
      card({ class: "system-later", title: t("look.title") }, look(app)),
      card({ class: "system-later", title: t("system.node") }, about, el("div", { class: "row" },
        button(t("system.reload"), reload, { icon: "refresh" }))))));

  async function reload() {
    try {
      await app.api.ask("reload");
      app.say(t("system.reloaded"));
    } catch (error) {
      app.say(error);
    }
  }

  function showAbout() {
    const { info, health } = app.now;
    const clock = health && t(health.clock_synchronised === null ? "health.clock_unknown"
      : health.clock_synchronised ? "health.clock_set" : "health.clock_unset");
    const rows = [
      ["name", app.node.name], ["version", app.node.version], ["python", info?.python],
      ["started", info?.started && app.form.time(info.started)],
      ["uptime", health && app.form.duration(health.uptime_s)],
      ["clock", clock && `${clock}, ${app.node.time_zone ?? t("health.zone_of_machine")}`],
      ["models", info?.models?.map((one) => `${one.name} (${one.runtime})`).join(", ")],
    ].filter(([, value]) => value);
    fill(about, rows.map(([key, value]) =>
      el("div", {}, el("dt", {}, t(`about.${key}`)), el("dd", {}, value))));
  }

  function showHealth() {
    if (app.now.health && !health.element.isConnected) healthCard.lastElementChild.replaceWith(health.element);
    health.show();
    each.show();
    showAbout();
  }

  function showAll() {
    showHealth();
    views.show();
    profiles.show();
  }

  const offs = [
    app.now.on(["health"], showHealth),
    app.now.on(["option", "snooze", "availability"], views.show),
    app.now.on("profile", profiles.show),
    app.now.on(["now", "info", "node"], showAll),
  ];
  showAll();

  return () => {
    offs.forEach((off) => off());
    log.close();
    doctor.close();
  };
}
