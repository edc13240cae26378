/** The second step: somebody says what is to be seen now, tap by tap; or the node gathers pictures over hours. */

import { button } from "../../parts/button.js";
import { notice } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { segmented } from "../../parts/field.js";
import { openCollecting } from "./collecting.js";
import { openTapping } from "./tapping.js";
import { canLearn, taught } from "./taught.js";

export function openShow(step) {
  const { root, app, view, model, foot, go } = step;
  const place = el("div", { class: "teach-show" });
  let close = null;
  let isClosed = false;
  let labels = [];
  let kept = 0;
  let drawn = "";

  const way = segmented(app.t("teach.way"), [["tap", app.t("teach.way_tap"), "picture"],
    ["collect", app.t("teach.way_collect"), "clock"]], { value: "tap", hideLabel: true, changed: show });
  way.element.hidden = !app.node.features.teaching;  // nothing that is seen is kept there
  root.append(way.element, place);

  function show(chosen) {
    close?.();
    const open = chosen === "collect" ? openCollecting : openTapping;
    close = open({ root: fill(place), app, view, model, labels, changed });
  }

  /** @param {{labels?: object[], kept?: number}} news */
  function changed(news) {
    labels = news.labels ?? labels;
    kept = news.kept ?? kept;
    const sorts = kept > 0;
    const isReady = sorts || canLearn(labels);
    const now = `${sorts} ${isReady}`;
    if (now === drawn) return;
    drawn = now;
    foot(button(app.t("teach.back"), () => go(1), { kind: "quiet" }),
      button(app.t(sorts ? "teach.sort" : "teach.learn"), () => go(3), {
        kind: "main", icon: sorts ? "grid" : "spark", disabled: !isReady,
      }));
  }

  async function begin() {
    let running = false;
    try {
      const [whole, collections] = await Promise.all([taught(app).find(model, { limit: 1 }),
        taught(app).collections(model)]);
      const mine = collections.find((one) => one.view === view.name);
      labels = whole?.model.labels ?? [];
      kept = mine?.kept ?? 0;
      running = Boolean(mine?.running);
    } catch (error) {
      app.say(error);
    }
    if (isClosed) return;
    changed({});
    // Who was quicker than the node stays with what was chosen; labels to tap are known only now.
    if (running && !close) way.value = "collect";
    if (!close || way.value === "tap") show(way.value);
  }
  if (!view.has_embedding) root.prepend(notice("warning", app.t("teach.no_embedding", { model: view.model })));
  begin();
  return () => { isClosed = true; close?.(); };
}
