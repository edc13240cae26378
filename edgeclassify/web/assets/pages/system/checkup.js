/** A check-up of machine, program, service and broker: what is wrong first, with what to do; all else on request. */

import { button } from "../../parts/button.js";
import { chip, notice, skeleton } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";

const KINDS = { fault: "danger", warning: "warning", unknown: "", ok: "ok" };
const ICONS = { fault: "cross", warning: "warning", unknown: "info", ok: "check" };
const URGENT = ["fault", "warning"];

export function checkup(app) {
  const { t, form } = app;
  const shown = el("div", { class: "stack", "aria-live": "polite" }, el("p", { class: "muted" }, t("checkup.text")));
  const element = el("div", { class: "stack" }, shown,
    el("div", { class: "row" }, button(t("checkup.begin"), check, { icon: "check" })));
  const left = new AbortController();

  async function check() {
    fill(shown, el("p", { class: "muted" }, t("checkup.running")), skeleton("7rem"));
    try {
      const found = await app.api.get("api/doctor", {}, { signal: left.signal });
      if (!left.signal.aborted) show(found);
    } catch (error) {
      if (left.signal.aborted) return;
      fill(shown, notice("danger", error.message));
    }
  }

  function show(found) {
    const urgent = URGENT.flatMap((standing) => found.checks.filter((one) => one.standing === standing));
    const others = found.checks.filter((one) => !URGENT.includes(one.standing));
    const faults = urgent.filter((one) => one.standing === "fault").length;
    fill(shown, notice(faults ? "danger" : urgent.length ? "warning" : "ok", summary(faults, urgent.length - faults)),
      urgent.length > 0 && list(urgent),
      el("details", { class: "checkup-rest" }, el("summary", {}, app.n("checkup.others", others.length)), list(others)),
      el("p", { class: "muted small" }, t("checkup.at", { time: form.time(found.ts) })));
  }

  function summary(faults, warnings) {
    if (!faults && !warnings) return t("checkup.well");
    return [faults && app.n("checkup.faults", faults), warnings && app.n("checkup.warnings", warnings)]
      .filter(Boolean).join(", ");
  }

  const list = (findings) => el("ul", { class: "checkup" }, findings.map(row));

  function row(one) {
    return el("li", { class: "check" },
      el("div", { class: "row between" },
        el("h3", {}, t(`check.${one.check}`), one.subject && el("span", { class: "muted" }, ` ${one.subject}`)),
        chip(t(`checkup.${one.standing}`), { kind: KINDS[one.standing], icon: ICONS[one.standing] })),
      el("p", { lang: "en" }, one.found),
      one.remedy && el("p", { class: "remedy", lang: "en" }, one.remedy),
      URGENT.includes(one.standing) && el("p", { class: "muted small" }, t("checkup.id", { id: one.check })));
  }

  return { element, close: () => left.abort() };
}
