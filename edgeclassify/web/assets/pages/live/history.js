/** The last minutes of a view: states as bands, scores as lines, and its events with their why. */

import { card, empty, skeleton } from "../../parts/card.js";
import { chart } from "../../parts/chart.js";
import { el, fill } from "../../parts/element.js";
import { segmented } from "../../parts/field.js";
import { labelColor, quietColor } from "../../parts/label_colors.js";
import { seconds } from "../../parts/times.js";
import { noveltyText, whyText } from "../../parts/why.js";
import { kept, keep } from "../../shell/theme.js";

const SPANS = ["2", "10", "60"];
const MOST_LINES = 6;
const MOST_EVENTS = 5;
const REDRAW_MS = 500;
const POINT_S = 1;
const LEAST_S = 60;

export function recentHistory(app, view) {
  let minutes = kept("live.minutes") ?? "10";
  let data = null;
  let drawn = null;
  let making = null;
  let turns = 0;
  let closed = false;
  let pointed;
  const plot = el("div", { class: "plot" }, skeleton("200px"));
  const legend = el("ul", { class: "legend" });
  const list = el("ol", { class: "event-list" });
  const span = segmented(app.t("live.span"), SPANS.map((one) => [one, app.t(`live.span.${one}`)]), {
    value: minutes, hideLabel: true, changed: (to) => { minutes = to; keep("live.minutes", to); load(); },
  });
  const timeline = card({ title: app.t("live.timeline"), actions: [span.element] }, plot, legend);
  const events = card({ title: app.t("live.events"), actions: [el("a", { class: "button quiet small",
    href: `#/events?view=${encodeURIComponent(view.name)}` }, app.t("live.all_events"))] }, list);

  const load = async () => {
    const turn = (turns += 1);
    try {
      const answer = await app.api.get(`api/views/${encodeURIComponent(view.name)}/timeline`, { minutes });
      if (closed || turn !== turns) return;
      app.now.setClock(answer.to);
      data = complete(answer);
      slide(app, data, minutes * 60);
      showEvents();
      await draw();
    } catch (error) {
      if (closed || turn !== turns) return;
      drop();
      fill(plot, el("p", { class: "muted" }, error.message));
    }
  };
  /** One chart, however often it is asked for before it is there. */
  const draw = async () => {
    making ??= make();
    drawn = await making;
    if (closed) return;
    drawn.set(data);
    showLegend();
  };
  const make = async () => {
    fill(plot);
    const made = await chart(app, plot, { height: 200, label: app.t("live.timeline_of", { view: view.name }) });
    made.marks([{ at: view.rules.threshold_enter, text: app.t("live.enter") }]);
    made.at((i) => { pointed = i; showLegend(); });
    return made;
  };
  const drop = () => {
    making?.then((made) => made.close(), () => {});
    making = drawn = null;
  };
  /** What the lines are, and how high where the pointer is, else now. */
  const showLegend = () => {
    const i = pointed ?? data.t.length - 1;
    const at = data.t[i];
    fill(legend, at !== undefined && el("li", {}, app.form.exact(at)),
      data.labels.map((label, line) => el("li", {}, el("span", { class: "dot",
        style: { background: quietColor(label) } }), label,
      at !== undefined && el("strong", {}, app.form.percent(data.scores[line][i])))));
  };
  const showEvents = () => {
    const newest = (data?.events ?? []).slice(-MOST_EVENTS).reverse();
    fill(list, newest.length > 0 ? newest.map((one) => eventLine(app, one))
      : empty("events", app.t("live.no_events"), app.t("live.no_events_text")));
  };
  const grow = (state) => {
    if (!data || state.view !== view.name || closed) return;
    extend(data, state, minutes * 60);
  };
  const off = [app.now.on("now", load), app.now.on("state", grow), app.now.on("event", (event) => {
    if (!data || event.view !== view.name) return;
    data.events = [...data.events, event].slice(-200);
    showEvents();
  })];
  const timer = setInterval(() => {
    if (!drawn || !data || document.hidden) return;
    slide(app, data, minutes * 60);
    draw();
  }, REDRAW_MS);
  load();
  return { timeline, events, close: () => {
    closed = true;
    clearInterval(timer);
    off.forEach((one) => one());
    drop();
  } };
}

/** The labels that came highest; one that was not among the best then is drawn at the bottom. */
function complete(answer) {
  return { ...answer, labels: answer.labels.slice(0, MOST_LINES),
    scores: answer.scores.slice(0, MOST_LINES).map((line) => line.map((score) => score ?? 0)) };
}

function extend(data, state, span) {
  const at = seconds(state.ts);
  const label = state.known === false ? null : state.label;
  const last = data.bands[data.bands.length - 1];
  if (!last || last.label !== label) {
    if (last) last.to = at;
    data.bands.push({ label, from: at, to: null });
  }
  if (at - (data.t[data.t.length - 1] ?? 0) < Math.max(POINT_S, span / 600)) return;
  for (const { label: one, score } of state.top.slice(0, 2)) {
    if (score < 0.1 || data.labels.includes(one) || data.labels.length >= MOST_LINES) continue;
    data.labels = [...data.labels, one];
    data.scores.push(data.t.map(() => 0));
  }
  data.t.push(at);
  data.labels.forEach((one, i) => data.scores[i].push(state.top.find((row) => row.label === one)?.score ?? 0));
}

/** The window goes on with the time, also while nothing comes. */
function slide(app, data, span) {
  data.to = app.now.clock();
  // A node that has just started has little to show: that fills the width.
  const first = Math.min(data.t[0] ?? data.to, data.bands[0]?.from ?? data.to);
  data.from = Math.max(data.to - span, Math.min(first, data.to - LEAST_S));
  const gone = data.t.findIndex((at) => at >= data.from);
  if (gone > 1) {
    data.t.splice(0, gone - 1);
    data.scores.forEach((line) => line.splice(0, gone - 1));
  }
  data.bands = data.bands.filter((band) => band.to === null || band.to > data.from);
}

export function eventLine(app, event) {
  const novelty = noveltyText(app, event);
  return el("li", { class: ["event-line", event.event_type] },
    el("span", { class: "event-mark", style: { color: labelColor(event.label) } }),
    el("div", { class: "event-body" },
      el("p", {}, el("strong", {}, event.label), " ", app.t(`event.${event.event_type}`),
        novelty && el("span", { class: "chip accent" }, novelty)),
      el("p", { class: "muted small" }, whyText(app, event))),
    el("time", { class: "muted small", datetime: event.ts }, app.form.exact(event.ts)));
}
