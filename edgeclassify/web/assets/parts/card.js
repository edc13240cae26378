/**
 * Surfaces.
 *
 *   card({ title: "Health", actions: [button(...)] }, ...children)
 *   notice("warning", "The camera is covered.")     // kinds: "info", "ok", "warning", "danger"
 *   empty("events", "Nothing yet", "What happens is listed here.", button(...))
 *   skeleton("12rem")                               // holds the place of what is still to come
 *   tile("Frames per second", "4.8", { icon: "speed", kind: "warning", note: "…" })
 *   chip("open", { color: "var(--label-1)" })
 */

import { el, icon } from "./element.js";

export function card({ title = "", actions = [], level = 2, ...rest } = {}, ...children) {
  const { class: more = "", ...others } = rest;
  return el("section", { class: ["card", more], ...others },
    (title || actions.length > 0) && el("header", { class: "card-head" },
      title && el(`h${level}`, {}, title), el("div", { class: "actions" }, actions)),
    children);
}

const SYMBOLS = { info: "info", ok: "check", warning: "warning", danger: "warning" };

export function notice(kind, text, ...children) {
  return el("div", { class: ["notice", kind], role: kind === "danger" ? "alert" : "status" },
    icon(SYMBOLS[kind]), el("div", { class: "notice-text" }, el("p", {}, text), children));
}

export function empty(symbol, title, text, ...children) {
  return el("div", { class: "empty" }, icon(symbol, { size: 40 }), el("h2", {}, title), el("p", {}, text),
    children.length > 0 && el("div", { class: "row center" }, children));
}

export function skeleton(height = "6rem", width = "100%") {
  return el("div", { class: "skeleton", "aria-hidden": "true", style: { height, width } });
}

export function tile(name, value, { icon: symbol = "", kind = "", note = "" } = {}) {
  return el("div", { class: ["tile", kind] },
    el("div", { class: "tile-name" }, symbol && icon(symbol, { size: 16 }), name),
    el("div", { class: "tile-value" }, value),
    note && el("div", { class: "tile-note" }, note));
}

export function chip(text, { color = "", kind = "", icon: symbol = "" } = {}) {
  return el("span", { class: ["chip", kind] },
    color && el("span", { class: "dot", style: { background: color } }),
    symbol && icon(symbol, { size: 14 }), text);
}
