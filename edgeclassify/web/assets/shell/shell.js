/**
 * What stands around every page: the rail (desktop) or the bars (phone), the word about the connection, the messages.
 *
 *   const shell = makeShell(app); root.append(shell.element); shell.main, shell.showPage(name, title)
 */

import { button, iconButton } from "../parts/button.js";
import { dialog } from "../parts/dialog.js";
import { el, fill, icon } from "../parts/element.js";
import { segmented } from "../parts/field.js";
import { addressOf, PAGES } from "./router.js";
import { keep, setTheme, theme } from "./theme.js";
import { LANGUAGES } from "./words.js";

const AT_HAND = ["live", "events", "aim", "teach"];

export function makeShell(app) {
  const links = new Map();
  const link = (name, kind) => {
    const made = el("a", { href: addressOf(name), class: kind, data: { page: name } }, icon(name, { size: 22 }),
      el("span", {}, app.t(`nav.${name}`)));
    links.set(made, name);
    return made;
  };
  const more = el("button", { type: "button", class: "bar-link", on: { click: () => showMore(app, link) } },
    icon("more", { size: 22 }), el("span", {}, app.t("nav.more")));
  const heading = el("h1", { class: "page-title" });
  const bar = connectionBar(app);
  const main = el("main", { id: "main", class: "main", tabindex: "-1" });
  const element = el("div", { class: "shell" },
    el("a", { class: "skip", href: "#main", on: { click: (event) => { event.preventDefault(); main.focus(); } } },
      app.t("nav.skip")),
    el("aside", { class: "rail" }, brand(app),
      el("nav", { class: "rail-links", "aria-label": app.t("nav.pages") }, PAGES.map((one) => link(one, "rail-link"))),
      el("div", { class: "rail-foot" },
        button(app.t("look.title"), () => showLook(app), { kind: "quiet", small: true, icon: "auto" }),
        leaveButton(app))),
    el("div", { class: "body" },
      el("header", { class: "top" }, el("div", { class: "top-titles" }, heading,
        el("p", { class: "top-node phone-only" }, app.node.name)), el("div", { class: "top-end" }, lamp(app),
        iconButton("auto", app.t("look.title"), () => showLook(app), { class: "button only-icon quiet phone-only" }))),
      bar, main),
    el("nav", { class: "bar", "aria-label": app.t("nav.pages") }, AT_HAND.map((one) => link(one, "bar-link")), more));

  app.now.on("connection", (state) => element.classList.toggle("is-lost", state === "lost"));
  return {
    element, main,
    showPage: (name, title) => {
      heading.textContent = title;
      document.title = `${title} · ${app.node.name}`;
      for (const [one, page] of links) {
        if (page === name) one.setAttribute("aria-current", "page");
        else one.removeAttribute("aria-current");
      }
      more.classList.toggle("here", !AT_HAND.includes(name));
    },
  };
}

function brand(app) {
  return el("a", { class: "brand", href: addressOf("live") }, el("img", { src: "icon.svg", alt: "", width: 32,
    height: 32 }), el("span", { class: "brand-text" }, el("strong", {}, app.node.name),
    el("span", {}, `edgeclassify ${app.node.version ?? ""}`)));
}

/** The lamp says in a word whether what is shown is live. */
function lamp(app) {
  const made = el("span", { class: "lamp" });
  const show = () => {
    made.className = `lamp ${app.now.connection}`;
    fill(made, el("i", {}), app.t(`connection.${app.now.connection}`));
  };
  app.now.on("connection", show);
  show();
  return made;
}

function connectionBar(app) {
  const bar = el("div", { class: "connection-bar", role: "alert", hidden: true });
  app.now.on("connection", (state) => {
    bar.hidden = state !== "lost";
    if (state === "lost") {
      fill(bar, icon("network"), el("span", {}, app.t("connection.bar")),
        button(app.t("connection.retry"), () => app.reconnect(), { kind: "quiet", small: true }));
    }
  });
  return bar;
}

function leaveButton(app) {
  return app.session?.password_needed
    && button(app.t("login.leave"), () => app.logOut(), { kind: "quiet", small: true, icon: "leave" });
}

function showMore(app, link) {
  const others = PAGES.filter((one) => !AT_HAND.includes(one)).map((one) => link(one, "sheet-link"));
  const shown = dialog(app, { title: app.node.name }, el("nav", { class: "sheet-links" }, others),
    look(app), leaveButton(app));
  others.forEach((one) => one.addEventListener("click", () => shown.close()));
}

function showLook(app) {
  dialog(app, { title: app.t("look.title") }, look(app));
}

/** Theme and language, as the System page shows them, too. */
export function look(app) {
  return el("div", { class: "stack" },
    segmented(app.t("look.theme"), [["auto", app.t("look.auto"), "auto"], ["light", app.t("look.light"), "sun"],
      ["dark", app.t("look.dark"), "moon"]], { value: theme(), changed: setTheme }).element,
    segmented(app.t("look.language"), Object.entries(LANGUAGES), {
      value: app.lang, changed: (lang) => { keep("language", lang); location.reload(); },
    }).element);
}
