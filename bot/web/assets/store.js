// What this browser keeps: the key to the conversation, and what was written and not yet acknowledged.
// Where storage is refused (private windows, third-party frames) it lasts as long as the page.

const TOKEN = "qingting:token";
const OUTBOX = "qingting:outbox";
const DRAFT = "qingting:draft";

export class Store {
  constructor() {
    this.memory = new Map();
  }

  get(key) {
    try {
      return localStorage.getItem(key) ?? this.memory.get(key) ?? null;
    } catch {
      return this.memory.get(key) ?? null;
    }
  }

  set(key, value) {
    this.memory.set(key, value);
    try {
      localStorage.setItem(key, value);
    } catch {
      // Kept in memory.
    }
  }

  remove(key) {
    this.memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // It was kept in memory only.
    }
  }

  get token() {
    return this.get(TOKEN);
  }

  set token(token) {
    token ? this.set(TOKEN, token) : this.remove(TOKEN);
  }

  get draft() {
    return this.get(DRAFT) || "";
  }

  set draft(text) {
    text ? this.set(DRAFT, text) : this.remove(DRAFT);
  }

  // Read again each time: another tab may have written meanwhile.
  get outbox() {
    try {
      return JSON.parse(this.get(OUTBOX)) || [];
    } catch {
      return [];
    }
  }

  put(item) {
    this.set(OUTBOX, JSON.stringify([...this.outbox, item]));
  }

  take(clientId) {
    const left = this.outbox.filter((item) => item.client_id !== clientId);
    left.length ? this.set(OUTBOX, JSON.stringify(left)) : this.remove(OUTBOX);
  }

  forget() {
    [TOKEN, OUTBOX, DRAFT].forEach((key) => this.remove(key));
  }
}
