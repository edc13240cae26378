/**
 * Scores over time: states as coloured bands, scores as lines, bounds as dashed lines, events as marks. By uPlot.
 *
 *   const drawn = await chart(app, root, { height: 180, marks: [{ at: 0.6, text: "enters" }] });
 *   drawn.set({ from, to, t: [s...], labels: ["open"], scores: [[...]], bands: [{ label, from, to }],
 *               events: [{ ts, label, event_type }] });            // times in seconds since the epoch
 *   drawn.marks([{ at: 0.7, text: "enters" }]); drawn.at(fn)       // fn(index, seconds) as the pointer moves
 *   drawn.close();
 *
 * A second row of bands (what would have been) is `otherBands`. It is for the eye: say beside it in words what
 * matters.
 */

import { el } from "./element.js";
import { drawnColor, labelColor, quietColor } from "./label_colors.js";
import { seconds } from "./times.js";

const BAND = 14;
const MATTERS = 0.3;
let loading = null;

function uPlot() {
  loading ??= new Promise((resolve, reject) => {
    document.head.append(el("link", { rel: "stylesheet", href: "vendor/uplot/uPlot.min.css" }));
    const script = el("script", { src: "vendor/uplot/uPlot.iife.min.js" });
    script.addEventListener("load", () => resolve(globalThis.uPlot));
    script.addEventListener("error", () => { loading = null; reject(new Error("uPlot")); });
    document.head.append(script);
  });
  return loading;
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export async function chart(app, root, { height = 180, marks = [], label = "" } = {}) {
  const Plot = await uPlot();
  const host = el("div", { class: "chart", role: "img", "aria-label": label });
  root.append(host);
  let drawn = null;
  let shape = "";
  let given = { from: 0, to: 1, t: [], labels: [], scores: [], bands: [], events: [] };
  let bounds = marks;
  const followers = new Set();

  const rows = () => (given.otherBands ? 2 : 1);
  const make = () => {
    drawn?.destroy();
    const axis = { stroke: token("--muted"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false },
      font: `11px ${token("--font")}` };
    drawn = new Plot({
      width: Math.max(host.clientWidth, 200), height, padding: [rows() * (BAND + 4) + 4, 8, 0, 0],
      legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: { x: { range: () => [given.from, given.to] }, y: { range: [0, 1] } },
      axes: [
        { ...axis, size: 26, space: 70, values: (_, ticks) => ticks.map((at) => (given.to - given.from < 300
          ? app.form.exact(at) : app.form.clock(at))) },
        { ...axis, size: 44, splits: () => [0, 0.25, 0.5, 0.75, 1],
          values: (_, ticks) => ticks.map((at) => (at === 0.25 || at === 0.75 ? "" : app.form.percent(at))) },
      ],
      // A score holds until the next look: steps, and no slope that nobody saw.
      series: [{}, ...given.labels.map((name) => ({ stroke: lineColor(name), width: 2, spanGaps: false,
        paths: Plot.paths.stepped({ align: 1 }),
        points: { show: given.t.length < 2 } }))],
      hooks: {
        draw: [paint],
        setCursor: [(plot) => followers.forEach((fn) => fn(plot.cursor.idx, given.t[plot.cursor.idx]))],
      },
    }, [given.t, ...given.scores], host);
  };

  /** What never came near mattering is grey. */
  const lineColor = (name) => drawnColor(name, Math.max(0, ...given.scores[given.labels.indexOf(name)]) >= MATTERS
    ? labelColor(name) : quietColor(name));
  const x = (at) => drawn.valToPos(Math.min(Math.max(at, given.from), given.to), "x", true);
  const paint = (plot) => {
    drawn = plot;
    const { ctx } = plot;
    const ratio = devicePixelRatio || 1;
    ctx.save();
    paintBands(ctx, given.bands ?? [], 2 * ratio, ratio);
    if (given.otherBands) paintBands(ctx, given.otherBands, (BAND + 5) * ratio, ratio);
    paintBounds(ctx, ratio);
    paintEvents(ctx, ratio);
    ctx.restore();
  };
  const paintBands = (ctx, bands, top, ratio) => {
    ctx.fillStyle = token("--surface-2");
    ctx.fillRect(x(given.from), top, x(given.to) - x(given.from), BAND * ratio);
    for (const band of bands) {
      const begin = x(seconds(band.from));
      const end = x(band.to === null || band.to === undefined ? given.to : seconds(band.to));
      if (!band.label || band.label === "unknown" || end < begin) continue;
      ctx.fillStyle = drawnColor(band.label);
      ctx.fillRect(begin, top, Math.max(end - begin, 2 * ratio), BAND * ratio);
      paintName(ctx, band.label, begin, end, top, ratio);
    }
  };
  const paintName = (ctx, name, begin, end, top, ratio) => {
    ctx.font = `600 ${10 * ratio}px ${token("--font")}`;
    if (ctx.measureText(name).width + 8 * ratio > end - begin) return;
    ctx.fillStyle = token("--surface");
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.fillText(name, begin + 5 * ratio, top + (BAND * ratio) / 2);
  };
  const paintBounds = (ctx, ratio) => {
    ctx.setLineDash([4 * ratio, 4 * ratio]);
    ctx.lineWidth = ratio;
    for (const { at, text } of bounds) {
      const y = Math.round(drawn.valToPos(at, "y", true)) + 0.5;
      ctx.strokeStyle = token("--muted");
      ctx.beginPath();
      ctx.moveTo(x(given.from), y);
      ctx.lineTo(x(given.to), y);
      ctx.stroke();
      if (!text) continue;
      paintBoundName(ctx, text, y, ratio);
    }
    ctx.setLineDash([]);
  };
  const paintBoundName = (ctx, text, y, ratio) => {
    ctx.font = `600 ${10 * ratio}px ${token("--font")}`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    const left = x(given.from) + 6 * ratio;
    const width = ctx.measureText(text).width + 8 * ratio;
    ctx.fillStyle = token("--surface");
    ctx.fillRect(left - 4 * ratio, y - 8 * ratio, width, 15 * ratio);
    ctx.fillStyle = token("--muted");
    ctx.fillText(text, left, y);
  };
  const paintEvents = (ctx, ratio) => {
    const bottom = drawn.bbox.top + drawn.bbox.height;
    for (const one of given.events ?? []) {
      const at = seconds(one.ts);
      if (at < given.from || at > given.to) continue;
      ctx.fillStyle = drawnColor(one.label);
      ctx.beginPath();
      if (one.event_type === "end") ctx.rect(x(at) - 3 * ratio, bottom - 7 * ratio, 6 * ratio, 6 * ratio);
      else ctx.arc(x(at), bottom - 4 * ratio, 4 * ratio, 0, 7);
      ctx.fill();
      ctx.lineWidth = 1.5 * ratio;
      ctx.strokeStyle = token("--surface");
      ctx.stroke();
    }
  };

  const sized = new ResizeObserver(() => drawn?.setSize({ width: Math.max(host.clientWidth, 200), height }));
  sized.observe(host);
  const anew = () => make();
  document.addEventListener("themechange", anew);
  make();
  return {
    element: host,
    set: (data) => {
      given = data;
      const wanted = JSON.stringify([data.labels, rows()]);
      if (wanted !== shape) { shape = wanted; make(); } else drawn.setData([data.t, ...data.scores]);
    },
    marks: (now) => { bounds = now; drawn.redraw(false); },
    at: (fn) => { followers.add(fn); return () => followers.delete(fn); },
    close: () => {
      sized.disconnect();
      document.removeEventListener("themechange", anew);
      drawn?.destroy();
      host.remove();
    },
  };
}
