/** How often labels started on each of the last days, as bars; a press on one shows that day. */

import { card, skeleton } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";

const DAYS = 14;
const HEIGHT = 70;
const MOST_LABELS = 6;
const DAY_MS = 86_400_000;

const dayKey = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  .map((one) => String(one).padStart(2, "0")).join("-");

export function counts(app, filters) {
  const bars = el("ol", { class: "day-bars" });
  const legend = el("ul", { class: "legend" });
  const sum = el("span", { class: "muted small" });
  const element = card({ title: app.t("events.per_day"), actions: [sum] }, bars, legend);
  fill(bars, skeleton("96px"));

  let turn = 0;
  const load = async () => {
    const mine = (turn += 1);
    const { view, label } = filters.chosen;
    const first = new Date(Date.now() - (DAYS - 1) * DAY_MS);
    first.setHours(0, 0, 0, 0);
    const answer = await app.api.get("api/events/counts", { per: "day", view, label, since: first.toISOString() });
    if (mine === turn) draw(byDay(answer.counts));
    return [...new Set(answer.counts.map((one) => one.label))];
  };
  const draw = (days) => {
    const most = Math.max(1, ...days.map((day) => day.sum));
    const labels = commonest(days);
    const total = days.reduce((all, day) => all + day.sum, 0);
    sum.textContent = app.n("events.starts", total);
    fill(bars, days.map((day) => el("li", {}, dayBar(app, day, most, labels, filters))));
    fill(legend, labels.map((label) => el("li", {}, el("span", { class: "dot", style: {
      background: labelColor(label) } }), label)));
  };
  return { element, load };
}

/** Every day of the last ones, also those on which nothing started. */
function byDay(rows) {
  const found = new Map();
  for (const { begin, name, label, starts } of rows) {
    const day = found.get(name) ?? { begin, starts: new Map(), sum: 0 };
    day.starts.set(label, (day.starts.get(label) ?? 0) + starts);
    day.sum += starts;
    found.set(name, day);
  }
  return Array.from({ length: DAYS }, (_, i) => {
    const date = new Date(Date.now() - (DAYS - 1 - i) * DAY_MS);
    date.setHours(0, 0, 0, 0);
    return { begin: date.toISOString(), starts: new Map(), sum: 0, ...found.get(dayKey(date)) };
  });
}

function commonest(days) {
  const sums = new Map();
  for (const day of days) for (const [label, n] of day.starts) sums.set(label, (sums.get(label) ?? 0) + n);
  return [...sums].sort((one, other) => other[1] - one[1]).slice(0, MOST_LABELS).map(([label]) => label);
}

function dayBar(app, day, most, labels, filters) {
  const date = new Date(day.begin);
  const end = new Date(date);
  end.setDate(end.getDate() + 1);
  const isChosen = filters.chosen.since === day.begin;
  const parts = labels.filter((label) => day.starts.has(label)).map((label) => [labelColor(label), day.starts.get(label)]);
  const others = day.sum - parts.reduce((all, [, n]) => all + n, 0);
  if (others > 0) parts.push(["var(--label-none)", others]);
  const name = `${app.form.day(day.begin)}: ${app.n("events.starts", day.sum)}`;
  return el("button", {
    type: "button", class: "day-bar", "aria-label": name, title: name, "aria-pressed": String(isChosen),
    disabled: day.sum === 0,
    on: { click: () => filters.set(isChosen ? { since: "", until: "" } : { since: day.begin, until: end.toISOString() }) },
  },
  el("span", { class: "day-sum" }, day.sum || ""),
  el("span", { class: "day-stack", style: { height: `${(day.sum / most) * HEIGHT}px` } },
    parts.map(([color, n]) => el("i", { style: { background: color, flexGrow: n } }))),
  el("span", { class: "day-name" }, date.getDate()));
}
