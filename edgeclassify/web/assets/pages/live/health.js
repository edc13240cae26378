/** How the node is, in a few tiles; in full on the page System. */

import { card, skeleton, tile } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";

export function healthTiles(app) {
  const tiles = el("div", { class: "grid health-tiles" }, Array.from({ length: 6 }, () => skeleton("72px")));
  const element = card({ title: app.t("live.health"), actions: [el("a", { class: "button quiet small",
    href: "#/system" }, app.t("live.details"))] }, tiles);
  const show = () => {
    if (app.now.health) fill(tiles, tilesOf(app, app.now.health));
  };
  const off = app.now.on(["now", "health"], show);
  show();
  return { element, close: off };
}

function tilesOf(app, health) {
  const { t, form } = app;
  const ms = (value) => (value === null || value === undefined ? "–" : `${form.number(value, value < 10 ? 1 : 0)} ms`);
  const tiles = [
    tile(t("tile.fps"), form.number(health.fps, 1), { icon: "speed", note: t("tile.fps_note") }),
    tile(t("tile.latency"), ms(health.inference_ms_p50), { icon: "clock",
      note: t("tile.latency_note", { p95: ms(health.inference_ms_p95) }) }),
  ];
  if (health.temperature_c !== null) tiles.push(heat(app, health));
  if (isNumber(health.slowdown)) tiles.push(governor(app, health));
  if (isNumber(health.battery_percent)) tiles.push(battery(app, `${form.number(health.battery_percent)} %`));
  if (isNumber(health.battery_volts)) tiles.push(battery(app, `${form.number(health.battery_volts, 2)} V`));
  if (health.rss_bytes !== null) tiles.push(tile(t("tile.memory"), form.bytes(health.rss_bytes), { icon: "memory" }));
  tiles.push(spool(app, health));
  return [...tiles, ...health.cameras.map((one) => camera(app, one))];
}

function heat({ t, form }, { temperature_c: degrees, throttled }) {
  return tile(t("tile.temperature"), `${form.number(degrees)} °C`, { icon: "heat",
    kind: throttled ? "warning" : "", note: t(throttled ? "tile.throttled" : "tile.not_throttled") });
}

const isNumber = (value) => typeof value === "number";

function governor({ t, form }, { slowdown, slowed_by: reasons }) {
  const note = slowdown === 1 ? t("tile.slowdown_none") : t("tile.slowdown_by", {
    reasons: reasons.split(", ").map((one) => t(`slowed.${one}`)).join(", ") });
  return tile(t("tile.slowdown"), `${form.number(slowdown, slowdown < 10 ? 1 : 0)} ×`, { icon: "speed", note,
    kind: slowdown === 1 ? "" : "warning" });
}

function battery({ t }, shown) {
  return tile(t("tile.battery"), shown, { icon: "spark" });
}

function spool({ t, form }, { spool_depth: depth, spool_on_disk: onDisk }) {
  const note = !onDisk ? "tile.spool_memory" : depth > 0 ? "tile.spool_waits" : "tile.spool_empty";
  return tile(t("tile.spool"), form.number(depth), { icon: "queue", note: t(note),
    kind: !onDisk || depth > 200 ? "warning" : "" });
}

const STATE_KINDS = { failed: "danger", restarting: "warning" };

function camera({ t, n, form }, { name, state, frame_age_s: age, restarts, reopens, error }) {
  const losses = restarts + reopens;
  const note = error || (losses > 0 ? n("tile.restarts", losses)
    : age === null ? "" : t("tile.frame_age", { time: form.duration(age) }));
  return tile(name, t(`camera.${state}`), { icon: "camera", kind: STATE_KINDS[state] ?? "", note });
}
