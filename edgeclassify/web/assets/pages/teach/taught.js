/**
 * What the node is asked of taught models. `label` null is "none of the classes", which the requests call "unknown".
 *
 *   const whole = await taught(app).whole("gate", { label: "open" })
 *   await taught(app).shown("gate", still, "open")        // what was on the screen becomes an example
 */

const NONE = "unknown";

/** @param {string | null} label */
const word = (label) => label ?? NONE;

export function taught(app) {
  const { api } = app;
  const at = (model, rest = "") => `api/taught/${encodeURIComponent(model)}${rest}`;
  return {
    list: () => api.get("api/taught"),
    /** As `whole`; null where nothing is taught by this name yet. */
    find: async (model, query = {}) => {
      const { models } = await api.get("api/taught");
      return models.some((one) => one.name === model) ? api.get(at(model), query) : null;
    },
    whole: (model, query = {}) => api.get(at(model), query),
    shown: (model, still, label) => api.post(at(model, "/shown"), { still, label: word(label) }),
    seen: (model, view, label) => api.ask("teach/add", { model, view, label }),
    upload: (model, file, label, view) => api.upload(at(model, "/examples"), file, { label: word(label), view }),
    test: (model, file) => api.upload(at(model, "/test"), file),
    move: (model, examples, label) => api.post(at(model, "/move"), { examples, label }),
    remove: (model, examples) => api.post(at(model, "/remove"), { examples }),
    undo: (model, to = null) => api.post(at(model, "/undo"), { to }),
    forget: (model) => api.delete(at(model)),
    fit: (model, isOneClass = false) => api.ask("teach/fit", { model, one_class: isOneClass }),
    collect: (model, view, more = {}) => api.ask("teach/collect", { model, view, ...more }),
    collections: async (model) => (await api.get(at(model, "/collections"))).collections,
    clusters: async (model) => (await api.get(at(model, "/clusters"))).clusters,
    unsure: (model) => api.get(at(model, "/review")),
    label: (model, which, label) => api.ask("teach/label", { model, ...which, label }),
    skip: (model, which) => api.ask("teach/label", { model, ...which, skip: true }),
    exportUrl: (model) => api.url(at(model, "/export.zip")),
    import: (file, query) => api.upload("api/taught/import", file, query),
    picture: (model, example) => api.url(at(model, `/examples/${example}.jpg`)),
    look: (number) => api.url(`api/looks/${number}.jpg`),
  };
}

/** How many pictures of each class are a good beginning. */
export const GOOD = 10;

/** @param {{label: string | null, examples: number}[]} labels */
export function classesOf(labels) {
  return labels.filter((one) => one.label !== null && one.examples > 0);
}

/** Can a head be fitted? Two classes, or one beside pictures of none. */
export function canLearn(labels) {
  return labels.filter((one) => one.examples > 0).length >= 2 && classesOf(labels).length >= 1;
}

/** Pictures of an image type that the node reads, whatever the browser calls a file without one. */
export const PICTURES = "image/jpeg,image/png,image/webp,image/avif,image/gif,image/bmp,image/tiff";
