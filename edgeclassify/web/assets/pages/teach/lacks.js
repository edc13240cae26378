/** What is missing among the pictures of a taught model, in the reader's words. */

import { labelText } from "./label_words.js";

/** @param {{kind: string, label: string | null, text: string}} lack @param {{label: string, examples: number}[]} labels */
export function lackText(app, lack, labels) {
  const key = `teach.lack_${lack.kind}${lack.kind === "dark" && lack.label === null ? "_all" : ""}`;
  if (!app.has(key)) return lack.text.replaceAll("`", "");
  const known = labels.find((one) => one.label === lack.label);
  return app.t(key, { label: labelText(app, lack.label), n: app.form.number(known?.examples ?? 0) });
}
