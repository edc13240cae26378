/**
 * What a camera shows, live, with room for what is drawn over it.
 *
 *   const shown = picture(app, { camera: "gate", fps: 5, alt: "…" });
 *   root.append(shown.element);
 *   const box = el("div", { class: "roi" }); shown.overlay.append(box); place(box, [0.1, 0.2, 0.5, 0.4]);
 *   shown.close();                                     // always: it ends the stream
 *
 * `place(element, [x, y, width, height])` puts an element by fractions of the picture. `shown.ready` is a promise of
 * { width, height } in pixels of the first frame. The element keeps the shape of that (where each picture is another
 * one, of a folder, 3 to 2): pictures of another shape stand in it with bars beside them, so that nothing below jumps; the overlay lies on the picture itself. On a node
 * that shows no pictures it stands on an empty ground with a word about that; `ready` gives a size of 16 to 9.
 *
 * Pictures that come quicker than they can be drawn are passed over. A page that nobody sees asks for none.
 */

import { mjpeg } from "../http/mjpeg.js";
import { el, fill, icon } from "./element.js";

const RETRY_MS = 2_000;
const MOST_WIDE = 1_920;
const SINGLE_PICTURES = ["images", "watch"];

export function place(element, [x, y, width, height]) {
  element.style.left = `${x * 100}%`;
  element.style.top = `${y * 100}%`;
  element.style.width = `${width * 100}%`;
  element.style.height = `${height * 100}%`;
  return element;
}

export function picture(app, { camera, fps = 5, alt = "" }) {
  const overlay = el("div", { class: "overlay" });
  return app.node.labels_only ? noPicture(app, overlay)
    : livePicture(app, overlay, { camera, fps, alt: alt || app.t("picture.alt", { camera }) });
}

function noPicture(app, overlay) {
  const element = el("div", { class: "picture no-pictures" },
    el("p", { class: "picture-word" }, icon("no-camera", { size: 18 }), app.t("picture.labels_only")), overlay);
  return { element, overlay, ready: Promise.resolve({ width: 16, height: 9 }), close: () => {} };
}

function livePicture(app, overlay, { camera, fps, alt }) {
  const image = el("img", { class: "picture-image", alt, hidden: true });
  const word = el("p", { class: "picture-word" }, icon("camera", { size: 28 }), app.t("picture.waiting"));
  const plane = el("div", { class: "picture-plane" }, image, overlay);
  const element = el("div", { class: "picture waiting" }, word, plane);
  let isReady;
  const ready = new Promise((resolve) => { isReady = resolve; });
  const isSingle = SINGLE_PICTURES.includes(app.node.cameras.find((one) => one.name === camera)?.kind);
  let box = 0;
  const drawn = (width, height) => {
    if (!box) {
      box = isSingle ? 3 / 2 : width / height;
      element.style.aspectRatio = String(box);
      element.style.maxWidth = `calc(var(--picture-height) * ${box})`;
    }
    fit(plane, width / height / box);
    plane.style.setProperty("--ratio", width / height);
    image.hidden = false;
    element.classList.remove("waiting");
    isReady({ width, height });
  };
  const lost = () => {
    element.classList.add("waiting");
    image.hidden = true;
    fill(word, icon("no-camera", { size: 28 }), app.t("picture.none"));
  };
  const wide = () => Math.min(MOST_WIDE, Math.ceil((element.clientWidth || MOST_WIDE) * Math.min(devicePixelRatio, 2)));
  const url = () => app.api.url(`api/cameras/${encodeURIComponent(camera)}/stream.mjpeg`, { fps, width: wide() });
  const close = kept(app, url, shower(image, drawn), lost);
  return { element, overlay, image, ready, close };
}

/** The whole of a picture in a box; `wider`: than the box, as a ratio of ratios. */
function fit(plane, wider) {
  plane.style.width = `${Math.min(1, wider) * 100}%`;
  plane.style.height = `${Math.min(1, 1 / wider) * 100}%`;
}

/** Shows one picture after the other; the newest of those that come meanwhile is next. */
function shower(image, drawn) {
  let next = null;
  let isBusy = false;
  const show = (blob) => {
    if (isBusy) { next = blob; return; }
    isBusy = true;
    const url = URL.createObjectURL(blob);
    const done = () => {
      URL.revokeObjectURL(url);
      image.onload = image.onerror = null;
      isBusy = false;
      const waiting = next;
      next = null;
      if (waiting) show(waiting);
    };
    image.onload = () => { drawn(image.naturalWidth, image.naturalHeight); done(); };
    image.onerror = done;
    image.src = url;
  };
  return show;
}

/** A stream that is asked for again where it ends, at once where the node is back, and not while nobody sees it. */
function kept(app, url, came, lost) {
  let close = null;
  let timer = 0;
  let isClosed = false;
  const stop = () => {
    clearTimeout(timer);
    close?.();
    close = null;
  };
  const start = () => {
    stop();
    if (isClosed || document.hidden) return;
    let any = false;
    close = mjpeg(url(), { came: (blob) => { any = true; came(blob); }, ended: () => {
      // Ended once, it may be the server's patience; with nothing since, the camera gives nothing.
      if (!any) lost();
      close = null;
      timer = setTimeout(start, RETRY_MS);
    } });
  };
  const seen = () => (document.hidden ? stop() : start());
  const off = app.now.on("connection", (state) => { if (state === "live" && !close) start(); });
  document.addEventListener("visibilitychange", seen);
  // Behind the page's own files, and when it has its width.
  timer = setTimeout(start, 0);
  return () => {
    isClosed = true;
    off();
    document.removeEventListener("visibilitychange", seen);
    stop();
  };
}
