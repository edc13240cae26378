/** What would have happened: how many starts more or fewer, which ones, and both as a chart. */

import { empty, skeleton } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { whatIfChart } from "../../parts/what_if_chart.js";

const MOST_LINES = 4;
const MOST_LISTED = 40;

export function outcome(app) {
  const { t, n, form } = app;
  const chart = whatIfChart(app);
  const summary = el("p", { class: "outcome-summary", role: "status" });
  const span = el("p", { class: "hint" });
  const legend = el("div", { class: "outcome-legend", role: "group", "aria-label": t("tune.lines") });
  const lists = el("div", { class: "outcome-lists" });
  const body = el("div", { class: "outcome-body" }, summary, chart.element, legend);
  const element = el("div", { class: "outcome" }, skeleton("16rem"));
  const details = el("div", { class: "outcome-details" }, lists, span);
  /** @type {Set<string>} labels whose lines somebody has taken away */
  const hidden = new Set();

  /** Labels whose scores are worth a line: those that came or would have, else the highest. */
  function worthLines({ now, then, series }) {
    const seconds = new Map();
    for (const { label, from, to } of [...now.bands, ...then.bands]) {
      seconds.set(label, (seconds.get(label) ?? 0) + (to ?? from) - from);
    }
    const there = series.labels.filter((label) => seconds.has(label))
      .sort((a, b) => seconds.get(b) - seconds.get(a));
    const highest = series.labels.map((label, index) => [label, Math.max(0, ...series.scores[index])])
      .sort((a, b) => b[1] - a[1]).map(([label]) => label);
    return [...new Set([...there, ...highest])].slice(0, MOST_LINES);
  }

  function inWords({ now, then }) {
    const more = then.starts - now.starts;
    const counts = { now: form.number(now.starts), then: n("tune.starts", then.starts) };
    if (more > 0) return t("tune.more_starts", { ...counts, n: more });
    if (more < 0) return t("tune.fewer_starts", { ...counts, n: -more });
    return t("tune.same_starts", counts);
  }

  function listed(heading, starts, kind) {
    if (!starts.length) return null;
    return el("section", { class: ["outcome-list", kind] }, el("h3", {}, n(heading, starts.length)),
      el("ul", {}, starts.slice(-MOST_LISTED).reverse().map((one) =>
        el("li", {}, el("span", { class: "dot", style: { background: labelColor(one.label) } }),
          el("span", { class: "cut" }, one.label), el("time", {}, form.exact(one.from))))),
      starts.length > MOST_LISTED && el("p", { class: "hint" }, t("tune.newest", { n: MOST_LISTED })));
  }

  /** Whose scores are drawn: a press takes a line away, or brings it back. */
  function showLines(lines) {
    chart.draw(lines.filter((label) => !hidden.has(label)));
    if (legend.dataset.labels === lines.join("\n")) return;
    legend.dataset.labels = lines.join("\n");
    fill(legend, lines.map((label) => el("button", {
      type: "button", class: "legend-label", "aria-pressed": String(!hidden.has(label)),
      on: {
        click: (event) => {
          if (!hidden.delete(label)) hidden.add(label);
          event.currentTarget.setAttribute("aria-pressed", String(!hidden.has(label)));
          chart.draw(lines.filter((one) => !hidden.has(one)));
        },
      },
    }, el("span", { class: "dot", style: { background: labelColor(label) } }), label)));
  }

  /** In the place of a chart. */
  function say(symbol, heading, text) {
    fill(element, empty(symbol, heading, text));
    fill(lists);
    fill(span);
  }

  let seen = [];

  return {
    element, details,
    /** Labels that were in the picture lately. @returns {string[]} */
    get seen() { return seen; },
    mark: chart.mark,
    /** @param {boolean} isAsking  the node is still at it */
    busy(isAsking) {
      element.classList.toggle("is-busy", isAsking);
      element.setAttribute("aria-busy", String(isAsking));
    },
    fault: (message) => say("warning", t("tune.no_answer"), message),
    /** @param {boolean} isOff  the view is not watched at all */
    nothing: (isOff) => (isOff ? say("pause", t("tune.is_off"), t("tune.is_off_text"))
      : say("clock", t("tune.nothing_recorded"), t("tune.nothing_recorded_text"))),
    /** @param {object} found  the node's answer @param {number} hours  that were asked for @param {boolean} isTried */
    show(found, hours, isTried) {
      const { recorded, now, then, series } = found;
      if (!recorded.frames || !series.t.length) {
        this.nothing(false);
        return;
      }
      seen = series.labels;
      if (body.parentNode !== element) fill(element, body);
      const to = recorded.to;
      const from = Math.max(recorded.from, to - hours * 3600);
      const lines = worthLines(found);
      fill(summary, isTried ? inWords(found) : [t("tune.in_this_time", { starts: n("tune.starts", now.starts) }),
        " ", el("span", { class: "outcome-hint" }, t("tune.slide"))]);
      summary.classList.toggle("is-different", isTried && (found.gone.length > 0 || found.new.length > 0));
      chart.show({ from, to, now: now.bands, then: then.bands, series }, inWords(found));
      showLines(lines);
      fill(lists, isTried && [listed("tune.gone", found.gone, "is-gone"), listed("tune.new", found.new, "is-new")]);
      fill(span, t("tune.recorded", { from: form.time(from), time: form.duration(to - from), frames: form.number(recorded.frames) }));
    },
    close: chart.close,
  };
}
