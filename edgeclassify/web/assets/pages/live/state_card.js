/** What a view shows now, since when, what is missing until the next change, and its snooze. */

import { button } from "../../parts/button.js";
import { card, chip, notice } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { labelColor } from "../../parts/label_colors.js";
import { nextText, problemsText } from "../../parts/why.js";
import { seconds } from "../../parts/times.js";
import { askSnooze } from "./snooze.js";

const TICK_MS = 1_000;

export function stateCard(app, view) {
  const label = el("p", { class: "state-label", "aria-live": "polite" });
  const since = el("p", { class: "state-since" });
  const next = el("p", { class: "next-text" });
  const bar = el("i", {});
  const nextBox = el("div", { class: "next" }, next, el("span", { class: "next-bar", "aria-hidden": "true" }, bar));
  const today = el("p", { class: "state-today" });
  const notices = el("div", { class: "stack tight" });
  const rest = el("div", { class: "row" });
  const element = card({ class: "state-card", "aria-label": app.t("live.now", { view: view.name }) },
    el("div", { class: "state-head" }, el("div", { class: "state-main" }, label, since), rest), notices, nextBox, today);

  let shownLabel = "";
  let wasOff = null;
  const show = () => {
    const now = app.now.view(view.name);
    const state = now?.state;
    const isThere = Boolean(state && state.known !== false && state.label !== "unknown");
    const text = !state ? app.t("live.waiting") : isThere ? state.label : app.t(stateOf(now));
    if (text !== shownLabel) {
      shownLabel = text;
      fill(label, el("span", { class: "dot", style: { background: isThere ? labelColor(state.label)
        : "var(--label-none)" } }), el("span", {}, text));
    }
    since.textContent = sinceText(app, state, isThere);
    showNext(state?.candidate);
    today.textContent = todayText(app, state, isThere);
    today.hidden = !today.textContent;
  };
  const showNext = (candidate) => {
    const text = nextText(app, candidate);
    nextBox.hidden = !text;
    next.textContent = text;
    if (candidate) bar.style.transform = `scaleX(${partOf(candidate)})`;
  };
  const showRest = () => {
    const now = app.now.view(view.name);
    const isOff = now?.options?.enabled === false || Boolean(now?.snooze);
    if (isOff !== wasOff) showButton(isOff);
    wasOff = isOff;
    fill(notices, noticesOf(app, now));
    show();
  };
  const showButton = (isOff) => {
    const hadFocus = rest.contains(document.activeElement);
    fill(rest, isOff
      ? button(app.t("live.resume"), () => resume(app, view), { icon: "play", small: true, kind: "main" })
      : button(app.t("live.snooze"), () => askSnooze(app, view), { icon: "snooze", kind: "plain snooze", small: true,
        title: app.t("live.snooze") }));
    if (hadFocus) rest.firstElementChild.focus();
  };
  const off = [app.now.on(["now", "state"], show),
    app.now.on(["now", "snooze", "option", "condition", "availability"], showRest)];
  const timer = setInterval(show, TICK_MS);
  showRest();
  return { element, close: () => { off.forEach((one) => one()); clearInterval(timer); } };
}

/** The key of what is said where no label is there. */
function stateOf(now) {
  if (now.options?.enabled === false || now.snooze) return "live.rests";
  if (now.online === false) return "live.offline";
  return now.state.known === false ? "live.not_known" : "state.unknown";
}

function sinceText(app, state, isThere) {
  if (!state) return "";
  const lasted = Math.max(0, Math.floor(app.now.clock() - seconds(state.since)));
  const parts = [app.t("live.since", { time: app.form.time(state.since), for: app.form.duration(lasted) })];
  if (isThere) parts.unshift(app.form.percent(state.score));
  return parts.join(" · ");
}

function todayText(app, state, isThere) {
  if (state?.clock === "unset") return app.t("live.clock_unset");
  const day = isThere ? state.today?.[state.label] : null;
  if (!day?.count) return "";
  return app.n("live.today", day.count, { time: app.form.duration(day.seconds) });
}

/** How much of the way to the change is done: by time where the score is there, else by the score. */
function partOf({ change, score, threshold, held_s: held, confirm_s: confirm }) {
  const has = change === "start" ? score >= threshold : score < threshold;
  if (has) return confirm > 0 ? Math.min(1, held / confirm) : 1;
  const part = change === "start" ? score / (threshold || 1) : (1 - score) / (1 - threshold || 1);
  return Math.max(0, Math.min(1, part));
}

function noticesOf(app, now) {
  const shown = [];
  const problems = now?.condition?.problems ?? now?.state?.problems ?? [];
  if (problems.length > 0) {
    shown.push(notice("warning", app.t("live.suspect", { problems: problemsText(app, problems) }),
      el("p", { class: "small" }, app.t(`advice.${problems[0]}`))));
  } else if (now?.condition?.realigned) {
    shown.push(notice("info", app.t("live.realigned")));
  }
  if (now?.snooze) {
    shown.push(el("p", { class: "row" }, chip(app.t("live.snoozed", { time: app.form.time(now.snooze) }),
      { icon: "snooze", kind: "warning" })));
  } else if (now?.options?.enabled === false) {
    shown.push(el("p", { class: "row" }, chip(app.t("live.off"), { icon: "pause", kind: "warning" })));
  } else if (now?.online === false && now.state) {
    shown.push(notice("warning", app.t("live.offline_hint")));
  }
  return shown;
}

async function resume(app, view) {
  try {
    await app.api.ask("resume", { view: view.name });
    app.say(app.t("live.resumed", { view: view.name }));
  } catch (error) {
    app.say(error);
  }
}
