/**
 * Light, dark, or as the machine has it ("auto"): `theme()`, `setTheme("dark")`; `kept(key)` and `keep(key, value)`
 * remember what people choose in this browser. Charts listen for the event "themechange" on `document`.
 */

export function kept(key) {
  try { return localStorage.getItem(`edgeclassify.${key}`); } catch { return null; }
}

export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(`edgeclassify.${key}`);
    else localStorage.setItem(`edgeclassify.${key}`, value);
  } catch { /* no storage: it holds until the page is closed */ }
}

/** @returns {"light"|"dark"|"auto"} */
export function theme() {
  return document.documentElement.dataset.theme ?? "auto";
}

/** @param {"light"|"dark"|"auto"} chosen */
export function setTheme(chosen) {
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  keep("theme", chosen === "auto" ? null : chosen);
  document.dispatchEvent(new Event("themechange"));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new Event("themechange"));
});
