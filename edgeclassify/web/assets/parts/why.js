/**
 * Why something happened, or has not yet, in a sentence.
 *
 *   whyText(app, event)        // "Score 82 % reached 60 % and held for 1.2 s."
 *   noveltyText(app, event)    // "first today", "" where it is nothing new
 *   nextText(app, candidate)   // what is missing until the next change
 *   problemsText(app, ["covered"])
 */

const times = (app, seconds) => app.form.duration(seconds);

export function problemsText(app, problems) {
  return problems.map((one) => app.t(`problem.${one}`)).join(", ");
}

/** @param {{event_type: string, why: object, label: string}} event of the contract */
export function whyText(app, { event_type: type, why = {}, label }) {
  const said = [];
  const percent = (value) => app.form.percent(value);
  if (type === "start" && why.score !== undefined && why.threshold_enter !== undefined) {
    const key = why.confirm_s > 0 ? "why.start_held" : "why.start";
    said.push(app.t(key, { score: percent(why.score), enter: percent(why.threshold_enter),
      held: times(app, why.held_s ?? 0) }));
  } else if (type === "update") {
    said.push(app.t("why.update", { from: percent(why.from ?? 0), score: percent(why.score ?? 0) }));
  } else if (type === "lasting") {
    said.push(app.t("why.lasting", { time: times(app, why.duration_s ?? why.lasting_s ?? 0) }));
  } else if (type === "end") {
    said.push(endText(app, why));
  }
  if (why.blocked_by) {
    said.push(app.t("why.blocked", { by: app.t(`block.${why.blocked_by}`), time: times(app, why.blocked_s ?? 0) }));
  }
  return said.filter(Boolean).join(" ") || label;
}

function endText(app, why) {
  const reason = why.reason ?? "below threshold";
  const key = `why.end.${reason}`;
  return app.t(app.has(key) ? key : "why.end.other", {
    exit: app.form.percent(why.threshold_exit ?? 0), by: why.by ?? "", gap: times(app, why.gap_s ?? 0),
  });
}

export function noveltyText(app, { novelty, days_since: days }) {
  if (!novelty) return "";
  if (novelty === "first in days") return app.n("novelty.days", days ?? 2);
  return app.t(`novelty.${novelty}`);
}

/** @param {object|undefined} candidate of a state */
export function nextText(app, candidate) {
  if (!candidate) return "";
  const { change, label, score, threshold, held_s: held, confirm_s: confirm, blocked_by: block } = candidate;
  const values = { label, score: app.form.percent(score), threshold: app.form.percent(threshold),
    rest: times(app, Math.max(0, confirm - held)) };
  const has = change === "start" ? score >= threshold : score < threshold;
  if (block) return app.t(`next.${change}.blocked`, { ...values, block: app.t(`block.${block}`) });
  return app.t(`next.${change}.${has ? "waits" : "score"}`, values);
}
