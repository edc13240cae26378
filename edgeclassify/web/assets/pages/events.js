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
const FRESH = 20;
const FRESH_MS = 1_200;
const PICTURE_MS = 6_000;
const FAR_DOWN = 400;

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
  let again = 0;
  let awaited = 0;
  let drawn = new Map();
  const unseen = el("div", { class: "unseen" });

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
      if (before === null) awaitPicture(answer.events[0]);
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
    const before = drawn;
    drawn = new Map(all.map((stay) => [stay.id, rowOf(app, stay, said, before.get(stay.id))]));
    fill(list, all.length > 0 ? days(app, all).map(([day, some]) => dayOf(day, some, drawn)) : nothing(app, filters));
    fill(more, next !== null && button(app.t("events.more"), () => load(next)));
    fill(unseen);
  };
  /** Who reads further down is not moved: a button says that there is more. */
  const showFresh = (how) => {
    if (scrollY < FAR_DOWN) how();
    else fill(unseen, button(app.t("events.fresh"), () => { how(); scrollTo({ top: 0 }); }, { kind: "main", small: true }));
  };
  /** What has come meanwhile. Where there is more than that, all is asked for anew: what lies between is not known. */
  const addFresh = async () => {
    const mine = turn;
    try {
      const answer = await app.api.get("api/events", { ...query(), limit: FRESH });
      if (mine !== turn) return;
      const isGap = answer.next_before_seq !== null && !stays.has(answer.events.at(-1).seq);
      if (!isGap) awaitPicture(answer.events[0]);
      if (!isGap && !stays.add(answer.events)) return;
      showFresh(isGap ? () => load() : show);
      await perDay.load();
    } catch {
      // The next event tries again, and the bar says what is wrong with the connection.
    }
  };
  /** The node may write a picture some seconds later: looked for once more. */
  const awaitPicture = (newest) => {
    if (!newest || newest.has_picture || newest.seq === awaited) return;
    awaited = newest.seq;
    clearTimeout(again);
    again = setTimeout(addFresh, PICTURE_MS);
  };
  const off = app.now.on(["event", "now"], () => {
    fresh ||= setTimeout(() => { fresh = 0; addFresh(); }, FRESH_MS);
  });

  root.append(
    el("div", { class: "filter-bar" }, filters.element,
      button(app.t("events.export"), () => showExport(app, filters), { icon: "download", small: true,
        title: app.t("events.export") })),
    el("div", { class: "events" }, el("div", { class: "events-side" }, perDay.element),
      el("div", { class: "events-main" }, unseen, list, more)));
  perDay.load().then((labels) => filters.offer(labels)).catch((error) => app.say(error));
  load();
  return () => { off(); clearTimeout(fresh); clearTimeout(again); turn += 1; };
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

/** The row that is there already, unless something has come of its stay. */
function rowOf(app, stay, said, before) {
  const isNow = app.now.view(stay.view)?.state?.event_id === stay.id;
  const content = JSON.stringify([stay.events.map((one) => one.seq), [...stay.pictures], said.has(stay.id), isNow]);
  return before?.content === content ? before : { content, element: stayRow(app, stay, said) };
}

function dayOf(day, stays, rows) {
  return el("section", { class: "day" }, el("h2", { class: "day-title" }, day),
    el("ol", { class: "stays" }, stays.map((stay) => rows.get(stay.id).element)));
}

function nothing(app, filters) {
  return filters.isAny ? empty("filter", app.t("events.none_such"), app.t("events.none_such_text"))
    : empty("events", app.t("events.none"), app.t("events.none_text"),
      el("a", { class: "button", href: "#/live" }, app.t("nav.live")));
}
