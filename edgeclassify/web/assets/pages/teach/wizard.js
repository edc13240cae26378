/** The way to a classifier in three steps: aim at it, show it, have it learnt. */

import { notice } from "../../parts/card.js";
import { el, fill, icon } from "../../parts/element.js";
import { addressOf } from "../../shell/router.js";
import { openAim } from "./aim_step.js";
import { openLearn } from "./learn_step.js";
import { openShow } from "./show_step.js";

const STEPS = [["aim", openAim], ["show", openShow], ["learn", openLearn]];

export function openWizard(root, app, params) {
  const view = app.node.views.find((one) => one.name === params.view) ?? app.node.views[0];
  if (!view) {
    root.append(notice("warning", app.t("teach.no_view")));
    return null;
  }
  // Without a name there is nothing to be shown yet.
  const step = params.model ? Math.min(Math.max(Number(params.step) || 1, 1), STEPS.length) : 1;
  const [name, open] = STEPS[step - 1];
  const content = el("div", { class: `teach-step teach-step-${name}` });
  const foot = el("div", { class: "teach-foot" });
  root.append(stepper(app, step, params), content, foot);
  return open({
    root: content, app, view, model: params.model ?? "",
    foot: (...children) => fill(foot, el("div", { class: "teach-foot-row" }, children)),
    go: (to, changes = {}) => app.go("teach", { model: params.model, view: view.name, ...changes, step: to }),
  });
}

function stepper(app, step, params) {
  const item = ([name], i) => {
    const number = i + 1;
    const inside = [el("span", { class: "teach-number" }, number < step ? icon("check", { size: 16 }) : number),
      el("span", {}, app.t(`teach.step_${name}`))];
    const isOpen = number < step || (params.model && number === step);
    return el("li", { class: ["teach-stepper-item", number === step && "here", number < step && "done"],
      "aria-current": number === step ? "step" : null },
    isOpen && number !== step
      ? el("a", { href: addressOf("teach", { ...params, step: number }) }, inside) : el("span", {}, inside));
  };
  return el("nav", { "aria-label": app.t("teach.steps") }, el("ol", { class: "teach-stepper" }, STEPS.map(item)));
}
