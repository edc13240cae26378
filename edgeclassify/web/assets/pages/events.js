/** Events: the node's own history, with pictures, filters, counts per day, Right and Wrong, export. */

import { button } from "../parts/button.js";
import { empty, skeleton } from "../parts/card.js";
import { el, fill } from "../parts/element.js";
import { counts } from "./events/counts.js";
import { showExport } from "./events/export.js";
import { Filters } from "./events/filters.js";
import { stayRow } from "./events/stay_row.js";
import { Stays, lastOf } from "./events/stays.js";

export const title = "events.title";

const PAGE = 60;
const FRESH_MS = 1_200;

export function open(root, app, params) {
  if (!app.node.features.history) {
    root.append(empty("events", app.t("events.off"), app.t("events.off_text"), el("code", {}, "[history] enabled = true")));
    return null;
  }
  const list = el("div", { class: "days" });
  const more = el("div", { class: "row center" });
  const said = new Map();
  let stays = new Stays();
  let next = null;
  let turn = 0;
  let fresh = 0;

  const filters = new Filters(app, params, () => { perDay.load().catch(() => {}); load(); });
  const perDay = counts(app, filters);
  const query = () => ({ ...filters.chosen, limit: PAGE });

  const load = async (before = null) => {
    const mine = before === null ? (turn += 1) : turn;
    if (before === null) fill(list, Array.from({ length: 5 }, () => skeleton("84px")));
    try {
      const answer = await app.api.get("api/events", { ...query(), before_seq: before });
      if (mine !== turn) return;
      if (before === null) stays = new Stays();
      stays.add(answer.events);
      next = answer.next_before_seq;
      show();
    } catch (error) {
      if (mine === turn && before === null) {
        fill(list, empty("warning", app.t("events.failed"), error.message, button(app.t("action.retry"), () => load())));
      } else {
        app.say(error);
      }
    }
  };
  const show = () => {
    const all = stays.list();
    fill(list, all.length > 0 ? days(app, all).map(([day, some]) => dayOf(app, day, some, said)) : nothing(app, filters));
    fill(more, next !== null && button(app.t("events.more"), () => load(next)));
  };
  /** What has come meanwhile, once its picture is there, too. */
  const addFresh = async () => {
    const mine = turn;
    try {
      const answer = await app.api.get("api/events", { ...query(), limit: 20 });
      if (mine === turn && stays.add(answer.events)) show();
    } catch {
      // The next event tries again, and the bar says what is wrong with the connection.
    }
  };
  const off = app.now.on(["event", "now"], () => {
    clearTimeout(fresh);
    fresh = setTimeout(addFresh, FRESH_MS);
  });

  root.append(
    el("div", { class: "filter-bar" }, filters.element,
      button(app.t("events.export"), () => showExport(app, filters), { icon: "download", small: true,
        title: app.t("events.export") })),
    el("div", { class: "events" }, el("div", { class: "events-side" }, perDay.element),
      el("div", { class: "events-main" }, list, more)));
  perDay.load().then((labels) => filters.offer(labels)).catch((error) => app.say(error));
  load();
  return () => { off(); clearTimeout(fresh); turn += 1; };
}

/** @returns {[string, object[]][]} by the day of the newest event */
function days(app, stays) {
  const found = new Map();
  for (const stay of stays) {
    const day = app.form.day(lastOf(stay).ts);
    if (!found.has(day)) found.set(day, []);
    found.get(day).push(stay);
  }
  return [...found];
}

function dayOf(app, day, stays, said) {
  return el("section", { class: "day" }, el("h2", { class: "day-title" }, day),
    el("ol", { class: "stays" }, stays.map((stay) => stayRow(app, stay, said))));
}

function nothing(app, filters) {
  return filters.isAny ? empty("filter", app.t("events.none_such"), app.t("events.none_such_text"))
    : empty("events", app.t("events.none"), app.t("events.none_text"),
      el("a", { class: "button", href: "#/live" }, app.t("nav.live")));
}
