/** The third step: groups of what was gathered get their labels, then a head is fitted, and shows how good it is. */

import { button } from "../../parts/button.js";
import { card, empty, notice, skeleton } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { openResult } from "./result.js";
import { openSorting } from "./sorting.js";
import { canLearn, classesOf, taught } from "./taught.js";

export function openLearn({ root, app, view, model, foot, go }) {
  const teach = taught(app);
  const place = el("div", { class: "stack" }, skeleton("14rem"));
  root.append(place);
  let close = null;
  let isClosed = false;
  const replaceBy = (open) => {
    if (isClosed) return;
    close?.();
    fill(place);
    close = open();
  };

  async function begin() {
    let whole = null;
    let clusters = [];
    try {
      [whole, clusters] = await Promise.all([teach.find(model, { limit: 1 }), teach.clusters(model)]);
    } catch (error) {
      app.say(error);
    }
    if (isClosed) return;
    if (clusters.length > 0) sort(clusters, whole?.model.labels ?? []);
    else if (whole && canLearn(whole.model.labels)) learn(whole.model);
    else tooFew(whole?.model.labels ?? []);
  }

  function sort(clusters, labels) {
    replaceBy(() => openSorting({ root: place, app, model, clusters, labels, done: begin }));
    foot(button(app.t("teach.back"), () => go(2), { kind: "quiet" }),
      button(app.t("teach.learn_now"), leaveSorting, { kind: "main", icon: "spark" }));
  }

  /** What was not sorted stays for later. */
  async function leaveSorting() {
    let whole = null;
    try {
      whole = await teach.find(model, { limit: 1 });
    } catch (error) {
      app.say(error);
      return;
    }
    if (whole && canLearn(whole.model.labels)) learn(whole.model);
    else app.say(app.t("teach.sort_two"));
  }

  function tooFew(labels) {
    const classes = classesOf(labels);
    const only = classes.length === 1 && classes[0].examples >= 3 ? classes[0] : null;
    replaceBy(() => {
      place.append(empty("picture", app.t("teach.too_few"), app.t("teach.too_few_more"),
        button(app.t("teach.show_more"), () => go(2), { kind: "main" }),
        only && button(app.t("teach.one_class", { label: only.label }), () => fit(true), { kind: "quiet" })));
      return null;
    });
    foot(button(app.t("teach.back"), () => go(2), { kind: "quiet" }));
  }

  async function learn(known) {
    if (known.is_fitted) show();
    else await fit(known.one_class);
  }

  async function fit(isOneClass) {
    replaceBy(() => {
      place.append(card({ class: "teach-learning", role: "status" }, el("span", { class: "teach-spinner" }),
        el("p", {}, app.t("teach.learning"))));
      return null;
    });
    foot();
    try {
      await teach.fit(model, isOneClass);
      show();
    } catch (error) {
      replaceBy(() => {
        place.append(notice("danger", error.message, button(app.t("teach.show_more"), () => go(2), { small: true })));
        return null;
      });
      foot(button(app.t("teach.back"), () => go(2), { kind: "quiet" }));
    }
  }

  function show() {
    replaceBy(() => openResult({ root: place, app, model, view, isNew: true }));
    foot(button(app.t("teach.show_more"), () => go(2), { kind: "quiet" }),
      button(app.t("teach.done"), () => app.go("teach", { model }), { kind: "main", icon: "check" }));
  }

  begin();
  return () => { isClosed = true; close?.(); };
}
