/**
 * A view's rules while they are tuned: what holds, what is tried in its place, and what that comes to.
 *
 * Some defaults follow from others, as in the config: with another filter other thresholds and times hold where the
 * file says nothing of them.
 */

const EXIT_OF_ENTER = 2 / 3;
/** What has no default of its own, but one that follows from another key. */
const FOLLOWING = ["threshold_exit", "expire_s"];
const USUAL = { memory_s: 1.5, smoothing_s: 2, hold_s: 0, cooldown_s: 0, unknown_below: 0.25, lasting: {}, label_rules: {} };

export class RulesDraft {
  #view;
  #section;
  #tried = {};

  /** @param {object} view  as in app.node.views @param {object} section  as the config's file has it */
  constructor(view, section, tried = {}) {
    this.#view = view;
    this.#section = section;
    this.#tried = { ...tried };
  }

  /** What is tried, by key; null: the key is taken away. */
  get changes() {
    return { ...this.#tried };
  }

  get count() {
    return Object.keys(this.#tried).length;
  }

  /** What holds or is tried; every default filled in. */
  value(key) {
    return key in this.#tried ? (this.#tried[key] ?? this.#usual(key)) : this.#held(key, this.value);
  }

  /** What holds without what is tried. */
  configured(key) {
    return this.#held(key, this.configured);
  }

  /** True where the key has its default. */
  isUsual(key) {
    const said = key in this.#tried ? this.#tried[key] : this.#section[key];
    return said === undefined || said === null;
  }

  set(key, value) {
    const isAsBefore = value === null
      ? this.#isAbsent(key)
      : isEqual(value, this.configured(key)) && this.#isUnmoved(key);
    if (isAsBefore) delete this.#tried[key];
    else this.#tried[key] = value;
    if (key === "threshold_enter" && this.value("threshold_exit") > value) this.set("threshold_exit", value);
  }

  /** True where the file says nothing of it. */
  #isAbsent(key) {
    return this.#section[key] === undefined || this.#section[key] === null;
  }

  /** False where the default that would hold is another one by now, since another filter is tried. */
  #isUnmoved(key) {
    // An exit of its own is another rule than one that follows, though both are the same number now.
    if (key === "threshold_exit") return !this.#isAbsent(key);
    return !this.#isAbsent(key) || isEqual(this.#held(key, this.value), this.configured(key));
  }

  #held(key, of) {
    const { rules } = this.#view;
    if (key === "filter") {
      return (of === this.value && this.#tried.filter) || this.#section.filter || rules.filter;
    }
    const isSameFilter = of.call(this, "filter") === rules.filter;
    // A threshold may have been set for now, over the config: what holds is what the node says.
    if (isSameFilter && key === "threshold_enter") return rules.threshold_enter;
    if (!this.#isAbsent(key)) return this.#section[key];
    if (isSameFilter && !FOLLOWING.includes(key) && key in rules) return rules[key];
    return this.#usual(key, of);
  }

  #usual(key, of = this.value) {
    const isBayes = () => of.call(this, "filter") === "bayes";
    if (key === "filter") return this.#view.rules.filter;
    if (key === "threshold_enter") return isBayes() ? 0.97 : 0.6;
    if (key === "threshold_exit") return of.call(this, "threshold_enter") * EXIT_OF_ENTER;
    if (key === "confirm_s") return isBayes() ? 0 : 1;
    if (key === "expire_s") return isBayes() ? 3 : of.call(this, "confirm_s");
    return USUAL[key];
  }
}

function isEqual(a, b) {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) < 1e-6;
  return ordered(a) === ordered(b);
}

/** Tables are the same in whatever order their keys stand. */
function ordered(value) {
  return JSON.stringify(value, (_, one) => (one && typeof one === "object" && !Array.isArray(one)
    ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one));
}
