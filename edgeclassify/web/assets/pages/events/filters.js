/** Which events are shown: what is chosen is part of the address, so that it can be kept and sent. */

import { el, fill, icon } from "../../parts/element.js";
import { addressOf } from "../../shell/router.js";

const KEYS = ["view", "label", "type", "since", "until"];
const TYPES = ["start", "lasting", "update", "end"];

export class Filters {
  #app;
  #changed;
  #labels = [];
  /** @type {Object<string, string>} */
  chosen = {};
  element = el("div", { class: "filters" });

  constructor(app, params, changed) {
    this.#app = app;
    this.#changed = changed;
    for (const key of KEYS) if (params[key]) this.chosen[key] = params[key];
    this.#show();
  }

  /** @param {Object<string, string>} values "" takes one away */
  set(values) {
    for (const [key, value] of Object.entries(values)) {
      if (value) this.chosen[key] = value;
      else delete this.chosen[key];
    }
    history.replaceState(null, "", addressOf("events", this.chosen));
    this.#show();
    this.#changed();
  }

  /** Labels that can be chosen. */
  offer(labels) {
    this.#labels = labels;
    this.#show();
  }

  get isAny() {
    return Object.keys(this.chosen).length > 0;
  }

  #show() {
    const { t, node } = this.#app;
    const labels = [...new Set([...this.#labels, ...(this.chosen.label ? [this.chosen.label] : [])])].sort();
    const views = [...new Set([...node.views.map((one) => one.name), ...(this.chosen.view ? [this.chosen.view] : [])])];
    fill(this.element,
      (views.length > 1 || this.chosen.view) && this.#choice("view", t("events.any_view"), views),
      this.#choice("label", t("events.any_label"), labels),
      this.#choice("type", t("events.any_type"), TYPES, (type) => t(`events.type.${type}`)),
      this.chosen.since && this.#day(),
      this.isAny && el("button", { type: "button", class: "button quiet small",
        on: { click: () => this.set(Object.fromEntries(KEYS.map((key) => [key, ""]))) } }, t("events.all")));
  }

  #choice(key, any, values, text = (value) => value) {
    const value = this.chosen[key] ?? "";
    return el("select", { class: ["pill", value && "on"], "aria-label": any,
      on: { change: (event) => this.set({ [key]: event.target.value }) } },
    el("option", { value: "", selected: !value }, any),
    values.map((one) => el("option", { value: one, selected: one === value }, text(one))));
  }

  #day() {
    const { t, form } = this.#app;
    return el("button", { type: "button", class: "pill on",
      "aria-label": t("events.not_day", { day: form.day(this.chosen.since) }),
      on: { click: () => this.set({ since: "", until: "" }) } }, form.day(this.chosen.since), icon("cross", { size: 16 }));
  }
}
