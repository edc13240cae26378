/**
 * Regions over a picture that are drawn, moved and resized: by finger, mouse and keyboard.
 *
 * It lies over the picture and knows fractions of it only. The selected region has handles of a finger's size;
 * the others are outlines that a tap selects. Arrow keys move it, with Shift they change its size.
 */

import { dragging } from "./dragging.js";
import { el } from "./element.js";
import { place } from "./picture.js";
import { around, between, isSame, listOf, middleSquare, moved, pulled } from "./regions.js";

/** @typedef {import("./regions.js").Region} Region */

const HANDLES = ["n", "s", "w", "e", "nw", "ne", "sw", "se"];
const ROOM_FOR_SIDES_PX = 150;
const ROOM_FOR_BODY_PX = 48;
const NAME_PX = 26;
const EDGE_PX = 14;
const STEP = 0.01;
const TAP = 0.02;
/** The click that follows when a pointer is let go must not land on the dialog that a drawn region opens. */
const BEHIND_CLICK_MS = 60;

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {object} app
 * @param {object} options
 * @param {(name: string) => void} options.onSelect
 * @param {(name: string, region: Region, isDone: boolean) => void} options.onChange
 * @param {(region: Region | null) => void} options.onDrawn  a new region, after `draw`; null: none after all
 */
