/** Models: which decides where, which there are, fetching, looking inside, and trying one on a picture. */

import { button } from "../parts/button.js";
import { empty, notice, skeleton } from "../parts/card.js";
import { el, fill } from "../parts/element.js";
import { inUse } from "./models/in_use.js";
import { openInside } from "./models/inside.js";
import { knownModels } from "./models/known_models.js";
import { ModelCard } from "./models/model_card.js";
import { tryPicture } from "./models/try_picture.js";
import { chooseView, ModelUse } from "./models/use.js";

export const title = "models.title";

export function open(root, app, params) {
  const side = el("div", { class: "models-side" });
  const main = el("div", { class: "models-main" }, skeleton("9rem"), skeleton("9rem"), skeleton("9rem"));
  const use = new ModelUse(app);
  const tried = tryPicture(app);
  const decides = inUse(app, use, () => models);
  let cards = new Map();
  let models = [];
  let isOpen = true;
  let turn = 0;

  const acts = {
    use: (model) => chooseView(app, use, model),
    tryOut: (model) => tried.choose(model.name),
    inside: (model) => openInside(app, model),
    fetch: async (model) => {
      try {
        await app.api.post(`api/models/${encodeURIComponent(model.name)}/fetch`);
      } catch (error) {
        app.say(error);
      }
    },
  };

  async function load() {
    const mine = (turn += 1);
    try {
      const answer = await app.api.get("api/models");
      if (!isOpen || mine !== turn) return;
      models = knownModels(app, answer);
      show(answer.faults);
    } catch (error) {
      if (!isOpen || mine !== turn) return;
      fill(main, empty("warning", app.t("models.failed"), error.message,
        button(app.t("action.retry"), load, { icon: "refresh" })));
    }
  }

  function show(faults) {
    cards = new Map(models.map((model) => [model.name, new ModelCard(app, model, acts)]));
    const some = (isHere) => models.filter((model) => model.isHere === isHere).map(({ name }) => cards.get(name).element);
    fill(main,
      section("models.here", "", some(true)),
      section("models.more", app.t("models.more_lead"), some(false)),
      faults.length > 0 && notice("warning", app.t("models.faults"), el("ul", { class: "models-faults" },
        faults.map((fault) => el("li", {}, fault)))));
    decides.show();
    tried.offer(models.filter((model) => model.isHere));
  }

  function section(key, lead, elements) {
    return elements.length > 0 && el("section", { class: "models-section" }, el("h2", {}, app.t(key)),
      lead && el("p", { class: "muted" }, lead), el("div", { class: ["models-list", key === "models.more" && "away"] }, elements));
  }

  function heardJob(job) {
    if (job.kind !== "fetch") return;
    cards.get(job.name)?.job(job);
    if (job.state === "done") {
      app.say(app.t("models.fetched", { model: job.name }));
      load();
    }
  }

  const offs = [app.now.on("job", heardJob), app.now.on(["node", "teaching"], load)];
  side.append(decides.element, tried.element);
  root.append(side, main);
  load().then(() => {
    const wanted = models.find((model) => model.name === params.model);
    if (isOpen && wanted) acts.inside(wanted);
  });
  return () => { isOpen = false; offs.forEach((off) => off()); tried.close(); };
}
