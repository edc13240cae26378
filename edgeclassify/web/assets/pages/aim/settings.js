/**
 * How a view looks at its region, and how its camera takes the picture: each is taken over at once, and what the node
 * refuses is put back.
 */

import { card } from "../../parts/card.js";
import { el } from "../../parts/element.js";
import { segmented, select, toggle } from "../../parts/field.js";
import { pendingChoices } from "../../state/pending_choices.js";

const ANGLES = ["0", "90", "180", "270"];
const INTERVALS_S = [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** @param {object} app @param {() => object | null} file  of state/config_file.js, once it is read */
export function viewSettings(app, file) {
  const { t } = app;
  let view = "";
  const section = () => file()?.view(view) ?? {};
  const { put, shownAs } = settled(app, file, { name: () => view, show,
    keys: (key, value) => file().viewKeys(view, { [key]: value }) });
  const look = segmented(t("aim.look"), [["roi", t("aim.look.roi")], ["motion", t("aim.look.motion")]], {
    value: "roi", changed: (kind) => put("look", kind),
  });
  const gate = toggle(t("aim.gate"), { hint: t("aim.gate.hint"), changed: (isOn) => put("motion.gate", isOn) });
  const element = el("div", { class: "aim-settings" }, look.element, gate.element);

  function show(name) {
    view = name;
    look.value = shownAs("look", section().look ?? "roi");
    gate.value = shownAs("motion.gate", section().motion?.gate ?? false);
  }
  return { element, show };
}

export function cameraSettings(app, file) {
  const { t, form } = app;
  let camera = "";
  const section = () => (file()?.document.camera ?? []).find((one) => one.name === camera) ?? {};
  const { put, shownAs } = settled(app, file, { name: () => camera, show,
    keys: (key, value) => [{ path: ["camera", camera, key], value }] });
  const rotation = segmented(t("aim.rotation"), ANGLES.map((angle) => [angle, `${angle}°`]), {
    value: "0", changed: (angle) => put("rotation", Number(angle)),
  });
  const hflip = toggle(t("aim.hflip"), { changed: (isOn) => put("hflip", isOn) });
  const vflip = toggle(t("aim.vflip"), { changed: (isOn) => put("vflip", isOn) });
  const interval = select(t("aim.interval"), INTERVALS_S.map((seconds) => [String(seconds),
    seconds ? form.duration(seconds) : t("aim.interval.fast")]), { changed: (seconds) => put("interval_s", Number(seconds)) });
  const heading = el("summary", {});
  const element = card({ class: "aim-camera" }, el("details", { class: "aim-numbers" }, heading,
    el("div", { class: "aim-settings" }, rotation.element, hflip.element, vflip.element, interval.element)));

  function show(name) {
    camera = name;
    heading.textContent = t("aim.camera", { camera });
    rotation.value = String(shownAs("rotation", section().rotation ?? 0));
    hflip.value = shownAs("hflip", section().hflip ?? false);
    vflip.value = shownAs("vflip", section().vflip ?? false);
    const interval_s = app.node.cameras.find((one) => one.name === camera)?.interval_s ?? 0;
    const seconds = String(shownAs("interval_s", interval_s));
    if (![...interval.input.options].some((one) => one.value === seconds)) {
      interval.input.append(el("option", { value: seconds }, form.duration(Number(seconds))));
    }
    interval.value = seconds;
  }
  return { element, show };
}

/**
 * A choice as it goes into the file, and as it is shown until the file says so.
 *
 * @param {{ name: () => string, show: (name: string) => void, keys: (key: string, value: any) => object[] }} of
 *   name: of the view or the camera that is shown; keys: what is changed in the file
 */
function settled(app, file, { name, show, keys }) {
  const chosen = pendingChoices({ ended: () => show(name()) });
  const idOf = (key) => `${name()} ${key}`;

  async function change(key, value) {
    const { notes } = await file().change(keys(key, value));
    await app.refresh();
    app.say(notes[0] ?? app.t("aim.saved"));
  }
  return {
    put: (key, value) => chosen.until(idOf(key), value, () => change(key, value)).catch(app.say),
    shownAs: (key, value) => chosen.or(idOf(key), value),
  };
}
