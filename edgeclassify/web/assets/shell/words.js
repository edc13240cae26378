/**
 * Texts and figures in the reader's language.
 *
 *   const words = await loadWords();        // browser's language, or the one that was chosen
 *   words.t("live.since", { time: "9:41" }) // "{time}" in the catalogue is replaced
 *   words.n("events.count", 3)              // keys "events.count.one" and "events.count.other", {n} is the number
 *   words.form.percent(0.612)               // "61 %"
 */

import { kept } from "./theme.js";
import { formats } from "./formats.js";

export const LANGUAGES = { en: "English", de: "Deutsch" };

function language() {
  const wanted = [kept("language"), ...navigator.languages.map((one) => one.slice(0, 2).toLowerCase())];
  return wanted.find((one) => one in LANGUAGES) ?? "en";
}

export async function loadWords(lang = language()) {
  const catalogue = (await import(`../texts/${lang}.js`)).default;
  const region = navigator.languages.find((one) => one.toLowerCase().startsWith(lang)) ?? lang;
  const plural = new Intl.PluralRules(region);
  const t = (key, values = {}) => {
    const text = catalogue[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
  const form = formats(region, t);
  const n = (key, count, values = {}) => t(`${key}.${plural.select(count) === "one" ? "one" : "other"}`,
    { n: form.number(count), ...values });
  const has = (key) => key in catalogue;
  document.documentElement.lang = lang;
  return { lang, t, n, has, form };
}
