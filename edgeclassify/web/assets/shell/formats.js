/**
 * Times and figures as people read them: `app.form.time(ts)`, `.clock(ts)`, `.day(ts)`, `.ago(ts)`, `.duration(s)`,
 * `.percent(0-1)`, `.number(x, digits)`, `.bytes(n)`. Times are RFC 3339 strings, Dates, or seconds since the epoch.
 */

/** @param {string|number|Date} when */
export function asDate(when) {
  if (when instanceof Date) return when;
  return new Date(typeof when === "number" ? when * 1000 : when);
}

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export function formats(region, t) {
  const clock = new Intl.DateTimeFormat(region, { hour: "numeric", minute: "2-digit" });
  const exact = new Intl.DateTimeFormat(region, { hour: "numeric", minute: "2-digit", second: "2-digit" });
  const short = new Intl.DateTimeFormat(region, { weekday: "short", day: "numeric", month: "short" });
  const long = new Intl.DateTimeFormat(region, { weekday: "long", day: "numeric", month: "long" });
  const percent = new Intl.NumberFormat(region, { style: "percent", maximumFractionDigits: 0 });
  const numbers = new Map();

  const number = (value, digits = 0) => {
    if (!numbers.has(digits)) {
      numbers.set(digits, new Intl.NumberFormat(region, { maximumFractionDigits: digits }));
    }
    return numbers.get(digits).format(value);
  };
  const daysAgo = (date) => Math.round((startOfDay(new Date()) - startOfDay(date)) / 86_400_000);
  const duration = (seconds) => {
    const s = Math.max(0, seconds);
    if (s < 10) return t("unit.seconds", { n: number(s, 1) });
    if (s < 60) return t("unit.seconds", { n: number(s) });
    if (s < 3600) return t("unit.minutes", { n: number(Math.floor(s / 60)) });
    if (s < 86_400 && s % 3600 < 60) return t("unit.hours", { n: Math.floor(s / 3600) });
    if (s < 86_400) {
      return t("unit.hours_minutes", { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
    }
    return t("unit.days_hours", { d: Math.floor(s / 86_400), h: Math.floor((s % 86_400) / 3600) });
  };
  return {
    number,
    duration,
    percent: (value) => percent.format(value),
    clock: (when) => clock.format(asDate(when)),
    exact: (when) => exact.format(asDate(when)),
    /** "Today", "Yesterday", or the day's name. */
    day: (when) => {
      const date = asDate(when);
      const ago = daysAgo(date);
      return ago === 0 ? t("time.today") : ago === 1 ? t("time.yesterday") : long.format(date);
    },
    /** Today the clock alone, else with the day. */
    time: (when) => {
      const date = asDate(when);
      return daysAgo(date) === 0 ? clock.format(date) : `${short.format(date)}, ${clock.format(date)}`;
    },
    ago: (when) => {
      const seconds = (Date.now() - asDate(when).getTime()) / 1000;
      return seconds < 5 ? t("time.just_now") : t("time.ago", { time: duration(seconds) });
    },
    bytes: (n) => {
      const units = ["B", "kB", "MB", "GB", "TB"];
      let value = n;
      let unit = 0;
      while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
      return `${number(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
    },
  };
}
