/** A model in a card: what it is, where it is used, and what can be done with it. */

import { button } from "../../parts/button.js";
import { chip, notice } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";

const SYMBOLS = { builtin: "spark", taught: "teach", catalog: "models", file: "models" };

export class ModelCard {
  #app;
  #model;
  #acts;
  #state = el("div", { class: "model-state", "aria-live": "polite" });
  #actions = el("div", { class: "row model-actions" });

  /**
   * @param {import("./known_models.js").Model} model
   * @param {{use: Function, tryOut: Function, inside: Function, fetch: Function}} acts
   */
  constructor(app, model, acts) {
    this.#app = app;
    this.#model = model;
    this.#acts = acts;
    this.element = el("article", { class: ["card model", !model.isHere && "away"], data: { model: model.name } },
      el("div", { class: "model-words" },
        el("header", { class: "model-head" }, el("h3", {}, model.name),
          model.isHere && chip(app.t(`models.kind.${model.kind}`), { icon: SYMBOLS[model.kind] }),
          model.inUse.map((view) => chip(view, { kind: "ok", icon: "check" }))),
        el("p", { class: "model-text" }, model.text),
        el("p", { class: "muted small" }, model.facts.join(" · "))), this.#actions, this.#state);
    this.job(model.job);
  }

  /** How far it is with fetching it; null: nobody does. @param {object | null} job */
  job(job) {
    const isRunning = job?.state === "running";
    if (isRunning) this.#showProgress(job);
    else if (job?.state === "failed" && !this.#model.isHere) fill(this.#state, notice("danger", job.error));
    else fill(this.#state);
    fill(this.#actions, isRunning ? [] : this.#model.isHere ? this.#here() : this.#away());
  }

  #here() {
    const { t } = this.#app;
    const views = this.#app.node.views.map((view) => view.name);
    const isEverywhere = views.every((view) => this.#model.inUse.includes(view));
    return [
      this.#model.isReady && !isEverywhere
        && button(t("models.use"), () => this.#acts.use(this.#model), { small: true, kind: "soft", icon: "check" }),
      this.#model.isReady
        && button(t("models.try"), () => this.#acts.tryOut(this.#model), { small: true, icon: "picture" }),
      button(t("models.inside"), () => this.#acts.inside(this.#model), { small: true, icon: "search" }),
    ];
  }

  #away() {
    const { t } = this.#app;
    return [button(t("models.fetch"), () => this.#acts.fetch(this.#model), { small: true, icon: "download",
      "aria-label": t("models.fetch_named", { model: this.#model.name }) })];
  }

  #showProgress({ done, total }) {
    const { t, form } = this.#app;
    const text = total === null ? form.bytes(done)
      : t("models.fetching", { done: form.bytes(done), total: form.bytes(total) });
    const share = total ? done / total : 0;
    fill(this.#state, el("div", { class: "model-progress" },
      el("progress", { max: 1, value: share, "aria-label": t("models.fetch_of", { model: this.#model.name }) }),
      el("span", { class: "small muted" }, text)));
  }
}
