/**
 * What people fill in, each with its label.
 *
 *   const name = textField("Name", { value: "gate", hint: "Letters and digits", changed: (v) => ... });
 *   const view = select("View", [["gate", "Gate"]], { value: "gate", changed });
 *   const on = toggle("Enabled", { value: true, changed });
 *   name.element; name.value; name.fault("Taken already")      // "" takes the fault away
 *   segmented("Theme", [["light", "Light"], ["dark", "Dark"]], { value, changed })   // a choice of few
 */

import { el, fill, icon } from "./element.js";

let count = 0;
const nextId = () => `field-${(count += 1)}`;

function around(label, input, { hint = "", inline = false } = {}) {
  const id = nextId();
  input.id = id;
  const fault = el("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  input.setAttribute("aria-describedby", `${id}-hint ${id}-fault`);
  const element = el("div", { class: ["field", inline && "inline"] }, el("label", { for: id }, label), input,
    hint && el("p", { class: "hint", id: `${id}-hint` }, hint), fault);
  const setFault = (text) => {
    fill(fault, text);
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  return {
    element, input, fault: setFault,
    get value() { return input.value; },
    set value(to) { input.value = to; },
  };
}

export function textField(label, { value = "", hint = "", type = "text", changed = null, ...rest } = {}) {
  const input = el("input", { class: "input", type, value, ...rest });
  if (changed) input.addEventListener("input", () => changed(input.value));
  return around(label, input, { hint });
}

/** @param {[string, string][]} options value and text of each */
export function select(label, options, { value = "", hint = "", changed = null, ...rest } = {}) {
  const input = el("select", { class: "input", ...rest },
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  if (changed) input.addEventListener("change", () => changed(input.value));
  return around(label, input, { hint });
}

export function toggle(label, { value = false, hint = "", changed = null, disabled = false } = {}) {
  const input = el("input", { type: "checkbox", class: "toggle", role: "switch", checked: value, disabled });
  if (changed) input.addEventListener("change", () => changed(input.checked));
  const made = around(label, input, { hint, inline: true });
  return {
    element: made.element, input, fault: made.fault,
    get value() { return input.checked; },
    set value(to) { input.checked = to; },
  };
}

/** @param {([string, string] | [string, string, string])[]} options value, text, and a symbol where there is one */
export function segmented(label, options, { value, changed = null, hideLabel = false } = {}) {
  const name = nextId();
  const inputs = options.map(([key, text, symbol]) => {
    const input = el("input", { type: "radio", name, value: key, checked: key === value });
    input.addEventListener("change", () => changed?.(key));
    return [input, el("label", { class: "segment" }, input,
      el("span", {}, symbol && icon(symbol, { size: 18 }), text))];
  });
  const element = el("fieldset", { class: ["segmented", hideLabel && "hide-label"] }, el("legend", {}, label),
    el("div", { class: "segments" }, inputs.map(([, one]) => one)));
  return {
    element,
    get value() { return inputs.find(([input]) => input.checked)?.[0].value; },
    set value(to) { inputs.forEach(([input]) => { input.checked = input.value === to; }); },
  };
}
