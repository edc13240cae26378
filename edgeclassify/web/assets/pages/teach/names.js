/** Names of labels and models as the node takes them; what is wrong is said by a key of the catalogue. */

const MODEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const LONGEST = 64;

/** @param {string} name @returns {string} "" where it is fine */
export function faultOfModel(name) {
  return MODEL.test(name) && !name.toLowerCase().endsWith(".tflite") ? "" : "teach.name_fault";
}

/** @param {string} label @returns {string} */
export function faultOfLabel(label) {
  if (!label || label.length > LONGEST) return "teach.label_fault";
  if (/[/+#]/.test(label)) return "teach.label_signs";
  return /^(None|unavailable|unusual|[Uu][Nn][Kk][Nn][Oo][Ww][Nn])$/.test(label) ? "teach.label_taken" : "";
}

/** A name for a model that nobody has yet. @param {string} wanted @param {string[]} taken */
export function freeName(wanted, taken) {
  const plain = wanted.normalize("NFKD").replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[^A-Za-z0-9]+/, "") || "gate";
  let name = plain.slice(0, 60);
  for (let i = 2; taken.includes(name); i += 1) name = `${plain.slice(0, 56)}_${i}`;
  return name;
}
