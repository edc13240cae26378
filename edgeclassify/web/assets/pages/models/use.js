/** A model decides in a view: switched over in the config, and back. */

import { button } from "../../parts/button.js";
import { notice } from "../../parts/card.js";
import { dialog } from "../../parts/dialog.js";
import { el } from "../../parts/element.js";
import { loadConfig } from "../../state/config_file.js";

export class ModelUse {
  #app;

  constructor(app) {
    this.#app = app;
  }

  /** Have it decide there. Says itself what came of it. @param {import("./known_models.js").Model} model */
  async put(view, model) {
    try {
      const before = await this.#change(view, model.config);
      this.#app.say(this.#app.t("models.used", { view, model: model.name }), {
        action: this.#app.t("action.undo"), done: () => this.#undo(view, before),
      });
    } catch (error) {
      this.#refused(view, model, error);
    }
  }

  async #undo(view, before) {
    try {
      await this.#change(view, before);
      this.#app.say(this.#app.t("models.undone", { view }));
    } catch (error) {
      this.#app.say(error);
    }
  }

  /** @returns {Promise<string | object | null>} what the config said before */
  async #change(view, model) {
    const file = await loadConfig(this.#app);
    if (!file.writable) throw new Error(file.why_not || this.#app.t("models.not_writable"));
    const before = file.view(view).model ?? null;
    await file.change(file.viewKeys(view, { model }));
    await this.#app.refresh();
    return before;
  }

  /** The config's own check may have much to say: labels that the other model does not have. */
  #refused(view, model, error) {
    const { t } = this.#app;
    const shown = dialog(this.#app, { title: t("models.refused", { model: model.name, view }) },
      el("div", { class: "stack" }, notice("danger", error.message, el("p", { class: "small" }, t("models.unchanged"))),
        el("div", { class: "row end" }, button(t("action.close"), () => shown.close()))));
  }
}

/** Where it is to be used: asked where there are several views. @param {ModelUse} use */
export async function chooseView(app, use, model) {
  const views = app.node.views.map((view) => view.name).filter((view) => !model.inUse.includes(view));
  if (views.length === 1) {
    await use.put(views[0], model);
    return;
  }
  const shown = dialog(app, { title: app.t("models.where", { model: model.name }) }, el("div", { class: "stack tight" },
    views.map((view) => button(view, () => shown.close(view), { class: "button wide" }))));
  const chosen = await shown.closed;
  if (chosen) await use.put(chosen, model);
}
