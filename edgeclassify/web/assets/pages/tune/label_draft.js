/** The rules of one label while they are tuned: what it has of its own, over those of its view. */

const EXIT_OF_ENTER = 2 / 3;

/** Used as a RulesDraft is; what it is told ends up in the draft of the view, as its `label_rules`. */
export class LabelDraft {
  #draft;
  #label;

  /** @param {import("./rules_draft.js").RulesDraft} draft @param {string} label */
  constructor(draft, label) {
    this.#draft = draft;
    this.#label = label;
  }

  get #own() {
    return this.#draft.value("label_rules")[this.#label] ?? {};
  }

  value(key) {
    return this.#own[key] ?? this.#usual(key);
  }

  isUsual(key) {
    return (this.#own[key] ?? null) === null;
  }

  /** @param {any} value  null: as its view has it */
  set(key, value) {
    const own = { ...this.#own };
    delete own[key];
    const isOfItsOwn = key === "threshold_exit" ? value !== null : value !== null && value !== this.#usual(key);
    if (isOfItsOwn) own[key] = value;
    if (key === "threshold_enter" && own.threshold_exit > value) own.threshold_exit = value;
    const { [this.#label]: _, ...others } = this.#draft.value("label_rules");
    this.#draft.set("label_rules", Object.keys(own).length ? { ...others, [this.#label]: own } : others);
  }

  /** As the config fills it in: some defaults follow from the label's own. */
  #usual(key) {
    const own = this.#own;
    if (key === "rare" || key === "muted") return false;
    if (key === "threshold_exit" && own.threshold_enter !== undefined) return own.threshold_enter * EXIT_OF_ENTER;
    if (key === "expire_s" && own.confirm_s !== undefined) return own.confirm_s;
    return this.#draft.value(key);
  }
}

/**
 * What has changed in a view's label_rules, key by key: what stands beside them in the file stays as it is.
 *
 * @param {object} before @param {object} after @returns {{path: string[], value: any}[]}  below label_rules
 */
export function changedLabelKeys(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((label) => {
    if (!(label in after)) return [{ path: [label], value: null }];
    if (!(label in before)) return [{ path: [label], value: after[label] }];
    return [...new Set([...Object.keys(before[label]), ...Object.keys(after[label])])]
      .filter((key) => before[label][key] !== after[label][key])
      .map((key) => ({ path: [label, key], value: after[label][key] ?? null }));
  });
}
