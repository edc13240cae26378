/**
 * Tune: a view's rules are slid, what would have happened is seen at once, then they are applied.
 *
 * What is tried is kept until it is applied or discarded, also while another page is open.
 */

import { card, notice, skeleton } from "../parts/card.js";
import { el, fill } from "../parts/element.js";
import { segmented } from "../parts/field.js";
import { saveBar } from "../parts/save_bar.js";
import { scoreBars } from "../parts/score_bars.js";
import { tabs } from "../parts/tabs.js";
import { loadConfig } from "../state/config_file.js";
import { changedLabelKeys, LabelDraft } from "./tune/label_draft.js";
import { labelChoice } from "./tune/label_choice.js";
import { lastingEditor } from "./tune/lasting_editor.js";
import { outcome } from "./tune/outcome.js";
import { ruleFields } from "./tune/rule_fields.js";
import { RulesDraft } from "./tune/rules_draft.js";

export const title = "tune.title";

const ASK_AFTER_MS = 200;
const ANEW_MS = 20_000;
const ANEW_SOON_MS = 4_000;
const SHORT_S = 120;
const NOTHING_RECORDED = 409;
const SPANS_H = [["0.25", 900], ["1", 3600], ["3", 10_800], ["12", 43_200]];

/** @type {Map<string, object>} by view: what is tried, not applied */
const tried = new Map();
let lastView = "";

