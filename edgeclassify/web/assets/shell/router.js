/**
 * One page at a time, by the address behind the "#": "#/events?view=gate" opens pages/events.js with { view: "gate" }.
 *
 * A page is a module `pages/NAME.js`: `export const title = "events.title"`, and
 * `export function open(root, app, params) { ...; return close; }`, and a style sheet `styles/NAME.css`, loaded with it.
 * `app.go("events", { view: "gate" })` goes there.
 */

export const PAGES = ["live", "events", "aim", "tune", "teach", "models", "system"];

/** @returns {[string, Object<string, string>]} */
export function whereTo(hash = location.hash) {
  const [name, query = ""] = hash.replace(/^#\/?/, "").split("?");
  return [PAGES.includes(name) ? name : "live", Object.fromEntries(new URLSearchParams(query))];
}

export function addressOf(name, params = {}) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
  return `#/${name}${query ? `?${query}` : ""}`;
}

const styles = new Map();

/** The page's style sheet, once. */
function style(name) {
  if (!styles.has(name)) {
    styles.set(name, new Promise((resolve) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = `styles/${name}.css`;
      link.addEventListener("load", resolve);
      link.addEventListener("error", resolve);
      document.head.append(link);
    }));
  }
  return styles.get(name);
}

export class Router {
  #root;
  #app;
  #close = null;
  #turn = 0;
  #opened;
  #shown = null;

  /** @param {HTMLElement} root @param {(name: string, title: string) => void} opened */
  constructor(root, app, opened) {
    this.#root = root;
    this.#app = app;
    this.#opened = opened;
    addEventListener("hashchange", () => this.open());
  }

  async open() {
    const [name, params] = whereTo();
    const turn = (this.#turn += 1);
    let page;
    try {
      [page] = await Promise.all([import(`../pages/${name}.js`), style(name)]);
    } catch (error) {
      console.error(error);
      if (turn === this.#turn) this.#app.say(this.#app.t("error.page"), { kind: "error" });
      return;
    }
    if (turn !== this.#turn) return;
    const before = document.activeElement;
    const hadFocus = this.#root.contains(before);
    this.leave();
    this.#root.dataset.page = name;
    const content = document.createElement("div");
    content.className = `page page-${name}`;
    this.#root.replaceChildren(content);
    this.#opened(name, this.#app.t(page.title));
    if (this.#shown !== location.hash) scrollTo(0, 0);
    this.#shown = location.hash;
    this.#close = page.open(content, this.#app, params) ?? null;
    if (hadFocus) this.#focus(before.matches("[role=tab]"));
  }

  /** What had the focus is gone with the page before: keys go on from here. A page may have put it elsewhere. */
  #focus(wasTab) {
    if (this.#root.contains(document.activeElement)) return;
    const tab = wasTab && this.#root.querySelector("[role=tab][aria-selected=true]");
    (tab || this.#root).focus({ preventScroll: true });
  }

  /** The page is closed, and what it holds let go. */
  leave() {
    const close = this.#close;
    this.#close = null;
    if (typeof close === "function") close();
  }
}
