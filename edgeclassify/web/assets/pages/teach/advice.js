/** What somebody who has never taught anything is told while tapping. */

import { GOOD } from "./taught.js";

/** What is to be done next, in a sentence. @param {string[]} labels @param {Map<string, number>} has */
export function advice(app, labels, has) {
  if (labels.length === 0) return app.t("teach.advice_first");
  const lacking = labels.find((label) => (has.get(label) ?? 0) < GOOD);
  const total = labels.reduce((sum, label) => sum + (has.get(label) ?? 0), 0);
  if (labels.length === 1 && (has.get(labels[0]) ?? 0) >= 3) return app.t("teach.advice_second");
  if (total === 0) return app.t("teach.advice_tap", { label: labels[0] });
  if (lacking !== undefined) {
    return app.t("teach.advice_more", { label: lacking, n: GOOD - (has.get(lacking) ?? 0) });
  }
  return app.t(labels.length === 1 ? "teach.advice_second" : "teach.advice_enough");
}
