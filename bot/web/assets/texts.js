// The pages' texts in the visitor's language, from data that the server holds.

const CHOICE = "qingting:language";

export async function loadTexts(store) {
  const answer = await fetch("/texts.json");
  return new Texts(await answer.json(), store);
}

export class Texts extends EventTarget {
  constructor(data, store) {
    super();
    this.data = data;
    this.store = store;
    this.language = this.#known(store.get(CHOICE)) || this.#known(asked()) || this.#ofBrowser();
  }

  get languages() {
    return Object.entries(this.data.languages).map(([code, texts]) => [code, texts.language_name]);
  }

  get limits() {
    return this.data.limits;
  }

  choose(language) {
    this.language = this.#known(language) || this.language;
    this.store.set(CHOICE, this.language);
    this.dispatchEvent(new Event("change"));
  }

  say(key, values = {}) {
    const all = { organisation: this.data.organisation[this.language], ...values };
    return this.data.languages[this.language][key].replace(/\{(\w+)\}/g, (_, name) => all[name]);
  }

  // Fill every element that names its text, and every attribute that does.
  fill(root = document) {
    document.documentElement.lang = this.language;
    for (const element of root.querySelectorAll("[data-text]")) {
      element.textContent = this.say(element.dataset.text);
    }
    for (const element of root.querySelectorAll("[data-label]")) {
      const label = this.say(element.dataset.label);
      element.setAttribute("aria-label", label);
      if (element.tagName === "BUTTON") element.title = label;
    }
    for (const element of root.querySelectorAll("[data-placeholder]")) {
      element.placeholder = this.say(element.dataset.placeholder);
    }
  }

  time(date) {
    return new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(date);
  }

  day(date) {
    const days = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
    if (days === 0) return this.say("today");
    if (days === 1) return this.say("yesterday");
    return new Intl.DateTimeFormat(this.language, { dateStyle: "medium" }).format(date);
  }

  // What the desk promises is told in its own time zone, wherever the customer is.
  moment(date) {
    const how = { dateStyle: "medium", timeStyle: "short", timeZone: this.data.time_zone };
    return new Intl.DateTimeFormat(this.language, how).format(date);
  }

  #known(language) {
    return language in this.data.languages ? language : null;
  }

  #ofBrowser() {
    for (const wish of navigator.languages || [navigator.language]) {
      if (/^zh\b.*(hant|-tw|-hk|-mo)/i.test(wish)) return "zh-Hant";
      if (/^zh\b/i.test(wish)) return "zh-Hans";
      if (/^en\b/i.test(wish)) return "en";
    }
    return "en";
  }
}

function asked() {
  return new URLSearchParams(location.search).get("language");
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}
