// The chat, on its own page or in the frame that widget.js opens on another site.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { icon, ICONS, make, newId } from "./dom.js";
import { Menu } from "./menu.js";
import { Store } from "./store.js";
import { loadTexts } from "./texts.js";
import { Transcript } from "./transcript.js";

const FILE_TRIES = 5;
const EMBEDDED = document.documentElement.dataset.mode === "embed";

class Chat {
  constructor(root, texts, store) {
    this.texts = texts;
    this.store = store;
    this.unread = 0;
    this.shown = !EMBEDDED;
    this.live = false;
    this.connection = new Connection(store, () => texts.language);
    this.transcript = new Transcript(texts, (id) => this.connection.download(id), (text) => this.say(text, true));
    this.composer = new Composer(texts, store, {
      send: (text, files) => this.send(text, files),
      typing: () => this.connection.typing(),
      complain: (words) => this.complain(words),
    });
    this.menu = new Menu(texts, { link: () => this.link(), forget: () => this.forget() });
    this.banner = make("p", { class: "banner", role: "status", hidden: true });
    this.fault = make("p", { class: "fault", role: "alert", hidden: true });
    root.append(this.#head(), this.banner, ...this.transcript.elements, this.fault, this.composer.form);
    this.#languages(document.querySelector(".languages"));
    this.#listen(root);
    this.#relabel();
  }

  start() {
    const token = new URLSearchParams(location.hash.slice(1)).get("t");
    if (token) {
      // The key must not stay where it can be read over a shoulder or from the history.
      history.replaceState(null, "", location.pathname + location.search);
      if (token !== this.store.token) {
        this.transcript.clear();
        this.#speaks({ author: "bot" });
        this.connection.switchTo(token);
        return;
      }
    }
    if (!this.store.token) this.#readOut();
    this.store.outbox.forEach((item) => this.transcript.pending(item, "waiting"));
    this.connection.start();
  }

  // `complete`: nothing follows, so the desk need not listen for more.
  say(text, complete = false) {
    const item = { text, complete, client_id: newId(), at: new Date().toISOString() };
    this.fault.hidden = true;
    this.#readOut();
    this.transcript.pending(item, "sending");
    this.connection.send(item);
  }

  // Words that come with files are said with the first of them.
  send(text, files) {
    if (!files.length) return this.say(text);
    this.fault.hidden = true;
    this.#readOut();
    files.forEach((file, place) => this.#sendFile(file, place === 0 ? text : ""));
  }

  complain(words) {
    this.fault.textContent = words;
    this.fault.hidden = false;
  }

  link() {
    return this.store.token && `${location.origin}/#t=${this.store.token}`;
  }

  forget() {
    this.connection.forget();
    this.composer.field.value = "";
    this.transcript.clear();
    this.#speaks({ author: "bot" });
    this.banner.hidden = true;
    this.composer.focus();
  }

  async #sendFile(file, text) {
    const item = { file, text, client_id: newId(), at: new Date().toISOString() };
    const bar = this.transcript.sending(item);
    await this.#upload(item, bar, FILE_TRIES);
  }

  async #upload(item, bar, tries) {
    try {
      const { id } = await this.connection.upload(item, (part) => (bar.value = part));
      this.transcript.acknowledged(item.client_id, id);
      this.connection.start();
    } catch (problem) {
      if (problem.status === 429 && tries > 1) {
        this.transcript.state(item.client_id, "held");
        setTimeout(() => this.#upload(item, bar, tries - 1), problem.retry_after * 1000);
        return;
      }
      const known = { file_kind: "file_kind", file_too_large: "file_too_large", body_too_large: "file_too_large" };
      const again = known[problem.code] ? undefined : () => this.#retry(item, bar);
      const limit = this.texts.limits.file_megabytes;
      this.transcript.state(item.client_id, known[problem.code] || "failed", { limit }, again);
    }
  }

  #retry(item, bar) {
    this.transcript.state(item.client_id, "sending");
    this.#upload(item, bar, FILE_TRIES);
  }

