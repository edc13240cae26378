/**
 * What happened beside what would have happened: two rows of bands, and the scores with their thresholds.
 *
 * One canvas, drawn anew in one go: a slider that moves a threshold moves its line at once, while the answer of
 * the node is still on its way.
 */

import { el } from "./element.js";
import { drawnColor } from "./label_colors.js";
import { lastAt, ticksBetween } from "./time_axis.js";

/** In CSS pixels: a phone shows it above the sliders, which need their place. */
const NARROW = { band: 18, gap: 18, axis: 20, scores: 68, font: 11 };
const WIDE = { band: 30, gap: 26, axis: 24, scores: 230, font: 12 };
const WIDE_FROM = 560;
const EXACT_BELOW_S = 900;
const ROUND = 5;
const LEAST_BAND = 1;
const WORTH_TELLING = 0.005;

/**
 * @typedef {{label: string, from: number, to: number | null}} Band  seconds since the epoch
 * @typedef {{t: number[], labels: string[], scores: number[][]}} Series
 * @typedef {{from: number, to: number, now: Band[], then: Band[], series: Series}} Shown
 */

/** @param {object} app */
export function whatIfChart(app) {
  const { t, form } = app;
  const canvas = el("canvas", { class: "what-if-canvas", role: "img", tabindex: 0 });
  const readout = el("p", { class: "what-if-readout", "aria-live": "off" });
  const element = el("div", { class: "what-if" }, canvas, readout);
  /** @type {Shown | null} */
  let shown = null;
  let thresholds = { enter: 0, exit: 0 };
  /** @type {string[]} */
  let lines = [];
  /** @type {number | null} */
  let pointedAt = null;
  let isDue = false;

  let size = WIDE;

  const height = () => 2 * (size.gap + size.band) + size.gap + size.scores + size.axis;

  function later() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  }

  function draw() {
    const width = element.clientWidth;
    if (!width) return;
    size = width < WIDE_FROM ? NARROW : WIDE;
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height() * scale);
    canvas.style.height = `${height()}px`;
    const ink = canvas.getContext("2d");
    if (!ink) return;
    ink.scale(scale, scale);
    const style = getComputedStyle(element);
    const token = (name) => style.getPropertyValue(name).trim();
    const look = {
      text: token("--text"), faint: token("--muted"), grid: token("--line"), surface: token("--surface-2"),
      on: token("--surface"), accent: token("--accent"),
      font: `${size.font}px ${style.fontFamily}`,
    };
    ink.font = look.font;
    ink.textBaseline = "middle";
    row(ink, look, width, 0, t("tune.as_it_is"), shown?.now ?? []);
    row(ink, look, width, size.gap + size.band, t("tune.with_these"), shown?.then ?? []);
    scores(ink, look, width, 2 * (size.gap + size.band));
    axis(ink, look, width);
    pointer(ink, look, width);
  }

  const spot = (time, width) => ((time - shown.from) / (shown.to - shown.from || 1)) * width;

  function row(ink, look, width, top, name, bands) {
    ink.fillStyle = look.faint;
    ink.textAlign = "left";
    ink.fillText(name, 0, top + size.gap / 2 + 1);
    const y = top + size.gap;
    ink.fillStyle = look.surface;
    box(ink, 0, y, width, size.band, ROUND);
    if (!shown) return;
    for (const band of bands) {
      const from = Math.max(spot(band.from, width), 0);
      const to = Math.min(spot(band.to ?? shown.to, width), width);
      const wide = Math.max(to - from, LEAST_BAND);
      ink.fillStyle = drawnColor(band.label);
      box(ink, from, y, wide, size.band, Math.min(ROUND, wide / 2));
      const inside = ink.measureText(band.label).width;
      if (wide > inside + 12) {
        ink.fillStyle = look.on;
        ink.fillText(band.label, from + 6, y + size.band / 2 + 1);
      }
    }
  }

  function scores(ink, look, width, top) {
    ink.fillStyle = look.faint;
    ink.fillText(t("tune.scores"), 0, top + size.gap / 2 + 1);
    const y0 = top + size.gap;
    const level = (score) => y0 + (1 - score) * size.scores;
    ink.strokeStyle = look.grid;
    ink.lineWidth = 1;
    for (const score of [0, 0.5, 1]) line(ink, 0, Math.round(level(score)) + 0.5, width);
    if (shown) for (const label of lines) curve(ink, label, width, level);
    for (const [kind, score] of Object.entries(thresholds)) {
      ink.strokeStyle = look.text;
      ink.lineWidth = 1.5;
      ink.setLineDash(kind === "enter" ? [] : [4, 4]);
      line(ink, 0, level(score), width);
      ink.setLineDash([]);
      const word = `${t(`tune.${kind}`)} ${form.percent(score)}`;
      const wide = ink.measureText(word).width + 10;
      const above = kind === "enter" ? score < 0.88 : score - (thresholds.exit ?? 0) > 0.2;
      const y = Math.min(Math.max(level(score) + (above ? -9 : 9), y0 + 8), y0 + size.scores - 8);
      ink.fillStyle = look.text;
      ink.globalAlpha = 0.85;
      box(ink, width - wide, y - 8, wide, 16, 8);
      ink.globalAlpha = 1;
      ink.fillStyle = look.on;
      ink.fillText(word, width - wide + 5, y + 1);
    }
  }

  function curve(ink, label, width, level) {
    const column = shown.series.scores[shown.series.labels.indexOf(label)];
    if (!column) return;
    ink.strokeStyle = drawnColor(label);
    ink.lineWidth = 1.5;
    ink.beginPath();
    let before = null;
    shown.series.t.forEach((time, index) => {
      const score = column[index];
      if (score === null || score === undefined) {
        before = null;
        return;
      }
      const x = spot(time, width);
      if (before === null) ink.moveTo(x, level(score));
      else ink.lineTo(x, before); // a score holds until the next look
      ink.lineTo(x, level(score));
      before = level(score);
    });
    ink.stroke();
  }

  function axis(ink, look, width) {
    if (!shown) return;
    ink.fillStyle = look.faint;
    const y = height() - size.axis / 2 + 2;
    const told = shown.to - shown.from < EXACT_BELOW_S ? form.exact : form.clock;
    for (const time of ticksBetween(shown.from, shown.to, Math.max(2, Math.floor(width / 96)))) {
      const word = told(time);
      const half = ink.measureText(word).width / 2;
      const x = spot(time, width);
      if (x < half || x > width - half) continue;
      ink.fillText(word, x - half, y);
    }
  }

  function pointer(ink, look, width) {
    const word = pointedAt === null || !shown ? "" : told(pointedAt);
    if (readout.textContent !== word) readout.textContent = word;
    if (!word) return;
    const x = spot(pointedAt, width);
    ink.strokeStyle = look.accent;
    ink.lineWidth = 1;
    ink.beginPath();
    ink.moveTo(x, size.gap);
    ink.lineTo(x, height() - size.axis);
    ink.stroke();
  }

  /** @param {number} time */
  function told(time) {
    const at = (bands) => bands.find((band) => band.from <= time && (band.to ?? shown.to) >= time)?.label;
    const index = lastAt(shown.series.t, time);
    const each = (index < 0 ? [] : lines)
      .map((label) => [label, shown.series.scores[shown.series.labels.indexOf(label)]?.[index] ?? 0])
      .filter(([, score]) => score >= WORTH_TELLING)
      .map(([label, score]) => `${label} ${form.percent(score)}`);
    return t("tune.readout", {
      time: form.exact(time),
      now: at(shown.now) ?? t("state.unknown"),
      then: at(shown.then) ?? t("state.unknown"),
      scores: each.join(", "),
    });
  }

  function pointAt(event) {
    if (!shown) return;
    readout.setAttribute("aria-live", "off");
    const size = canvas.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - size.left) / size.width, 0), 1);
    pointedAt = shown.from + share * (shown.to - shown.from);
    later();
  }
  canvas.addEventListener("pointermove", pointAt);
  canvas.addEventListener("pointerdown", pointAt);
  canvas.addEventListener("pointerleave", () => {
    pointedAt = null;
    later();
  });
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way || !shown) return;
    event.preventDefault();
    readout.setAttribute("aria-live", "polite");
    const step = (shown.to - shown.from) / 100;
    pointedAt = Math.min(Math.max((pointedAt ?? shown.to) + way * step, shown.from), shown.to);
    later();
  });

  const watched = new ResizeObserver(later);
  watched.observe(element);
  document.addEventListener("themechange", later);

  return {
    element,
    /** @param {Shown} next @param {string} described  what a screen reader says in its place */
    show(next, described) {
      shown = next;
      canvas.setAttribute("aria-label", described);
      later();
    },
    /** @param {number} enter @param {number} exit */
    mark(enter, exit) {
      thresholds = { enter, exit };
      later();
    },
    /** Whose scores are drawn. @param {string[]} labels */
    draw(labels) {
      lines = labels;
      later();
    },
    close() {
      watched.disconnect();
      document.removeEventListener("themechange", later);
    },
  };
}

function box(ink, x, y, width, height, radius) {
  ink.beginPath();
  ink.roundRect(x, y, width, height, radius);
  ink.fill();
}

function line(ink, from, y, to) {
  ink.beginPath();
  ink.moveTo(from, y);
  ink.lineTo(to, y);
  ink.stroke();
}
