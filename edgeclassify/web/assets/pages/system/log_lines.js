/** The last lines of the node's log, followed while somebody looks. */

import { button } from "../../parts/button.js";
import { el, fill } from "../../parts/element.js";
import { segmented } from "../../parts/field.js";

const LINES = 200;
const EVERY_MS = 5_000;
const AT_END_PX = 40;
const SEVERE = ["warning", "error", "critical"];

export function logLines(app) {
  const { t, form } = app;
  const list = el("ol", { class: "log", tabindex: 0, "aria-label": t("system.log") });
  const level = segmented(t("log.level"), [["all", t("log.all")], ["severe", t("log.severe")]], {
    value: "all", hideLabel: true, changed: () => show(true),
  });
  const element = el("div", { class: "stack" }, el("div", { class: "row between" }, level.element,
    button(t("log.copy"), copy, { small: true, kind: "quiet" })), list);
  let lines = [];
  let drawn = "";
  let timer = 0;
  let isClosed = false;

  const wanted = () => (level.value === "severe" ? lines.filter((one) => SEVERE.includes(one.level)) : lines);

  async function read() {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        lines = (await app.api.get("api/log", { lines: LINES })).lines;
        if (isClosed) return;
        show();
      } catch (error) {
        if (isClosed) return;
        if (!lines.length) fill(list, el("li", { class: "log-line" }, error.message));
      }
    }
    timer = setTimeout(read, EVERY_MS);
  }

  function show(isAnew = false) {
    const isAtEnd = isAnew || list.scrollHeight - list.scrollTop - list.clientHeight < AT_END_PX;
    const shown = wanted();
    const now = JSON.stringify(shown);
    if (now === drawn) return;  // text may be selected
    drawn = now;
    fill(list, shown.length ? shown.map((one) =>
      el("li", { class: ["log-line", one.level] }, el("time", {}, form.exact(one.at)),
        SEVERE.includes(one.level) && el("strong", {}, t(`log.${one.level}`)), el("span", {}, one.text)))
      : el("li", { class: "log-line muted" }, t("log.none")));
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  async function copy() {
    const text = wanted().map((one) => `${one.at} ${one.level} ${one.text}`).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      app.say(t("log.copied"));
    } catch {
      app.say(t("log.not_copied"), { kind: "error" });
    }
  }

  read();
  return { element, close: () => { isClosed = true; clearTimeout(timer); } };
}
