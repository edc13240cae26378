/** Taught models as files, and pictures of this device. */

import { button } from "../../parts/button.js";
import { dialog } from "../../parts/dialog.js";
import { el } from "../../parts/element.js";
import { textField, toggle } from "../../parts/field.js";
import { taught } from "./taught.js";

/** The browser's own question for files. @returns {Promise<File[]>} */
export function chooseFiles(accept, { multiple = false } = {}) {
  const input = el("input", { type: "file", accept, multiple, hidden: true });
  document.body.append(input);
  return new Promise((resolve) => {
    const end = (files) => { input.remove(); resolve(files); };
    input.addEventListener("change", () => end([...input.files]));
    input.addEventListener("cancel", () => end([]));
    input.click();
  });
}

/** A file that was exported becomes a model here. @param {() => void} done */
export async function askImport(app, done) {
  const [file] = await chooseFiles(".zip,application/zip");
  if (!file) return;
  const suggested = file.name.replace(/(\.taught)?\.zip$/i, "").replace(/ ?\(\d+\)$/, "");
  const name = textField(app.t("teach.name"), { value: suggested, changed: () => name.fault("") });
  const inPlace = toggle(app.t("teach.import_in_place"), { hint: app.t("teach.import_in_place_more") });
  const take = async () => {
    try {
      const zip = new Blob([file], { type: "application/zip" });
      const model = await taught(app).import(zip, { name: name.value.trim(), replace: inPlace.value });
      shown.close();
      app.say(app.t("teach.imported", { model: model.name }));
      done();
    } catch (error) {
      name.fault(error.message);
    }
  };
  const shown = dialog(app, { title: app.t("teach.import") }, el("div", { class: "stack" }, name.element, inPlace.element,
    el("div", { class: "row end" }, button(app.t("teach.import"), take, { kind: "main" }))));
}

/** One after the other; says how many went well, and the first that did not. */
export async function uploadAll(app, files, send) {
  let right = 0;
  let fault = null;
  for (const [i, file] of files.entries()) {
    if (files.length > 1) app.say(app.t("teach.uploading", { n: i + 1, all: files.length }));
    try {
      await send(file);
      right += 1;
    } catch (error) {
      fault ??= new Error(`${file.name}: ${error.message}`);
    }
  }
  if (fault) app.say(fault);
  else if (right) app.say(app.n("teach.uploaded", right));
}
