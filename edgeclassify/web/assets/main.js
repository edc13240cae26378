/**
 * The page starts: words, session (and login where the node asks for it), the node's facts, the stream, the pages.
 *
 * What pages get is `app`:
 *   api        http/client.js       what the node answers and takes
 *   node       /api/node           its views, cameras, features; fetched anew when the config changes, or the node is back
 *   now        state/node.js       what is now
 *   t, n, form shell/words.js      texts, plurals, figures; `lang`
 *   say, confirm                   parts/toast.js, parts/dialog.js
 *   go(page, params), reopen()     shell/router.js
 *   session                        /api/session
 *   refresh()                      fetches `node` anew: what was changed shows at once
 */

import { Api, ApiError } from "./http/client.js";
import { Stream } from "./http/stream.js";
import { button } from "./parts/button.js";
import { empty } from "./parts/card.js";
import { confirm } from "./parts/dialog.js";
import { el, fill, loadIcons } from "./parts/element.js";
import { teachColors } from "./parts/label_colors.js";
import { toaster } from "./parts/toast.js";
import { logIn } from "./shell/login.js";
import { addressOf, Router } from "./shell/router.js";
import { makeShell } from "./shell/shell.js";
import { loadWords } from "./shell/words.js";
import { Now } from "./state/node.js";

const RETRY_MS = 3_000;
const LOOK_MS = 10_000;

async function start(root) {
  loadIcons().catch(console.error);
  const words = await loadWords();
  const api = new Api(words.t);
  const session = await untilThere(root, words, () => api.get("api/session"));
  if (session.password_needed && !session.authenticated) {
    await logIn(root, words, api, session);
    session.authenticated = true;
  }
  const node = await untilThere(root, words, () => api.get("api/node"));
  run(root, words, api, session, node);
}

/** What the node answers, once it does: it may be starting. */
async function untilThere(root, { t }, asked) {
  for (;;) {
    try {
      return await asked();
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 0 && error.status < 500)) throw error;
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, RETRY_MS);
        fill(root, el("main", { class: "login" }, empty("network", t("connection.none"), error.message,
          button(t("connection.retry"), () => { clearTimeout(timer); resolve(); }))));
      });
    }
  }
}

function run(root, words, api, session, node) {
  const now = new Now();
  const toasts = toaster();
  const app = {
    ...words, api, session, node, now, say: toasts.say,
    confirm: (question) => confirm(app, question),
    go: (name, params) => { location.hash = addressOf(name, params); },
    reopen: () => router.open(),
    reconnect: () => stream.retry(),
    logOut: async () => {
      try {
        await api.post("api/logout");
      } catch (error) {
        app.say(error);
        return;
      }
      router.leave();
      stream.close();
      location.reload();
    },
  };
  node.views.forEach(teachColors);
  const shell = makeShell(app);
  const router = new Router(shell.main, app, shell.showPage);
  const refresh = async () => {
    try {
      app.node = await api.get("api/node");
      app.node.views.forEach(teachColors);
      now.tell("node", app.node);
    } catch (error) {
      app.say(error);
    }
  };
  app.refresh = refresh;
  now.on("config", refresh);
  // The rules are part of the facts, and a threshold may be set by others, too.
  now.on("option", ({ option }) => { if (option === "threshold") refresh(); });
  const stream = new Stream("api/stream", {
    heard: (kind, data) => now.heard(kind, data), changed: connection(app, refresh),
  });
  api.whenLockedOut(() => { stream.close(); location.reload(); });
  fill(root, shell.element, toasts.element);
  router.open();
}

/** What a changed connection asks for: who comes back may have another version, config, or no session any more. */
function connection(app, refresh) {
  const { version } = app.node;
  let isFirst = true;
  let timer = 0;
  const look = async () => {
    clearTimeout(timer);
    const session = await app.api.get("api/session").catch(() => null);
    // Who is not let in any more is not told the version either.
    if (session && session.version !== version) location.reload();
    else if (app.now.connection === "lost") timer = setTimeout(look, LOOK_MS);
  };
  return async (state) => {
    app.now.connection = state;
    app.now.tell("connection", state);
    if (state === "connecting") return;
    const isBack = state === "live" && !isFirst;
    isFirst = false;
    if (isBack || state === "lost") await look();
    if (isBack) refresh();
  };
}

const root = document.getElementById("app");
start(root).catch((error) => {
  console.error(error);
  fill(root, el("main", { class: "login" }, el("p", { role: "alert" }, error.message)));
});
