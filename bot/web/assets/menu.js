// What is seldom needed: language, the link to come back with, a case's status, forgetting.

import { icon, ICONS, make } from "./dom.js";

export class Menu {
  constructor(texts, { link, forget }) {
    this.texts = texts;
    this.link = link;
    this.forget = forget;
    this.panel = make("div", { class: "panel", id: "menu", hidden: true });
    this.button = make(
      "button",
      { class: "icon", type: "button", "data-label": "menu", "aria-expanded": "false", "aria-controls": "menu", onclick: () => this.toggle() },
      icon(ICONS.menu),
    );
    this.element = make("div", { class: "menu" }, this.button, this.panel);
    document.addEventListener("pointerdown", (event) => this.element.contains(event.target) || this.close());
  }

  toggle() {
    this.panel.hidden ? this.#open() : this.close();
  }

  // Returns whether it was open.
  close() {
    const open = !this.panel.hidden;
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    return open;
  }

  #open() {
    this.#fill();
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.panel.querySelector("select, button, a").focus();
  }

  #fill() {
    this.answer = make("div", { class: "answer", role: "status" });
    this.panel.replaceChildren(
      this.#languages(),
      this.#item("copy_link", () => this.#copyLink()),
      make("a", { href: "/status", target: "_top", class: "item" }, this.texts.say("check_status")),
      this.#item("forget", () => this.#askToForget()),
      this.answer,
    );
  }

  #item(key, act) {
    return make("button", { class: "item", type: "button", onclick: act }, this.texts.say(key));
  }

  #languages() {
    const choice = make("select", { id: "language", onchange: () => this.texts.choose(choice.value) });
    for (const [code, name] of this.texts.languages) {
      choice.append(make("option", { value: code, lang: code, selected: code === this.texts.language }, name));
    }
    return make("label", { class: "item" }, make("span", {}, this.texts.say("language")), choice);
  }

  async #copyLink() {
    const link = this.link();
    if (!link) return this.answer.replaceChildren(this.texts.say("link_later"));
    try {
      await navigator.clipboard.writeText(link);
      this.answer.replaceChildren(this.texts.say("link_copied"));
    } catch {
      const field = make("input", { readonly: true, value: link, "aria-label": this.texts.say("copy_link") });
      this.answer.replaceChildren(this.texts.say("link_shown"), field);
      field.select();
    }
  }

  #askToForget() {
    const yes = () => {
      this.forget();
      this.close();
    };
    const no = () => this.answer.replaceChildren();
    this.answer.replaceChildren(
      make("p", {}, this.texts.say("forget_sure")),
      make("button", { class: "choice", type: "button", onclick: yes }, this.texts.say("forget_yes")),
      make("button", { class: "choice", type: "button", onclick: no }, this.texts.say("forget_no")),
    );
    this.answer.querySelector("button:last-child").focus();
  }
}
