/** The page before the pages, where the node asks for a password: `await logIn(root, words, api, session)`. */

import { el, fill } from "../parts/element.js";

export function logIn(root, { t }, api, session) {
  return new Promise((resolve) => {
    const input = el("input", { class: "input", id: "password", type: "password", name: "password",
      autocomplete: "current-password", required: true, "aria-describedby": "password-fault" });
    const fault = el("p", { class: "fault", id: "password-fault", role: "alert" });
    const submit = el("button", { class: "button main wide", type: "submit" }, t("login.enter"));
    const form = el("form", { class: "login-card" },
      el("img", { src: "icon.svg", alt: "", width: 48, height: 48 }),
      el("h1", {}, session.name ?? "edgeclassify"), el("p", { class: "muted" }, t("login.lead")),
      el("input", { type: "text", name: "username", value: "edgeclassify", autocomplete: "username", hidden: true }),
      el("div", { class: "field" }, el("label", { for: "password" }, t("login.password")), input, fault), submit,
      el("p", { class: "hint" }, t("login.hint"), " ", el("code", {}, "sudo edgeclassify web password")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      fault.textContent = "";
      input.removeAttribute("aria-invalid");
      try {
        await api.post("api/login", { password: input.value });
        resolve();
      } catch (error) {
        fault.textContent = error.status === 401 ? t("login.wrong") : error.message;
        input.setAttribute("aria-invalid", "true");
        submit.disabled = false;
        input.select();
      }
    });
    fill(root, el("main", { class: "login" }, form));
    document.title = t("login.title");
    input.focus();
  });
}
