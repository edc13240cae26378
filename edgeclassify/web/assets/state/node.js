/**
 * What is now, as the stream tells it.
 *
 *   now.view("gate")      -> { state, online, condition, options, snooze, look } or undefined
 *   now.views             -> all of them, by name; now.health, now.info, now.profile, now.connection
 *   now.clock()           -> seconds since the epoch by the node's clock, which may be another than the browser's
 *   const off = now.on(["state", "look"], (data, kind) => ...)   // off() when the page closes
 *
 * Kinds are those of the stream; "now" when all is anew (first, and after a gap), "connection" with "live",
 * "connecting" or "lost", "node" when the node's facts (app.node) were fetched anew.
 */

export class Now {
  views = {};
  health = null;
  info = null;
  profile = null;
  connection = "connecting";
  #skew = 0;
  #listeners = new Map();

  view(name) {
    return this.views[name];
  }

  clock() {
    return Date.now() / 1000 + this.#skew;
  }

  /** @param {number} seconds  since the epoch, as the node has just said it */
  setClock(seconds) {
    this.#skew = seconds - Date.now() / 1000;
  }

  /** @param {string|string[]} kinds @returns {() => void} ends it */
  on(kinds, fn) {
    const all = [kinds].flat();
    for (const kind of all) {
      if (!this.#listeners.has(kind)) this.#listeners.set(kind, new Set());
      this.#listeners.get(kind).add(fn);
    }
    return () => all.forEach((kind) => this.#listeners.get(kind).delete(fn));
  }

  /** Called with each message of the stream. */
  heard(kind, data) {
    this.#keep(kind, data);
    this.tell(kind, data);
  }

  tell(kind, data) {
    for (const fn of [...(this.#listeners.get(kind) ?? [])]) fn(data, kind);
  }

  #keep(kind, data) {
    const view = data?.view ? (this.views[data.view] ??= { options: {} }) : null;
    if (kind === "now") {
      this.views = data.views ?? {};
      this.health = data.health ?? null;
      this.info = data.info ?? null;
      this.profile = data.profile ?? null;
    } else if (kind === "state" || kind === "look" || kind === "condition") {
      if (view) view[kind] = data;
    } else if (kind === "availability") {
      if (view) view.online = data.online;
    } else if (kind === "option") {
      if (view) view.options = { ...view.options, [data.option]: data.value };
    } else if (kind === "snooze") {
      if (view) view.snooze = data.until;
    } else if (kind === "health" || kind === "info") {
      this[kind] = data;
    } else if (kind === "profile") {
      this.profile = data?.profile ?? null;
    }
  }
}
