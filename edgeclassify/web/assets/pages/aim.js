/**
 * Aim: what each view looks at, drawn on the live picture; views are added, named and removed.
 *
 * What is drawn is kept until it is saved or discarded, also while another page is open.
 */

import { button } from "../parts/button.js";
import { notice } from "../parts/card.js";
import { el, fill, icon } from "../parts/element.js";
import { picture } from "../parts/picture.js";
import { isSame, listOf, regionOf } from "../parts/regions.js";
import { roiEditor } from "../parts/roi_editor.js";
import { saveBar } from "../parts/save_bar.js";
import { tabs } from "../parts/tabs.js";
import { loadConfig } from "../state/config_file.js";
import { cameraSettings, viewSettings } from "./aim/settings.js";
import { addView, removeView, renameView } from "./aim/views.js";
import { viewPanel } from "./aim/view_panel.js";

export const title = "aim.title";

const DEFAULT_CROP = 0.875;

/** @type {Map<string, import("../parts/regions.js").Region>} by view: drawn, not saved */
const drafts = new Map();

export function open(root, app, params) {
  const cameras = camerasOf(app.node);
  const asked = app.node.views.find((one) => one.name === params.view);
  let camera = asked?.camera ?? cameras[0];
  let selected = asked?.name ?? "";
  let file = null;
  /** @type {ReturnType<typeof picture> | null} */
  let shown = null;
  let isClosed = false;

  const stage = el("div", { class: "aim-stage" });
  const notes = el("div", { class: "stack" });
  const choice = el("div", { class: "aim-choice" });
  const hint = el("p", { class: "hint aim-hint" });
  const editor = roiEditor(app, { onSelect: select, onChange: changed, onDrawn: drawn });
  const settings = viewSettings(app, () => file);
  const ofCamera = cameraSettings(app, () => file);
  const panel = viewPanel(app, {
    settings: settings.element,
    image: () => shown?.image ?? null,
    onChange: (region) => { changed(selected, region); showRegions(); },
    rename,
    remove: () => removeView(app, file, selected),
  });
  const adding = button(app.t("aim.add"), toggleDrawing, { icon: "plus", small: true, disabled: true });
  const whole = button(app.t("aim.whole"), () => put({ x: 0, y: 0, width: 1, height: 1 }), { icon: "expand", kind: "quiet", small: true });
  const bar = saveBar(app, { save, discard, yes: app.t("action.save") });
  let isDrawing = false;

  const chosenCamera = tabs(app.t("aim.cameras"), cameras.map((name) => [name, name]), {
    value: camera, changed: (name) => { camera = name; selected = ""; openCamera(); },
  });
  let chosenView = null;
  let named = "";
  fill(root, el("div", { class: "aim" },
    el("div", { class: "aim-main stack" }, chosenCamera.element, notes, stage,
      el("div", { class: "row aim-tools" }, adding, whole), hint),
    el("div", { class: "aim-side stack" }, choice, panel.element, ofCamera.element)), bar.element);

  const views = () => app.node.views.filter((one) => one.camera === camera);
  const configured = (name) => regionOf(app.node.views.find((one) => one.name === name)?.roi ?? [0, 0, 1, 1]);
  const current = (name) => drafts.get(name) ?? configured(name);

  function openCamera() {
    shown?.close();
    shown = picture(app, { camera, fps: 5, alt: app.t("aim.picture", { camera }) });
    shown.overlay.append(editor.element);
    shown.overlay.classList.add("is-edited");
    fill(stage, shown.element);
    showAll();
  }

  function showAll() {
    for (const [name, region] of drafts) {
      if (!app.node.views.some((one) => one.name === name) || isSame(region, configured(name))) drafts.delete(name);
    }
    const all = views();
    if (!all.some((one) => one.name === selected)) selected = all[0]?.name ?? "";
    showChoice(all.map((one) => one.name));
    settings.show(selected);
    ofCamera.show(camera);
    showRegions();
  }

  /** Tabs that stay the same keep the focus. @param {string[]} names */
  function showChoice(names) {
    if (named !== names.join()) {
      named = names.join();
      chosenView = tabs(app.t("aim.views"), names.map((name) => [name, name]), { value: selected, changed: select });
      fill(choice, chosenView.element);
    } else if (selected) {
      chosenView.choose(selected);
    }
  }

  function showRegions() {
    const view = app.node.views.find((one) => one.name === selected);
    editor.show(new Map(views().map((one) => [one.name, current(one.name)])), selected);
    editor.showSquare(shareOf(selected));
    panel.show(view ?? null, current(selected), shareOf(selected));
    whole.disabled = !view;
    hint.textContent = app.t(isDrawing ? "aim.draw_hint" : shareOf(selected) ? "aim.move_hint" : "aim.move_hint_whole");
    tellDrafts();
  }

  /** Of the shorter side: what the model is given; 0: all of the region. @param {string} name */
  function shareOf(name) {
    const model = { ...(file?.document.model ?? {}), ...asTable(file?.view(name).model) };
    return (model.fit ?? "crop") === "crop" ? (model.crop ?? DEFAULT_CROP) : 0;
  }

  function tellDrafts() {
    const names = [...drafts.keys()].join(", ");
    bar.show(names && app.t("aim.unsaved", { names }));
  }

  function select(name) {
    if (!name || name === selected) return;
    selected = name;
    showAll();
  }

  /** What is drawn of it goes with its name. */
  async function rename() {
    const region = drafts.get(selected);
    const name = await renameView(app, file, selected);
    if (!name) return;
    if (region) drafts.set(name, region);
    selected = name;
    if (!isClosed) showAll();
  }

  function changed(name, region) {
    if (isSame(region, configured(name))) drafts.delete(name);
    else drafts.set(name, region);
    panel.moved(region, shareOf(name));
    tellDrafts();
  }

  function put(region) {
    changed(selected, region);
    showRegions();
  }

  function toggleDrawing() {
    isDrawing = !isDrawing;
    fill(adding, icon(isDrawing ? "cross" : "plus", { size: 18 }), el("span", {}, app.t(isDrawing ? "action.cancel" : "aim.add")));
    showRegions();
    editor.draw(isDrawing);
  }

  async function drawn(region) {
    isDrawing = true;
    const name = region && await addView(app, file, { camera, region: listOf(region) });
    toggleDrawing();
    if (name) await refresh(name);
    if (name) app.say(app.t("aim.added", { view: name }));
  }

  async function save() {
    const saved = [...drafts];
    const keys = saved.flatMap(([name, region]) => file.viewKeys(name, { roi: listOf(region) }));
    const { notes: told } = await file.change(keys);
    // What was drawn meanwhile is not saved yet.
    for (const [name, region] of saved) if (drafts.get(name) === region) drafts.delete(name);
    await app.refresh();
    if (!isClosed) showAll();
    app.say(told[0] ?? app.t("aim.saved"));
  }

  function discard() {
    drafts.clear();
    showAll();
  }

  async function refresh(name) {
    await app.refresh();
    if (isClosed) return;
    selected = name;
    showAll();
  }

  async function readConfig() {
    try {
      file = await loadConfig(app);
      fill(notes, !file.writable && notice("warning", app.t("config.read_only", { why: file.why_not ?? "" })),
        file.otherFiles && notice("info", app.t("config.elsewhere", { files: file.otherFiles })));
    } catch (error) {
      fill(notes, notice("danger", error.message));
    }
    allow(Boolean(file?.writable));
    if (!isClosed) showAll();
  }

  /** Nothing can be changed before the config is read, either. */
  function allow(canChange) {
    adding.disabled = !canChange;
    panel.allow(canChange);
    for (const one of [settings, ofCamera]) {
      for (const input of one.element.querySelectorAll("input, select")) input.disabled = !canChange;
    }
  }

  const offs = [
    app.now.on("node", () => (camerasOf(app.node).join() === cameras.join() ? showAll() : app.reopen())),
    app.now.on(["look", "state", "now"], () => panel.live(app.now.view(selected))),
    app.now.on("config", () => file?.load().then(() => !isClosed && showAll(), () => {})),
  ];
  openCamera();
  allow(false);
  readConfig();

  return () => {
    isClosed = true;
    offs.forEach((off) => off());
    editor.close();
    panel.close();
    shown?.close();
  };
}

/** Also those that a view names by itself. @returns {string[]} */
function camerasOf({ cameras, views }) {
  return [...new Set([...cameras.map((one) => one.name), ...views.map((one) => one.camera)])];
}

/** A model in a config is a table, or its name alone. */
function asTable(model) {
  return typeof model === "string" ? { name: model } : (model ?? {});
}
