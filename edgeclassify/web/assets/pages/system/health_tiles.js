/** The node in figures, and in words what of them needs somebody. */

import { notice, tile } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";

const HOT_C = 70;
const TOO_HOT_C = 80;

export function healthTiles(app) {
  const { t, form } = app;
  const faults = el("div", { class: "stack tight" });
  const tiles = el("div", { class: "grid system-tiles" });
  const element = el("div", { class: "stack" }, faults, tiles);

  const number = (value, digits = 0) => (value === null || value === undefined ? "–" : form.number(value, digits));
  const bytes = (value) => (value === null || value === undefined ? "–" : form.bytes(value));

  function faultsOf(health) {
    return [
      health.throttled && ["warning", t("system.is_throttled")],
      health.spool_on_disk === false && ["danger", t("system.not_on_disk")],
      health.state_folder === "volatile" && ["warning", t("system.volatile")],
      clockIsWrong(health) && ["warning", t("system.clock_unset")],
      health.webhook_connected === false && ["warning", t("system.webhook_away")],
      health.spool_dropped > 0 && ["warning", app.n("system.events_lost", health.spool_dropped)],
    ].filter(Boolean);
  }

  /** A node that trusts its clock (node.trust_clock) counts days whatever a time server says. */
  const clockIsWrong = (health) => health.clock_synchronised === false
    && Object.values(app.now.views).some((view) => view.state?.clock === "unset");

  function heat(degrees) {
    if (degrees === null || degrees === undefined) return "";
    return degrees >= TOO_HOT_C ? "danger" : degrees >= HOT_C ? "warning" : "";
  }

  function rows(health) {
    const ms = t("unit.ms", { n: number(health.inference_ms_p50, 1) });
    return [
      tile(t("health.fps"), number(health.fps, 1), {
        icon: "speed", note: t("health.frames", { n: number(health.frames) }),
      }),
      tile(t("health.latency"), health.inference_ms_p50 === null ? "–" : ms, {
        icon: "clock", note: t("health.latency_95", { n: number(health.inference_ms_p95, 1) }),
      }),
      health.temperature_c !== null && tile(t("health.temperature"), `${number(health.temperature_c, 1)} °C`, {
        icon: "heat", kind: heat(health.temperature_c),
        note: health.throttled === null ? t("health.throttled_unknown")
          : t(health.throttled ? "health.throttled" : "health.not_throttled"),
      }),
      tile(t("health.memory"), bytes(health.rss_bytes), { icon: "memory" }),
      tile(t("health.waiting"), number(health.spool_depth), {
        icon: "queue", kind: health.spool_on_disk === false ? "warning" : "",
        note: t(health.spool_on_disk === false ? "health.in_memory" : "health.on_disk"),
      }),
      tile(t("health.events"), number(health.events), {
        icon: "events", kind: health.spool_dropped ? "warning" : "",
        note: t("health.lost", { n: number(health.spool_dropped) }),
      }),
      tile(t("health.left_out"), number(health.dropped), {
        icon: "picture", note: t("health.still", { n: number(health.still_frames) }),
      }),
      tile(t("health.written"), bytes(health.bytes_written_day), {
        icon: "download", note: t("health.written_all", { n: bytes(health.bytes_written) }),
      }),
      health.broker_connects !== null && health.broker_connects !== undefined
        && tile(t("health.broker"), health.broker ?? t("health.no_broker"), {
          icon: "network", kind: health.broker ? "" : "warning",
          note: t("health.broker_times", { n: number(health.broker_connects), m: number(health.broker_changes) })
            + ((health.broker_lacks ?? "nothing") === "nothing" ? "" : `; ${t("health.broker_lacks", { what: health.broker_lacks })}`),
        }),
      health.webhook_connected !== null && health.webhook_connected !== undefined
        && tile(t("health.webhook"), t(health.webhook_connected ? "health.reached" : "health.away"), {
          icon: "network", kind: health.webhook_connected ? "" : "warning",
          note: t("health.webhook_waiting", { n: number(health.webhook_depth) }),
        }),
    ];
  }

  return {
    element,
    show() {
      const { health } = app.now;
      if (!health) return;
      fill(faults, faultsOf(health).map(([kind, text]) => notice(kind, text)));
      fill(tiles, rows(health));
    },
  };
}
