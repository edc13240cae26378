/**
 * The config's file as the page may change it.
 *
 *   const file = await loadConfig(app)               // { etag, writable, why_not, document, elsewhere }
 *   file.view("gate")                                // its table as the file has it; {} where it has none
 *   const { notes } = await file.change(file.viewKeys("gate", { roi: [0, 0, 1, 1] }))   // null takes a key away
 *
 * A change is checked, taken over live and written by the node, all of it or nothing. Where another program has
 * changed the file meanwhile, nothing is done: the file is read anew, and the error says so. `notes`: sentences on
 * what has no effect now.
 */

import { ApiError } from "../http/client.js";

const CONFLICT = 409;

export async function loadConfig(app) {
  const file = new ConfigFile(app);
  await file.load();
  return file;
}

class ConfigFile {
  etag = "";
  writable = false;
  why_not = "";
  document = { camera: [], view: [], model: {}, groups: {}, profile: {} };
  elsewhere = {};
  #app;
  #last = Promise.resolve();

  constructor(app) {
    this.#app = app;
  }

  load() {
    return this.#inTurn(() => this.#read());
  }

  async #read() {
    Object.assign(this, await this.#app.api.get("api/config"));
  }

  /** One after the other: a second change goes by the file as the first one has left it. */
  #inTurn(work) {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** The other files that say some of it, by their names; "" where there are none. */
  get otherFiles() {
    return [...new Set(Object.values(this.elsewhere ?? {}))].join(", ");
  }

  view(name) {
    return (this.document.view ?? []).find((one) => one.name === name) ?? {};
  }

  /**
   * Keys of a view's table that are to have other values. A file that names no views has one per camera by itself:
   * they are written down first, or naming one would take the others away.
   *
   * @param {object} values  by key; "motion.gate" is one in a table
   */
  viewKeys(name, values) {
    const keys = Object.entries(values).map(([key, value]) => ({ path: ["view", name, ...key.split(".")], value }));
    if ((this.document.view ?? []).length) return keys;
    const said = asTables(values);
    return this.#app.node.views.map((view) => ({
      path: ["view", view.name],
      value: { camera: view.camera, ...(view.name === name ? said : {}) },
    }));
  }

  /** A new view. @param {object} table */
  viewAdded(name, table) {
    const others = (this.document.view ?? []).length ? [] : this.viewKeys("", {});
    return [...others, { path: ["view", name], value: table }];
  }

  change(keys) {
    return this.#inTurn(async () => {
      try {
        const changed = await this.#app.api.post("api/config", { etag: this.etag, keys, dry_run: false });
        await this.#read();
        return changed;
      } catch (error) {
        if (error instanceof ApiError && error.status === CONFLICT) await this.#read();
        throw error;
      }
    });
  }
}

/** Keys with dots as tables, without those that are taken away. */
function asTables(values) {
  const tables = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === null) continue;
    const path = key.split(".");
    const last = path.pop();
    path.reduce((table, name) => (table[name] ??= {}), tables)[last] = value;
  }
  return tables;
}