export function open(root, app, params) {
  const names = namesOf(app.node);
  let view = [params.view, lastView].find((one) => names.includes(one)) ?? names[0];
  let hours = 1;
  let file = null;
  let draft = null;
  let scope = null;
  let isClosed = false;
  let timer = 0;
  let isAsking = false;
  let isDue = false;

  const notes = el("div", { class: "stack" });
  const rules = el("div", {}, skeleton("24rem"));
  const whose = labelChoice(app, showRules);
  const lasting = el("div", {});
  const now = el("p", { class: "tune-now" });
  const bars = scoreBars(app, { enter: 0, exit: 0, most: 3 });
  const found = outcome(app);
  const bar = saveBar(app, { save: apply, discard, yes: app.t("tune.apply") });
  const chosen = tabs(app.t("tune.views"), names.map((name) => [name, name]), { value: view, changed: choose });
  const span = segmented(app.t("tune.span"), SPANS_H.map(([key, s]) => [key, app.form.duration(s)]), {
    value: String(hours), hideLabel: true, changed: (key) => { hours = Number(key); ask(0); },
  });
  fill(root, el("div", { class: "tune" },
    el("div", { class: "tune-head stack" }, chosen.element, notes),
    el("div", { class: "tune-main" },
      card({ class: "tune-outcome", title: app.t("tune.what_if"), actions: [span.element] }, found.element),
      found.details,
      card({ class: "tune-live", title: app.t("tune.live") }, now, bars.element)),
    el("div", { class: "tune-side" },
      card({ class: "tune-card", title: app.t("tune.rules") }, whose.element, rules),
      card({ class: "tune-lasting", title: app.t("tune.lasting") }, lasting))), bar.element);

  function choose(name) {
    view = lastView = name;
    showView();
  }

  const facts = () => app.node.views.find((one) => one.name === view);

  /** All of it anew: another view, other facts. */
  function showView() {
    if (isClosed || !file || !facts()) return;
    draft = new RulesDraft(facts(), file.view(view), tried.get(view));
    fill(lasting, lastingEditor(app, facts().labels, draft, changed).element);
    showLabels();
    showRules();
    showLive();
  }

  function showLabels() {
    const labels = facts()?.labels ?? [];
    // What was seen may be another view's until the answer of this one is there.
    whose.show(Object.keys(draft.value("label_rules")), found.seen.filter((one) => labels.includes(one)), labels);
  }

  /** The rules of the view, or of the label that is chosen. */
  function showRules() {
    const label = whose.value;
    scope = label ? new LabelDraft(draft, label) : draft;
    fill(rules, ruleFields(app, scope, changed, { ofLabel: Boolean(label) }).element);
    changed();
  }

  function changed() {
    keep(view, draft.changes);
    const [enter, exit] = [scope.value("threshold_enter"), scope.value("threshold_exit")];
    bars.marks(enter, exit);
    found.mark(enter, exit);
    found.busy(true);
    bar.show(draft.count ? app.n("tune.tried", draft.count, { view }) : "");
    ask(ASK_AFTER_MS);
  }

  function ask(after) {
    clearTimeout(timer);
    timer = setTimeout(askNow, after);
  }

  /** One question at a time: a small node may take seconds, and the last one is all that matters by then. */
  async function askNow() {
    timer = 0;
    if (!draft) return;
    if (document.hidden) {
      ask(ANEW_SOON_MS);
      return;
    }
    if (isAsking) {
      isDue = true;
      return;
    }
    isAsking = true;
    isDue = false;
    const after = await answered(view, draft.changes, hours);
    isAsking = false;
    if (isClosed || timer) return; // something else is tried by now: that is asked in a moment
    if (!isDue) found.busy(false);
    ask(isDue ? 0 : after);
  }

  /** @returns {Promise<number>} milliseconds after which it is worth asking again */
  async function answered(name, rules, back) {
    try {
      const answer = await app.api.post(`api/views/${encodeURIComponent(name)}/what-if`, { rules, hours: back });
      if (isClosed || name !== view) return 0;
      found.show(answer, back, Object.keys(rules).length > 0);
      showLabels();
      const { frames, from, to } = answer.recorded;
      return frames && to - from >= SHORT_S ? ANEW_MS : ANEW_SOON_MS;
    } catch (error) {
      if (isClosed || name !== view) return 0;
      if (error.status === NOTHING_RECORDED) found.nothing(app.now.view(name)?.options?.enabled === false);
      else found.fault(error.message);
      return ANEW_MS;
    }
  }

  function showLive() {
    const seen = app.now.view(view);
    const state = seen?.state;
    bars.set(state?.top ?? [], { current: state?.label ?? "" });
    if (!state) {
      fill(now, app.t("tune.no_state"));
      return;
    }
    const label = state.label === "unknown" ? app.t("state.unknown") : state.label;
    fill(now, el("strong", {}, label), " ", el("span", { class: "muted" },
      app.t("tune.since", { time: app.form.time(state.since) })));
  }

  async function apply() {
    const name = view; // another one may be chosen, and more be tried, while this is on its way
    const { changes } = draft;
    const { notes: told } = await file.change(keysOf(changes));
    keep(name, Object.fromEntries(Object.entries(tried.get(name) ?? {}).filter(([key, to]) => to !== changes[key])));
    await app.refresh();
    showView();
    app.say(told[0] ?? app.t("tune.applied", { view: name }));
  }

  /** In the file; of labels only what is another one, since comments may stand between. */
  function keysOf({ label_rules: ofLabels, ...others }) {
    const before = file.view(view).label_rules;
    if (ofLabels === undefined) return file.viewKeys(view, others);
    if (!before || !ofLabels) return file.viewKeys(view, { ...others, label_rules: ofLabels });
    return [...file.viewKeys(view, others), ...changedLabelKeys(before, ofLabels).map(({ path, value }) =>
      ({ path: ["view", view, "label_rules", ...path], value }))];
  }

  function discard() {
    tried.delete(view);
    showView();
  }

  async function readConfig() {
    try {
      file = await loadConfig(app);
      showNotes();
      showView();
    } catch (error) {
      fill(notes, notice("danger", error.message));
      fill(rules);
    }
  }

  function showNotes() {
    const { profile } = app.now;
    if (!file) return;
    fill(notes, !file.writable && notice("warning", app.t("config.read_only", { why: file.why_not ?? "" })),
      file.otherFiles && notice("info", app.t("config.elsewhere", { files: file.otherFiles })),
      profile && notice("info", app.t("tune.profile_on", { profile })));
  }

  const offs = [
    app.now.on("node", () => (namesOf(app.node).join() === names.join() ? showView() : app.reopen())),
    app.now.on(["now", "profile"], showNotes),
    app.now.on(["state", "now"], showLive),
    app.now.on("config", () => file?.load().then(showView, () => {})),
  ];
  readConfig();

  return () => {
    isClosed = true;
    clearTimeout(timer);
    offs.forEach((off) => off());
    found.close();
  };
}

const namesOf = ({ views }) => views.map((one) => one.name);

/** Rules of a view that are tried, for as long as they are not applied. */
function keep(view, rules) {
  if (Object.keys(rules).length) tried.set(view, rules);
  else tried.delete(view);
}
