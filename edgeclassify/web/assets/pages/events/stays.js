/**
 * Events as stays: a label's start, what was told of it meanwhile, and its end belong together by their id.
 *
 * Pages of the log come newest first, so that the end of a stay may be known before its start.
 */

export class Stays {
  #byId = new Map();
  #seen = new Set();

  /** @param {object[]} events @returns {boolean} was any of them, or its picture, new */
  add(events) {
    let anyNew = false;
    for (const event of events) {
      const known = this.#byId.get(event.id);
      if (this.#seen.has(event.seq)) {
        anyNew ||= event.has_picture && !known.pictures.has(event.seq);
        if (event.has_picture) known.pictures.add(event.seq);
        continue;
      }
      anyNew = true;
      this.#seen.add(event.seq);
      const stay = known ?? { id: event.id, view: event.view, label: event.label, events: [], pictures: new Set() };
      stay.events.push(event);
      stay.events.sort((one, other) => one.seq - other.seq);
      if (event.has_picture) stay.pictures.add(event.seq);
      this.#byId.set(event.id, stay);
    }
    return anyNew;
  }

  /** @param {number} seq of an event */
  has(seq) {
    return this.#seen.has(seq);
  }

  get size() {
    return this.#byId.size;
  }

  /** Those with the newest event first. */
  list() {
    return [...this.#byId.values()].sort((one, other) => lastOf(other).seq - lastOf(one).seq);
  }
}

export const lastOf = (stay) => stay.events[stay.events.length - 1];
export const startOf = (stay) => stay.events.find((one) => one.event_type === "start");
export const endOf = (stay) => stay.events.find((one) => one.event_type === "end");

/** The number of the event whose picture stands for it: that of its start where there is one. */
export function pictureOf(stay) {
  const start = startOf(stay);
  if (start && stay.pictures.has(start.seq)) return start.seq;
  return [...stay.pictures][0] ?? null;
}

/** The highest score that was told of it. */
export function scoreOf(stay) {
  return Math.max(...stay.events.filter((one) => one.event_type !== "end").map((one) => one.score), -1);
}
