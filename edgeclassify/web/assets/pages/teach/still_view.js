/**
 * What a view is shown, look by look: exactly the part that the model is given, and what becomes an example when
 * somebody says what it is.
 *
 *   const still = stillView(app, { view: "gate", changed: () => ... });
 *   root.append(still.element); still.number            // of the picture on the screen; 0: none is there
 *   still.flash("var(--label-1)"); still.close();
 *
 * On a node that shows no pictures there is a word in its place, and `number` stays 0.
 */

import { el, fill, icon } from "../../parts/element.js";

const LEAST_MS = 250;
const RETRY_MS = 2_000;
const FLASH_MS = 450;

export function stillView(app, { view, changed = () => {} }) {
  const frame = el("div", { class: "still waiting" });
  const word = el("p", { class: "picture-word" });
  const ends = new AbortController();
  let number = 0;

  if (app.node.labels_only) {
    fill(word, icon("no-camera", { size: 28 }), app.t("teach.labels_only"));
    frame.className = "still blind";
    frame.append(word);
  } else {
    fill(word, icon("camera", { size: 28 }), app.t("picture.waiting"));
    frame.append(word);
    follow();
  }

  async function follow() {
    while (!ends.signal.aborted) {
      const begun = Date.now();
      try {
        await shownNext();
        await pause(LEAST_MS - (Date.now() - begun));
      } catch (error) {
        if (ends.signal.aborted) return;
        frame.classList.add("waiting");
        number = 0;
        changed();
        fill(word, icon("no-camera", { size: 28 }), error.message || app.t("picture.none"));
        await pause(RETRY_MS);
      }
      await whileHidden();
    }
  }

  async function shownNext() {
    const path = `api/views/${encodeURIComponent(view)}/still`;
    const said = await app.api.get(path, {}, { signal: ends.signal });
    const image = el("img", { class: "still-image", alt: app.t("teach.still_alt", { view }),
      src: app.api.url(`api/stills/${said.still}.jpg`) });
    await image.decode();
    if (ends.signal.aborted) return;
    fill(frame, image, word);
    frame.style.aspectRatio = `${said.width} / ${said.height}`;
    frame.style.setProperty("--aspect", String(said.width / said.height));
    frame.classList.remove("waiting");
    const isFirst = number === 0;
    number = said.still;
    if (isFirst) changed();
  }

  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, Math.max(0, ms)); });

  /** Nobody looks at a page that lies behind others. */
  function whileHidden() {
    if (!document.hidden) return Promise.resolve();
    return new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true, signal: ends.signal });
    });
  }

  return {
    element: el("div", { class: "still-place" }, frame),
    get number() { return number; },
    /** A frame around what was taken, for a moment. @param {string} color */
    flash(color) {
      frame.style.setProperty("--flash", color);
      frame.classList.add("flash");
      setTimeout(() => frame.classList.remove("flash"), FLASH_MS);
    },
    close() { ends.abort(); },
  };
}
