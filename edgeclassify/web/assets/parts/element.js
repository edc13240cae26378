/**
 * Elements without a framework.
 *
 *   el("button", { class: "button", type: "button", on: { click: go } }, icon("plus"), "Add")
 *   el("div", { class: ["card", isOpen && "open"], style: { width: "40%" }, data: { view: "gate" } })
 *   fill(root, one, another)     // in place of what is there; what is focused there stays so, or what is called the same
 *   icon("camera")               // a symbol of icons.svg; { label } where it stands alone
 *
 * Children: nodes, texts, numbers, lists of them; null, undefined and false are left out. Properties: `class`,
 * `style` (set by script, as the content policy asks), `data`, `on`; true and false for attributes without a value;
 * the rest are attributes.
 */

const SVG = "http://www.w3.org/2000/svg";

/** @returns {HTMLElement} */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) give(made, name, value);
  made.append(...nodes(children));
  return made;
}

export function fill(root, ...children) {
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const [tag, name] = focused ? [focused.localName, nameOf(focused)] : [];
  const at = focused && called(root, tag, name).indexOf(focused);
  root.replaceChildren(...nodes(children));
  if (focused && focused !== document.activeElement) {
    (root.contains(focused) ? focused : called(root, tag, name)[at])?.focus({ preventScroll: true });
  }
  return root;
}

const nameOf = (one) => one.getAttribute("aria-label") ?? (one.labels?.[0] ?? one).textContent;
const called = (root, tag, name) => [...root.querySelectorAll(tag)].filter((one) => name && nameOf(one) === name);

export function icon(name, { label = "", size = 20 } = {}) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("width", size);
  made.setAttribute("height", size);
  if (label) {
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", label);
  } else {
    made.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#symbol-${name}`);
  made.append(use);
  return made;
}

/** The symbols become part of the document, so that they are there when the node is not. */
export async function loadIcons() {
  const answer = await fetch("icons.svg");
  const sprite = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  for (const symbol of sprite.querySelectorAll("symbol")) symbol.id = `symbol-${symbol.id}`;
  sprite.setAttribute("class", "symbols");
  document.body.append(document.adoptNode(sprite));
}

function nodes(children) {
  return children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false)
    .map((one) => (typeof one === "number" ? String(one) : one));
}

function give(made, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") made.className = [value].flat().filter(Boolean).join(" ");
  else if (name === "style") for (const [key, one] of Object.entries(value)) setStyle(made, key, one);
  else if (name === "data") Object.assign(made.dataset, value);
  else if (name === "on") for (const [kind, fn] of Object.entries(value)) made.addEventListener(kind, fn);
  else if (name === "value" && "value" in made) made.value = value;
  else made.setAttribute(name, value === true ? "" : value);
}

function setStyle(made, key, value) {
  if (key.startsWith("--")) made.style.setProperty(key, value);
  else made.style[key] = value;
}
