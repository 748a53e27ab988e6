// The conversation as bubbles: who speaks, what, when, and how far one's own words got.

import { icon, ICONS, make } from "./dom.js";

const NEAR_THE_END = 80;
const TYPING_SECONDS = 6;
const SHOWN_INLINE = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);

export class Transcript {
  #bubbles = new Map();
  #typingTimer = null;

  constructor(texts, download, say) {
    this.texts = texts;
    this.download = download;
    this.say = say;
    this.log = make("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0", "data-label": "chat" });
    this.typing = make("p", { class: "typing", hidden: true }, make("span", { class: "dots", "aria-hidden": "true" }), make("span"));
    this.quick = make("div", { class: "quick", role: "group", "data-label": "quick_replies", hidden: true });
    this.jump = make(
      "button",
      { class: "jump", type: "button", hidden: true, onclick: () => this.#toEnd() },
      icon(ICONS.down),
      make("span", { "data-text": "new_messages" }),
    );
    this.follow = true;
    this.top = 0;
    this.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // A photo that has loaded and a keyboard that has opened take room: what was being read stays in sight.
    this.log.addEventListener("load", () => this.follow && this.#toEnd(), true);
    new ResizeObserver(() => this.follow && this.#toEnd()).observe(this.log);
    this.clear();
  }

  get elements() {
    return [this.log, this.jump, this.typing, this.quick];
  }

  clear() {
    this.#bubbles.clear();
    this.log.replaceChildren();
    this.last = null;
    this.#offer([]);
    this.greeting = make("p", { class: "text", "data-text": "greeting" });
    const who = make("p", { class: "who", "data-text": "assistant" });
    this.log.append(make("article", { class: "bubble bot" }, who, this.greeting));
    this.texts.fill(this.log);
  }

  // From now on what is new is read out; history is not.
  announce() {
    this.log.setAttribute("aria-live", "polite");
  }

  show(message) {
    const known = this.#bubbles.get(message.client_id) || this.#bubbles.get(message.id);
    if (known) return this.#settle(known, message);
    if (message.author !== "customer") this.#stopTyping();
    const bubble = this.#bubble(message);
    this.#bubbles.set(message.client_id || message.id, bubble);
    this.#place(bubble, message.id);
    this.#offer(message.author === "bot" ? message.buttons : []);
    return true;
  }

  // One's own words, not acknowledged yet.
  pending({ client_id, text, at }, state) {
    if (this.#bubbles.has(client_id)) return;
    const bubble = this.#bubble({ author: "customer", text, at, files: [] });
    this.#bubbles.set(client_id, bubble);
    this.#place(bubble, Infinity);
    this.#offer([]);
    this.#toEnd();
    this.state(client_id, state);
  }

  // A file of one's own on its way; returns the bar that shows how far it got.
  sending({ client_id, text, at, file }) {
    this.pending({ client_id, text, at }, "sending");
    const bubble = this.#bubbles.get(client_id);
    const bar = make("progress", { max: "1", value: "0", "aria-label": file.name });
    bubble.querySelector(".text").before(make("div", { class: "files" }, preview(file, this.texts)));
    bubble.querySelector(".text").hidden = !text;
    bubble.querySelector(".state").before(bar);
    this.#toEnd();
    return bar;
  }

  state(clientId, key, values, retry) {
    const line = this.#bubbles.get(clientId)?.querySelector(".state");
    if (!line) return;
    line.className = `state ${key === "sent" ? "done" : retry || values ? "fault" : ""}`;
    line.replaceChildren(this.texts.say(key, values));
    if (retry) line.append(" ", make("button", { class: "plain", type: "button", onclick: retry }, this.texts.say("retry")));
  }

  // A file that arrived is shown from here on by its message.
  acknowledged(clientId, id) {
    const bubble = this.#bubbles.get(clientId);
    if (!bubble) return;
    bubble.dataset.id = id;
    bubble.querySelector("progress")?.remove();
    this.state(clientId, "sent");
  }

  showTyping() {
    this.typing.lastChild.textContent = `${this.speaker || this.texts.say("assistant")} ${this.texts.say("typing")}`;
    this.typing.hidden = false;
    if (this.follow) this.#toEnd();
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#stopTyping(), TYPING_SECONDS * 1000);
  }

  note(words) {
    this.log.append(make("p", { class: "note" }, words));
    this.#toEnd();
  }

  // In another language: what the page says changes, what people said does not.
  relabel() {
    for (const time of this.log.querySelectorAll("time")) time.textContent = this.texts.time(new Date(time.dateTime));
    for (const day of this.log.querySelectorAll(".day")) day.textContent = this.texts.day(new Date(day.dataset.at));
    for (const line of this.log.querySelectorAll(".state.done")) line.textContent = this.texts.say("sent");
  }

  #stopTyping() {
    this.typing.hidden = true;
  }

  #settle(bubble, message) {
    const late = !bubble.dataset.id;
    bubble.dataset.id = message.id;
    bubble.querySelector("progress")?.remove();
    if (message.client_id) this.state(message.client_id, "sent");
    if (late) this.#place(bubble, message.id);
    return false;
  }

  #bubble(message) {
    const at = new Date(message.at);
    const files = (message.files || []).map((file) => this.#file(file));
    const mine = message.author === "customer";
    const bubble = make(
      "article",
      { class: `bubble ${message.author}`, "data-at": at.toISOString() },
      this.#who(message),
      files.length ? make("div", { class: "files" }, ...files) : null,
      make("p", { class: "text" }, ...words(message.text)),
      make(
        "p",
        { class: "foot" },
        make("time", { datetime: at.toISOString() }, this.texts.time(at)),
        make("span", { class: "state done" }, mine && message.id ? this.texts.say("sent") : ""),
      ),
    );
    bubble.querySelector(".text").hidden = !message.text;
    return bubble;
  }

  #who({ author, name }) {
    if (author === "agent") {
      this.speaker = name;
      return make("p", { class: "who" }, `${name || ""} `, make("span", { class: "tag", "data-text": "staff" }, this.texts.say("staff")));
    }
    if (author === "bot") this.speaker = null;
    const texts = { bot: "assistant", customer: "you" };
    if (!texts[author]) return null;
    return make("p", { class: "who", "data-text": texts[author] }, this.texts.say(texts[author]));
  }

