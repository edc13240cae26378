/** Beside the picture: what the selected view sees and says, its exact numbers, and what else is done with it. */

import { button } from "../../parts/button.js";
import { card, chip } from "../../parts/card.js";
import { el, fill } from "../../parts/element.js";
import { textField } from "../../parts/field.js";
import { listOf, middleSquare, moved, regionOf } from "../../parts/regions.js";
import { scoreBars } from "../../parts/score_bars.js";

const LOOK_PX = 224;
const LOOK_MS = 400;
const SIDES = ["x", "y", "width", "height"];
const FINEST = 0.1;

/**
 * @param {object} app
 * @param {object} hands
 * @param {() => HTMLImageElement | null} hands.image  the camera's picture as it is shown
 * @param {(region: object) => void} hands.onChange
 * @param {HTMLElement} hands.settings  how the view looks at its region
 * @param {() => Promise<any>} hands.rename
 * @param {() => Promise<any>} hands.remove
 */
export function viewPanel(app, { image, onChange, settings, rename, remove }) {
  const heading = el("h2", { class: "aim-name" });
  const state = el("span", {});
  const look = el("canvas", { class: "aim-look", width: LOOK_PX, height: LOOK_PX, role: "img" });
  const bars = scoreBars(app, { enter: 0, exit: 0, most: 3 });
  const numbers = SIDES.map((side) => textField(app.t(`aim.${side}`), {
    type: "number", min: 0, max: 100, step: FINEST, inputmode: "decimal", changed: typed,
  }));
  const renaming = button(app.t("aim.rename"), rename, { icon: "edit", small: true });
  const removing = button(app.t("aim.remove"), remove, { icon: "trash", small: true, kind: "quiet" });
  let region = regionOf([0, 0, 1, 1]);
  let share = 0;
  const element = card({ class: "aim-panel" },
    el("header", { class: "card-head" }, heading, state),
    el("div", { class: "aim-sees" }, app.node.labels_only ? null : look, bars.element),
    settings,
    el("details", { class: "aim-numbers" }, el("summary", {}, app.t("aim.numbers")),
      el("div", { class: "aim-fields" }, numbers.map((one) => one.element)),
      el("p", { class: "hint" }, app.t("aim.keys"))),
    el("div", { class: "row" }, renaming, removing));
  const timer = setInterval(paint, LOOK_MS);

  function typed() {
    const values = numbers.map((one) => Number(one.value) / 100);
    if (values.some((value) => !Number.isFinite(value)) || values[2] <= 0 || values[3] <= 0) return;
    const [x, y, width, height] = values.map((value) => Math.min(Math.max(value, 0), 1));
    onChange(moved({ x, y, width, height }, 0, 0));
  }

  /** The part of the picture that the model is given. */
  function paint() {
    const from = image();
    const ink = look.getContext("2d");
    if (!ink || !from?.complete || !from.naturalWidth || from.hidden) return;
    const part = share ? middleSquare(region, from.naturalWidth / from.naturalHeight, share) : region;
    const width = part.width * from.naturalWidth;
    const height = part.height * from.naturalHeight;
    const scale = LOOK_PX / Math.max(width, height, 1);
    ink.clearRect(0, 0, LOOK_PX, LOOK_PX);
    ink.drawImage(from, part.x * from.naturalWidth, part.y * from.naturalHeight, width, height,
      (LOOK_PX - width * scale) / 2, (LOOK_PX - height * scale) / 2, width * scale, height * scale);
  }

  function follow(next, nextShare) {
    region = next;
    share = nextShare;
    listOf(region).forEach((value, index) => {
      if (document.activeElement !== numbers[index].input) numbers[index].value = (value * 100).toFixed(1);
    });
    paint();
  }

  return {
    element,
    /** @param {object | null} view  as in app.node.views */
    show(view, next, nextShare) {
      element.hidden = view === null;
      if (view === null) return;
      heading.textContent = view.name;
      look.setAttribute("aria-label", app.t("aim.sees", { view: view.name }));
      follow(next, nextShare);
      this.live(app.now.view(view.name));
    },
    moved: follow,
    /** @param {object | undefined} now  as of app.now */
    live(now) {
      const top = now?.look?.top ?? now?.state?.top ?? [];
      const label = now?.state?.label ?? "unknown";
      bars.set(top, { current: label });
      fill(state, now?.snooze ? chip(app.t("state.snoozed"), { icon: "snooze" })
        : now?.options?.enabled === false ? chip(app.t("state.off"), { icon: "pause" }) : null);
    },
    /** @param {boolean} canChange */
    allow(canChange) {
      renaming.disabled = !canChange;
      removing.disabled = !canChange;
    },
    close: () => clearInterval(timer),
  };
}