export function roiEditor(app, { onSelect, onChange, onDrawn }) {
  const shade = el("div", { class: "roi-shade" });
  const square = el("div", { class: "roi-square" });
  const clip = el("div", { class: "roi-clip", "aria-hidden": "true" }, shade, square);
  const layer = el("div", { class: "roi-layer" });
  const frame = el("div", { class: "roi-frame", "aria-hidden": "true" },
    el("span", { class: "roi-tag" }), HANDLES.map((edges) =>
      el("span", { class: ["roi-handle", `roi-handle-${edges}`], data: { edges } })));
  const element = el("div", { class: "roi-editor" }, clip, layer, frame);
  /** @type {Map<string, Region>} */
  let regions = new Map();
  /** @type {Map<string, HTMLElement>} */
  const boxes = new Map();
  let selected = "";
  let isDrawing = false;
  let share = 0;
  /** @type {Region | null} */
  let sketch = null;

  /** @param {string} name @param {Region} region */
  function described(name, region) {
    const [x, y, width, height] = listOf(region).map((value) => app.form.percent(value));
    return app.t("aim.region_label", { name, x, y, width, height });
  }

  function paint() {
    const size = element.getBoundingClientRect();
    element.classList.toggle("is-drawing", isDrawing);
    for (const [name, region] of regions) {
      const box = boxes.get(name);
      if (!box) continue;
      place(box, listOf(region));
      box.classList.toggle("is-selected", name === selected && !isDrawing);
      box.setAttribute("aria-label", described(name, region));
      box.setAttribute("aria-current", String(name === selected));
      // A smaller one lies over a larger one, so that each can be met.
      box.style.zIndex = String(Math.round((1 - region.width * region.height) * 1000));
      // The whole picture can't be moved: there a finger scrolls the page.
      box.classList.toggle("is-whole", region.width >= 1 && region.height >= 1);
      box.classList.toggle("is-at-top", region.y * size.height < NAME_PX);
    }
    const lit = isDrawing || sketch ? sketch : (regions.get(selected) ?? null);
    shade.hidden = lit === null;
    if (lit) place(shade, listOf(lit));
    paintFrame(lit, size);
    paintSquare(lit, size);
  }

  /** What can be taken hold of, above all regions. @param {Region | null} region @param {DOMRect} size */
  function paintFrame(region, size) {
    frame.hidden = region === null;
    if (region === null) return;
    place(frame, listOf(region));
    const shorter = Math.min(region.width * size.width, region.height * size.height);
    frame.classList.toggle("is-sketch", sketch !== null);
    frame.classList.toggle("is-small", shorter < ROOM_FOR_SIDES_PX);
    frame.classList.toggle("is-tiny", shorter < ROOM_FOR_BODY_PX);
    frame.classList.toggle("is-at-top", region.y * size.height < NAME_PX);
    frame.classList.toggle("at-left", region.x * size.width < EDGE_PX);
    frame.classList.toggle("at-right", (1 - region.x - region.width) * size.width < EDGE_PX);
    frame.firstElementChild.textContent = isDrawing ? "" : selected;
  }

  /** What the model is given of it, dashed. @param {Region | null} region @param {DOMRect} size */
  function paintSquare(region, size) {
    square.hidden = region === null || sketch !== null || !share || !size.height;
    if (!square.hidden) place(square, listOf(middleSquare(region, size.width / size.height, share)));
  }

  /** @param {string} name @param {Region} region @param {boolean} isDone */
  function change(name, region, isDone) {
    regions.set(name, region);
    paint();
    onChange(name, region, isDone);
  }

  /** @param {string} name */
  function madeBox(name) {
    return el("div", {
      class: "roi-box", tabindex: 0, role: "application", "aria-roledescription": app.t("aim.region"),
      data: { region: name },
      on: { focus: () => select(name), keydown: (event) => onKey(event, name) },
    }, el("span", { class: "roi-tag", "aria-hidden": "true" }, name));
  }

  /** @param {string} name */
  function select(name) {
    if (name === selected || isDrawing) return;
    selected = name;
    paint();
    onSelect(name);
  }

  /** @param {KeyboardEvent} event @param {string} name */
  function onKey(event, name) {
    const arrow = ARROWS[event.key];
    const region = regions.get(name);
    if (!arrow || !region || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const step = event.altKey ? STEP / 5 : STEP;
    const [dx, dy] = arrow.map((way) => way * step);
    change(name, event.shiftKey ? pulled(region, "se", dx, dy) : moved(region, dx, dy), true);
  }

  /** It stays in sight until something else is shown. @param {Region | null} region */
  function drawn(region) {
    letDraw(false);
    sketch = region;
    paint();
    setTimeout(() => onDrawn(region), BEHIND_CLICK_MS);
  }

  /** @param {boolean} now */
  function letDraw(now) {
    isDrawing = now;
    sketch = null;
    // Without a pointer Enter puts one into the middle, which arrow keys move then.
    if (now) {
      element.tabIndex = 0;
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", app.t("aim.draw_hint"));
      element.focus({ preventScroll: true });
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) element.removeAttribute(name);
    }
    paint();
  }

  element.addEventListener("keydown", (event) => {
    if (!isDrawing || event.defaultPrevented) return;
    if (event.key === "Enter") drawn(around({ x: 0.5, y: 0.5 }));
    else if (event.key === "Escape") drawn(null);
    else return;
    event.preventDefault();
  });

  dragging(element, {
    begin(target, point) {
      if (isDrawing) {
        sketch = { ...point, width: 0, height: 0 };
        return { edges: "", name: "" };
      }
      const edges = target.dataset.edges ?? "";
      const name = edges ? selected : (target.closest(".roi-box")?.dataset.region ?? "");
      const region = regions.get(name);
      if (!region) return null;
      select(name);
      boxes.get(name)?.focus({ preventScroll: true });
      return { name, region, edges };
    },
    move(held, from, to) {
      if (held.region === undefined) {
        sketch = between(from, to);
        paint();
        return;
      }
      const dx = to.x - from.x;
      const dy = to.y - from.y;
      const now = held.edges ? pulled(held.region, held.edges, dx, dy) : moved(held.region, dx, dy);
      change(held.name, now, false);
    },
    end(held, from, to) {
      if (held.region === undefined) {
        const isTap = Math.abs(from.x - to.x) < TAP && Math.abs(from.y - to.y) < TAP;
        drawn(isTap ? around(from) : between(from, to));
        return;
      }
      const now = regions.get(held.name);
      if (now && !isSame(now, held.region)) change(held.name, now, true);
    },
    cancel(held) {
      sketch = null;
      if (held.region !== undefined) change(held.name, held.region, true);
      else paint();
    },
  });

  const watched = new ResizeObserver(paint);
  watched.observe(element);

  return {
    element,
    /**
     * Show these regions, with one of them selected.
     *
     * @param {Map<string, Region>} all @param {string} name
     */
    show(all, name) {
      regions = new Map(all);
      sketch = null;
      selected = name;
      for (const [known, box] of boxes) {
        if (regions.has(known)) continue;
        box.remove();
        boxes.delete(known);
      }
      for (const known of regions.keys()) {
        if (boxes.has(known)) continue;
        const box = madeBox(known);
        boxes.set(known, box);
        layer.append(box);
      }
      paint();
    },
    /** Have the next drag draw a new region, or no more. @param {boolean} now */
    draw: letDraw,
    /** @param {number} wanted  share of the shorter side that the model is given; 0: all of the region */
    showSquare(wanted) {
      share = wanted;
      paint();
    },
    /** @param {string} name */
    focus(name) {
      boxes.get(name)?.focus({ preventScroll: true });
    },
    close() {
      watched.disconnect();
    },
  };
}