  #file(file) {
    const frame = make("div", { class: "file" });
    const fetched = () => this.download(file.id).then((blob) => URL.createObjectURL(blob));
    if (SHOWN_INLINE.has(file.media_type)) {
      fetched().then((address) => {
        const photo = make("img", { src: address, alt: this.texts.say("photo", file) });
        frame.append(make("a", { href: address, target: "_blank", rel: "noopener" }, photo));
      }, () => frame.append(file.name));
    } else {
      const save = async () => make("a", { href: await fetched(), download: file.name }).click();
      const label = this.texts.say("download", file);
      frame.append(make("button", { class: "paper", type: "button", "aria-label": label, onclick: save }, icon(ICONS.file), file.name));
    }
    return frame;
  }

  // In the order of the desk's log; what is not in it yet comes last.
  #place(bubble, id) {
    const stay = this.follow || bubble.classList.contains("customer");
    if (id !== Infinity) bubble.dataset.id = id;
    const earlier = [...this.log.querySelectorAll(".bubble[data-at]")]
      .reverse()
      .find((other) => other !== bubble && Number(other.dataset.id || Infinity) <= id);
    if (earlier) earlier.after(bubble);
    else if (id === Infinity) this.log.append(bubble);
    else this.log.firstElementChild.after(bubble);
    this.#days();
    this.#groups();
    if (stay) this.#toEnd();
    else this.jump.hidden = false;
  }

  #days() {
    this.log.querySelectorAll(".day").forEach((day) => day.remove());
    let before = null;
    for (const bubble of this.log.querySelectorAll(".bubble[data-at]")) {
      const at = new Date(bubble.dataset.at);
      if (at.toDateString() !== before) {
        bubble.before(make("p", { class: "day", "data-at": bubble.dataset.at }, this.texts.day(at)));
        before = at.toDateString();
      }
    }
  }

  // A speaker is named once for what they say in a row.
  #groups() {
    let before = null;
    for (const bubble of this.log.querySelectorAll(".bubble[data-at]")) {
      const who = bubble.className.replace(" again", "") + (bubble.querySelector(".who")?.textContent || "");
      bubble.classList.toggle("again", who === before && bubble.previousElementSibling.matches(".bubble"));
      before = who;
    }
  }

  #offer(buttons) {
    this.quick.replaceChildren(
      ...buttons.map(({ title, payload }) =>
        make("button", { type: "button", onclick: () => this.say(payload) }, title),
      ),
    );
    this.quick.hidden = !buttons.length;
    if (this.follow) this.#toEnd();
  }

  // Only a reader who went up is left where they are.
  #scrolled() {
    const up = this.log.scrollTop < this.top;
    this.top = this.log.scrollTop;
    if (this.#nearEnd()) this.follow = this.jump.hidden = true;
    else if (up) this.follow = false;
  }

  #nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.follow = true;
    this.jump.hidden = true;
  }
}

// A case's number is not broken over two lines: it is what one writes down.
function words(text) {
  return (text || "").split(/(QT-\d{4}-\d+)/).map((part, place) => (place % 2 ? make("span", { class: "whole" }, part) : part));
}

// A file that this browser has: a photo in small, anything else by its name.
export function preview(file, texts) {
  if (SHOWN_INLINE.has(file.type)) {
    return make("div", { class: "file" }, make("img", { src: URL.createObjectURL(file), alt: texts.say("photo", { name: file.name }) }));
  }
  return make("div", { class: "file" }, make("span", { class: "paper" }, icon(ICONS.file), file.name));
}
