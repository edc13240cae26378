/**
 * The models that /api/models tells of, as one list: those that are here first, by how near they are at hand.
 *
 * @typedef {{name: string, config: string, kind: "builtin"|"taught"|"catalog"|"file", text: string, facts: string[],
 *   inUse: string[], isHere: boolean, isReady: boolean, size: number | null, job: object | null}} Model
 * `config`: as the config names it; `isReady`: it can decide.
 */

const ORDER = { builtin: 0, taught: 1, catalog: 2, file: 3 };

/** @returns {Model[]} */
export function knownModels(app, { catalog, files, taught }) {
  return [...catalog.map((one) => ofCatalog(app, one)), ...taught.map((one) => ofTaught(app, one)),
    ...files.map((one) => ofFile(app, one))].sort((one, other) => ORDER[one.kind] - ORDER[other.kind]);
}

function ofCatalog(app, one) {
  const accuracy = one.top1 !== null
    && app.t("models.accuracy", { share: app.form.percent(one.top1 / 100), dataset: one.measured_on });
  return {
    name: one.name, config: one.name, kind: one.kind, text: one.description, inUse: one.in_use, job: one.job,
    facts: [one.size !== null && app.form.bytes(one.size), accuracy, one.license].filter(Boolean),
    isHere: one.installed || !one.can_fetch, isReady: one.installed, size: one.size,
  };
}

function ofTaught(app, one) {
  const accuracy = one.fitted && one.accuracy !== null && app.t("models.taught_right", { share: app.form.percent(one.accuracy) });
  return {
    name: one.name, config: one.name, kind: "taught", text: one.labels.join(", "), inUse: one.in_use, job: null,
    facts: [app.n("models.examples", one.examples), one.fitted ? accuracy : app.t("models.not_fitted"),
      app.t("models.stands_on", { network: one.base })].filter(Boolean),
    isHere: true, isReady: one.fitted, size: null,
  };
}

function ofFile(app, one) {
  return {
    name: one.name, config: one.path, kind: "file", text: one.path, inUse: one.in_use, job: null,
    facts: one.size === null ? [] : [app.form.bytes(one.size)], isHere: true, isReady: true, size: one.size,
  };
}