  #head() {
    this.speaker = make("span", { "data-text": "assistant" });
    const name = make("p", { class: "name" }, make("span", { class: "presence" }), this.speaker);
    const close = make("button", { class: "icon", type: "button", "data-label": "close_chat", onclick: () => this.#tell("close") }, icon(ICONS.close));
    return make("div", { class: "head" }, name, this.menu.element, EMBEDDED ? close : null);
  }

  // On the page itself, the languages stand where somebody who cannot read the present one finds them.
  #languages(place) {
    for (const [code, name] of place ? this.texts.languages : []) {
      place.append(make("button", { class: "plain", type: "button", lang: code, onclick: () => this.texts.choose(code) }, name));
    }
  }

  #listen(root) {
    const on = (type, act) => this.connection.addEventListener(type, (event) => act(event.detail));
    on("message", (message) => this.#message(message));
    on("ack", ({ client_id, id }) => this.transcript.acknowledged(client_id, id));
    on("held", ({ client_id, status }) => this.transcript.state(client_id, status === 429 ? "held" : "waiting"));
    on("refused", (problem) => this.#refused(problem));
    on("typing", () => this.transcript.showTyping());
    on("state", (state) => this.#state(state));
    on("gone", () => this.transcript.note(this.texts.say("gone")));
    this.texts.addEventListener("change", () => this.#relabel());
    addEventListener("hashchange", () => this.start());
    addEventListener("message", (event) => event.source === parent && this.#told(event.data));
    document.addEventListener("visibilitychange", () => this.#read());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape());
    root.addEventListener("dragover", (event) => event.preventDefault());
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.composer.add(event.dataTransfer.files);
    });
  }

  #message(message) {
    const fresh = this.transcript.show(message);
    this.#speaks(message);
    if (fresh && this.live && message.author !== "customer" && (document.hidden || !this.shown)) {
      this.unread += 1;
      this.#tellUnread();
    }
  }

  // Whoever spoke last for the desk is whom one talks to.
  #speaks({ author, name }) {
    if (author === "agent") {
      delete this.speaker.dataset.text;
      this.speaker.textContent = name;
    } else if (author === "bot") {
      this.speaker.dataset.text = "assistant";
      this.speaker.textContent = this.texts.say("assistant");
    }
  }

  #refused({ client_id, code, limit, length }) {
    if (code === "message_too_long") {
      this.transcript.state(client_id, "too_long", { limit, length });
    } else {
      this.transcript.state(client_id, "refused", {});
    }
  }

  #state(state) {
    this.banner.hidden = state === "online";
    if (state === "online") return this.#readOut();
    this.banner.textContent = this.texts.say(state);
  }

  // What comes after the history is news.
  #readOut() {
    this.live = true;
    this.transcript.announce();
  }

  #escape() {
    if (this.menu.close()) this.menu.button.focus();
    else if (!this.composer.dropFiles() && EMBEDDED) this.#tell("close");
  }

  #relabel() {
    this.texts.fill();
    this.transcript.relabel();
    for (const choice of document.querySelectorAll(".languages button")) choice.setAttribute("aria-pressed", choice.lang === this.texts.language);
    document.title = this.texts.say("title");
    this.menu.close();
    this.#tellUnread();
  }

  #read() {
    if (document.hidden || !this.shown) return;
    this.unread = 0;
    this.#tellUnread();
  }

  #tellUnread() {
    const title = this.texts.say("title");
    document.title = this.unread ? `(${this.unread}) ${title}` : title;
    const say = (key) => this.texts.say(key, { count: this.unread });
    const labels = { open: say("open_chat"), close: say("close_chat"), unread: say("unread"), frame: say("chat") };
    this.#tell("state", { unread: this.unread, labels });
  }

  // The page around the frame learns how many messages wait, never what they say.
  #tell(type, details = {}) {
    if (EMBEDDED) parent.postMessage({ source: "qingting", type, ...details }, "*");
  }

  #told(data) {
    if (!EMBEDDED || data?.source !== "qingting") return;
    this.shown = data.type === "open";
    this.#read();
    if (this.shown) this.composer.focus();
  }
}

const store = new Store();
const chat = new Chat(document.getElementById("chat"), await loadTexts(store), store);
chat.start();
