/** The node gathers pictures that differ, over hours, while nobody need look. */

import { button } from "../../parts/button.js";
import { card, notice, skeleton } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { segmented } from "../../parts/field.js";
import { taught } from "./taught.js";

const EVERY_MS = 5_000;
const HOURS = [1, 8, 24, 72];
const USUAL = 24;

export function openCollecting({ root, app, view, model, changed }) {
  const teach = taught(app);
  const place = el("div", { class: "stack" }, skeleton("10rem"));
  root.append(el("div", { class: "teach-lead" }, el("h2", {}, app.t("teach.collect_title")),
    el("p", { class: "muted" }, app.t("teach.collect_lead"))), place);
  let timer = 0;
  let shown = "";
  let isClosed = false;

  async function look() {
    clearTimeout(timer);
    if (!document.hidden) await ask();
    if (!isClosed) timer = setTimeout(look, EVERY_MS);
  }

  async function ask() {
    try {
      const known = (await teach.collections(model)).find((one) => one.view === view.name);
      // Asked of the node it is exact: what it has seen lately is not written yet.
      paint(known?.running ? await teach.collect(model, view.name) : (known ?? null));
    } catch (error) {
      // Later on the bar says what is wrong with the connection.
      if (!shown) fill(place, notice("danger", error.message));
    }
  }

  function paint(one) {
    if (isClosed) return;
    changed({ kept: one?.kept ?? 0 });
    if (one) tell(one);
    const now = one ? `running: ${one.running}` : "none";
    if (now === shown) return;
    shown = now;
    fill(place, one && progress(one.running), !one?.running && starts());
  }

  function starts() {
    let hours = USUAL;
    const choice = segmented(app.t("teach.how_long"), HOURS.map((one) => [String(one), app.n("teach.hours", one)]), {
      value: String(USUAL), changed: (to) => { hours = Number(to); },
    });
    return card({}, el("div", { class: "stack" }, choice.element,
      button(app.t("teach.collect_start"), () => act({ hours }), { kind: "main", icon: "play", class: "button main wide" })));
  }

  const count = el("p", { class: "teach-big" });
  const left = el("p", { class: "muted" });
  const part = el("span");
  const bar = el("div", { class: "teach-progress", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100,
    "aria-label": app.t("teach.collect_progress") }, part);

  /** In place: what is pressed meanwhile stays where it is. */
  function tell(one) {
    const percent = one.running ? 100 * (1 - one.hours_left / one.hours) : 100;
    count.textContent = app.n("teach.pictures", one.kept);
    left.textContent = one.running
      ? app.t("teach.collect_left", { time: app.form.duration(one.hours_left * 3600) }) : app.t("teach.collect_ended");
    part.style.width = `${percent}%`;
    bar.setAttribute("aria-valuenow", Math.round(percent));
  }

  function progress(isRunning) {
    return card({ class: "teach-collected" }, count, left, bar,
      isRunning && notice("info", app.t("teach.collect_away")),
      isRunning && el("div", { class: "row end" },
        button(app.t("teach.collect_stop"), () => act({ stop: true }), { kind: "quiet", small: true, icon: "cross" })));
  }

  async function act(order) {
    try {
      paint(await teach.collect(model, view.name, order));
    } catch (error) {
      app.say(error);
    }
  }

  look();
  return () => { isClosed = true; clearTimeout(timer); };
}
