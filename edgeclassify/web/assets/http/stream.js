/**
 * The node's Server-Sent Events: `new Stream(url, { heard, changed })`.
 *
 * `heard(kind, data)` for each message; `changed("live" | "connecting" | "lost")` when the connection does. The
 * browser resumes with Last-Event-ID by itself; where it gives up (an error in place of a stream) this goes on with
 * `?after=`. A page that nobody sees lets go after a while, and resumes when it is seen.
 */

export const KINDS = ["now", "state", "look", "event", "availability", "condition", "health", "option", "snooze",
  "profile", "info", "job", "config", "teaching"];

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const LOST_AFTER_MS = 3_000;
const HIDDEN_FOR_MS = 60_000;

export class Stream {
  #url;
  #listener;
  #source = null;
  #lastId = "";
  #wait = FIRST_WAIT_MS;
  #timers = { retry: 0, lost: 0, hidden: 0 };
  #closed = false;
  #state = "";
  #seen = () => this.#visibility();

  /** @param {string} url @param {{heard: Function, changed: Function}} listener */
  constructor(url, listener) {
    this.#url = url;
    this.#listener = listener;
    document.addEventListener("visibilitychange", this.#seen);
    this.#open();
  }

  close() {
    this.#closed = true;
    document.removeEventListener("visibilitychange", this.#seen);
    this.#letGo();
  }

  /** Try at once in place of later. */
  retry() {
    if (this.#closed) return;
    this.#letGo();
    this.#open();
  }

  #open() {
    this.#tell(this.#state === "lost" ? "lost" : "connecting");
    this.#awaitLoss();
    const after = this.#lastId ? `?after=${encodeURIComponent(this.#lastId)}` : "";
    const source = new EventSource(this.#url + after);
    this.#source = source;
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("error", () => this.#failed(source));
    for (const kind of KINDS) source.addEventListener(kind, (message) => this.#took(kind, message));
  }

  #opened() {
    clearTimeout(this.#timers.lost);
    this.#timers.lost = 0;
    this.#wait = FIRST_WAIT_MS;
    this.#tell("live");
  }

  #took(kind, message) {
    if (message.lastEventId) this.#lastId = message.lastEventId;
    this.#listener.heard(kind, message.data ? JSON.parse(message.data) : null);
  }

  #failed(source) {
    if (this.#closed || source !== this.#source) return;
    if (this.#state === "live") this.#tell("connecting");
    this.#awaitLoss();
    source.close();
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.#open(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #awaitLoss() {
    if (!this.#timers.lost) this.#timers.lost = setTimeout(() => this.#tell("lost"), LOST_AFTER_MS);
  }

  #visibility() {
    clearTimeout(this.#timers.hidden);
    if (document.hidden) this.#timers.hidden = setTimeout(() => this.#letGo(), HIDDEN_FOR_MS);
    else if (!this.#source || this.#source.readyState === EventSource.CLOSED) this.retry();
  }

  #letGo() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers.lost = 0;
    this.#source?.close();
    this.#source = null;
  }

  #tell(state) {
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    this.#listener.changed(state);
  }
}
