// Where the visitor writes: text, and files chosen, pasted or dropped.

import { icon, ICONS, make } from "./dom.js";
import { preview } from "./transcript.js";

const TYPING_EVERY_SECONDS = 3;
const KINDS = "image/*,audio/*,video/*,application/pdf";

export class Composer {
  #files = [];
  #typedAt = 0;

  // `send(text, files)` is called with something to send; `typing()` while somebody writes.
  constructor(texts, store, { send, typing, complain }) {
    this.texts = texts;
    this.store = store;
    this.send = send;
    this.typing = typing;
    this.complain = complain;
    this.field = make("textarea", {
      id: "message",
      rows: "1",
      enterkeyhint: "send",
      "data-label": "message",
      "data-placeholder": "placeholder",
      oninput: () => this.#changed(),
      onkeydown: (event) => this.#key(event),
      onpaste: (event) => this.#pasted(event),
    });
    this.chosen = make("div", { class: "chosen", hidden: true });
    const input = make("input", { type: "file", accept: KINDS, multiple: true, hidden: true, tabindex: "-1", id: "files" });
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = "";
    });
    this.form = make(
      "form",
      { class: "composer", onsubmit: (event) => this.#submit(event) },
      this.chosen,
      input,
      make("button", { class: "icon", type: "button", "data-label": "attach", onclick: () => input.click() }, icon(ICONS.attach)),
      this.field,
      make("button", { class: "icon send", "data-label": "send" }, icon(ICONS.send)),
    );
    this.field.value = store.draft;
    queueMicrotask(() => this.#grow());
  }

  focus() {
    this.field.focus();
  }

  add(files) {
    for (const file of files) {
      const wrong = this.#wrong(file);
      wrong ? this.complain(wrong) : this.#files.push(file);
    }
    this.#showChosen();
    this.focus();
  }

  // A chosen file that will not be sent; returns whether there was one.
  dropFiles() {
    const some = this.#files.length > 0;
    this.#files = [];
    this.#showChosen();
    return some;
  }

  #wrong(file) {
    const limit = this.texts.limits.file_megabytes;
    if (file.size > limit * 1_000_000) return this.texts.say("file_too_large", { limit });
    if (!file.size) return this.texts.say("file_empty");
    return null;
  }

  #showChosen() {
    this.chosen.replaceChildren(...this.#files.map((file) => this.#chosen(file)));
    this.chosen.hidden = !this.#files.length;
  }

  #chosen(file) {
    const remove = () => {
      this.#files = this.#files.filter((other) => other !== file);
      this.#showChosen();
      this.focus();
    };
    const label = `${this.texts.say("remove_file")}: ${file.name}`;
    const button = make("button", { class: "remove", type: "button", "aria-label": label, onclick: remove }, icon(ICONS.close));
    return make("div", { class: "candidate" }, preview(file, this.texts), button);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text && !this.#files.length) return this.focus();
    const limit = this.texts.limits.message_length;
    const length = [...text].length;
    if (length > limit) return this.complain(this.texts.say("too_long", { length, limit }));
    this.send(text, this.#files);
    this.field.value = "";
    this.store.draft = "";
    // The first letter of the next message tells the desk at once that there will be one.
    this.#typedAt = 0;
    this.dropFiles();
    this.#grow();
    this.focus();
  }

  #key(event) {
    // Enter that ends a word of an input method is not meant for us.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }

  #changed() {
    this.#grow();
    this.store.draft = this.field.value;
    if (Date.now() - this.#typedAt > TYPING_EVERY_SECONDS * 1000 && this.field.value) {
      this.#typedAt = Date.now();
      this.typing();
    }
  }

  #pasted(event) {
    if (event.clipboardData.files.length) {
      event.preventDefault();
      this.add(event.clipboardData.files);
    }
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }
}
