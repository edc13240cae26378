/** A picture of this device, and what a model says of it: nothing of it is kept on the node. */

import { button } from "../../parts/button.js";
import { card, notice } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { select } from "../../parts/field.js";
import { scoreBars } from "../../parts/score_bars.js";

const LONGEST_SIDE = 1024;
const QUALITY = 0.9;
const UNLIKE = 0.5;

export function tryPicture(app) {
  const { t } = app;
  const preview = el("canvas", { class: "try-preview", hidden: true, role: "img", "aria-label": t("models.try_preview") });
  const answer = el("div", { class: "try-answer", "aria-live": "polite" });
  const input = el("input", { type: "file", accept: "image/*", hidden: true });
  const press = button(t("models.try_choose"), () => { input.click(); }, { kind: "main wide", icon: "picture" });
  const place = el("div", {});
  let chosen = null;
  let picture = null;
  let turn = 0;

  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";  // the same one again is a change, too
    if (!file) return;
    picture = await smaller(file, preview);
    await ask();
  });

  /** @param {import("./known_models.js").Model[]} models  those that are here */
  function offer(models) {
    const ready = models.filter((model) => model.isReady);
    const before = chosen?.value;
    const first = ready.find((model) => model.name === before) ?? ready.find((model) => model.inUse.length) ?? ready[0];
    if (!first) return;
    chosen = select(t("models.try_model"), ready.map((model) => [model.name, model.name]),
      { value: first.name, changed: ask });
    fill(place, chosen.element);
  }

  async function ask() {
    if (!picture || !chosen) return;
    const mine = (turn += 1);
    fill(answer, el("p", { class: "muted" }, t("models.trying")));
    try {
      const said = await app.api.upload("api/classify", picture, { model: chosen.value });
      if (mine === turn) show(said);
    } catch (error) {
      if (mine === turn) fill(answer, notice("danger", error.message));
    }
  }

  function show(said) {
    const bars = scoreBars(app, { most: 5 });
    bars.set(said.top.filter((one, index) => index === 0 || one.score >= 0.005), { current: said.top[0]?.label });
    fill(answer, bars.element,
      said.unknown !== null && said.unknown > UNLIKE
        && notice("info", t("models.try_unknown", { share: app.form.percent(said.unknown) })),
      el("p", { class: "muted small" }, t("models.try_took", { ms: app.form.number(said.ms, said.ms < 10 ? 1 : 0) })));
    answer.scrollIntoView({ block: "nearest" });
  }

  const element = card({ title: t("models.try_title"), class: "try" },
    el("div", { class: "stack" }, el("p", { class: "muted" }, t("models.try_lead")), place, input, press, preview, answer));
  return {
    element,
    offer,
    /** @param {string} name  of a model; asks for a picture where there is none yet */
    choose(name) {
      if (!chosen) return;
      chosen.value = name;
      element.scrollIntoView({ block: "start" });
      press.focus();
      if (picture) ask();
      else input.click();
    },
    close: () => { turn += 1; },
  };
}

/** The picture in a size that soon is there, also over a weak network; as it is where the browser can't read it. */
async function smaller(file, canvas) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    canvas.hidden = true;
    return file;
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.hidden = false;
  const ink = canvas.getContext("2d");
  ink.fillStyle = "#fff";  // what is transparent is on white for the node, too
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return (await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); })) ?? file;
}
