/**
 * What a camera shows, live, with room for what is drawn over it.
 *
 *   const shown = picture(app, { camera: "gate", fps: 5, alt: "…" });
 *   root.append(shown.element);
 *   const box = el("div", { class: "roi" }); shown.overlay.append(box); place(box, [0.1, 0.2, 0.5, 0.4]);
 *   shown.close();                                     // always: it ends the stream
 *
 * `place(element, [x, y, width, height])` puts an element by fractions of the picture. `shown.ready` is a promise of
 * { width, height } in pixels of the first frame. On a node that shows no pictures the overlay stands on an empty
 * ground with a word about that, and `ready` gives a size of 16 to 9.
 */

import { el, fill, icon } from "./element.js";

const RETRY_MS = 2_000;

export function place(element, [x, y, width, height]) {
  element.style.left = `${x * 100}%`;
  element.style.top = `${y * 100}%`;
  element.style.width = `${width * 100}%`;
  element.style.height = `${height * 100}%`;
  return element;
}

/** The picture's own shape, and never higher than the screen has room for. */
function shape(element, width, height) {
  element.style.aspectRatio = `${width} / ${height}`;
  element.style.maxWidth = `calc(var(--picture-height) * ${width / height})`;
}

export function picture(app, { camera, fps = 5, alt = "" }) {
  const overlay = el("div", { class: "overlay" });
  if (app.node.labels_only) {
    const element = el("div", { class: "picture no-pictures" },
      el("p", { class: "picture-word" }, icon("no-camera", { size: 18 }), app.t("picture.labels_only")), overlay);
    return { element, overlay, ready: Promise.resolve({ width: 16, height: 9 }), close: () => {} };
  }
  const image = el("img", { class: "picture-image", alt: alt || app.t("picture.alt", { camera }), hidden: true });
  const word = el("p", { class: "picture-word" }, icon("camera", { size: 28 }), app.t("picture.waiting"));
  const element = el("div", { class: "picture waiting" }, image, word, overlay);
  let timer = 0;
  let closed = false;
  let isReady;
  const ready = new Promise((resolve) => { isReady = resolve; });

  const start = () => {
    if (closed) return;
    const wide = Math.ceil((element.clientWidth || 640) * Math.min(devicePixelRatio || 1, 2));
    image.removeAttribute("src");
    image.src = app.api.url(`api/cameras/${encodeURIComponent(camera)}/stream.mjpeg`,
      { fps, width: wide > 700 ? 1280 : 640 });
  };
  const again = (wait) => { clearTimeout(timer); timer = setTimeout(start, wait); };
  image.addEventListener("load", () => {
    if (closed) return;
    image.hidden = false;
    element.classList.remove("waiting");
    shape(element, image.naturalWidth, image.naturalHeight);
    isReady({ width: image.naturalWidth, height: image.naturalHeight });
  });
  image.addEventListener("error", () => {
    if (closed) return;
    element.classList.add("waiting");
    image.hidden = true;
    fill(word, icon("no-camera", { size: 28 }), app.t("picture.none"));
    again(RETRY_MS);
  });
  let wasCut = false;
  const off = app.now.on("connection", (state) => {
    if (state === "live" && wasCut) again(0);
    wasCut = state === "lost" || (wasCut && state !== "live");
  });
  // Behind the document's own files: a picture that never ends would keep the page loading for ever.
  if (document.readyState === "complete") requestAnimationFrame(start);
  else addEventListener("load", () => requestAnimationFrame(start), { once: true });
  return {
    element, overlay, image, ready,
    close: () => {
      closed = true;
      off();
      clearTimeout(timer);
      image.removeAttribute("src");
    },
  };
}
