// The conversation's line to the desk: a socket, long polling where sockets are blocked, and an outbox whose
// messages stay until the desk has acknowledged them. One message is on its way at a time, so their order holds.

const BASE = "/api/v1/chat";
const PING_SECONDS = 25;
const SILENCE_SECONDS = 40;
const ACK_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 30;
const POLL_SECONDS = 25;
const SOCKET_AGAIN_SECONDS = 120;
const UNKNOWN_TOKEN = 4401;

export class Connection extends EventTarget {
  #socket = null;
  #polling = null;
  #failures = 0;
  #after = 0;
  #ready = false;
  #inFlight = null;
  #opening = null;
  #timers = {};
  #heardAt = 0;

  constructor(store, language) {
    super();
    this.store = store;
    this.language = language;
    addEventListener("online", () => this.#now());
    addEventListener("offline", () => this.#lost());
    document.addEventListener("visibilitychange", () => document.hidden || this.#now());
  }

  start() {
    if (this.store.token) this.#connect();
    else if (this.store.outbox.length) this.#begin();
  }

  // Go on with another conversation.
  switchTo(token) {
    this.#hangUp();
    this.store.forget();
    this.store.token = token;
    this.#after = 0;
    this.start();
  }

  forget() {
    this.#hangUp();
    this.store.forget();
    this.#after = 0;
  }

  send(item) {
    this.store.put(item);
    this.store.token ? this.#pump() : this.#begin();
  }

  typing() {
    if (this.#ready && this.#socket) this.#socket.send(JSON.stringify({ type: "typing" }));
  }

  // Send a file; `progress` is called with 0 to 1. Rejects with a problem document.
  async upload({ file, text, client_id }, progress) {
    await this.#session();
    const form = new FormData();
    form.append("file", file, file.name);
    form.append("text", text);
    form.append("client_id", client_id);
    return post(`${BASE}/files`, form, this.store.token, progress);
  }

  async download(id) {
    const answer = await fetch(`${BASE}/files/${id}`, { headers: this.#bearer() });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.blob();
  }

  #bearer() {
    return { Authorization: `Bearer ${this.store.token}` };
  }

  async #begin() {
    try {
      await this.#session();
      this.#connect();
    } catch {
      this.#again();
    }
  }

  // At most one session is asked for, however often somebody presses.
  #session() {
    if (this.store.token) return Promise.resolve();
    this.#opening ||= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #open() {
    const answer = await fetch(`${BASE}/sessions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ language: this.language() }),
    });
    if (!answer.ok) throw await answer.json();
    this.store.token = (await answer.json()).token;
  }

  #connect() {
    if (this.#socket || this.#polling) return;
    clearTimeout(this.#timers.again);
    const address = new URL(`${BASE}/ws`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.onopen = () =>
      socket.send(JSON.stringify({ type: "hello", token: this.store.token, after: this.#after }));
    socket.onmessage = (event) => this.#socket === socket && this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => this.#socket === socket && this.#closed(event.code);
    clearInterval(this.#timers.ping);
    this.#timers.ping = setInterval(() => this.#watch(socket), 5000);
  }

  // A line can be dead without being closed.
  #watch(socket) {
    const silent = (Date.now() - this.#heardAt) / 1000;
    if (silent > SILENCE_SECONDS) {
      socket.close();
      this.#closed(0);
    } else if (silent > PING_SECONDS && socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ type: "ping" }));
    }
  }

  #hear(frame) {
    this.#heardAt = Date.now();
    const handlers = {
      message: () => this.#message(frame.message),
      ack: () => this.#acknowledged(frame.client_id, frame.id),
      typing: () => this.#emit("typing"),
      ready: () => this.#opened(),
      problem: () => frame.client_id && this.#refused(frame),
    };
    handlers[frame.type]?.();
  }

  #opened() {
    this.#failures = 0;
    this.#ready = true;
    this.#inFlight = null;
    this.#emit("state", "online");
    this.#pump();
  }

  #closed(code) {
    clearInterval(this.#timers.ping);
    const neverReady = !this.#ready;
    this.#drop();
    if (code === UNKNOWN_TOKEN) return this.#unknown();
    if (neverReady && ++this.#failures >= 2 && navigator.onLine !== false) return this.#poll();
    this.#emit("state", "reconnecting");
    this.#again();
  }

  #drop() {
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.close();
    }
    this.#socket = null;
    this.#ready = false;
    this.#inFlight = null;
    clearTimeout(this.#timers.ack);
    clearTimeout(this.#timers.held);
  }

  #lost() {
    this.#hangUp();
    this.#emit("state", "offline");
  }

  #hangUp() {
    clearInterval(this.#timers.ping);
    clearTimeout(this.#timers.again);
    this.#polling?.abort();
    this.#polling = null;
    this.#drop();
  }

  #now() {
    if (this.#socket || this.#polling) return;
    this.#failures = 0;
    this.start();
  }

  #again() {
    const pause = Math.min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** this.#failures++);
    clearTimeout(this.#timers.again);
    this.#timers.again = setTimeout(() => this.start(), pause * 1000 * (0.5 + Math.random()));
  }

  // The conversation behind the token is gone; what was not sent yet begins a new one.
  #unknown() {
    this.store.token = null;
    this.#after = 0;
    this.#emit("gone");
    if (this.store.outbox.length) this.#begin();
  }

  async #poll() {
    const giveUp = new AbortController();
    this.#polling = giveUp;
    const until = Date.now() + SOCKET_AGAIN_SECONDS * 1000;
    try {
      while (this.#polling === giveUp && Date.now() < until) await this.#pollOnce(giveUp.signal);
      if (this.#polling !== giveUp) return;
      this.#failures = 0;
    } catch {
      if (this.#polling !== giveUp) return;
      this.#emit("state", "reconnecting");
    }
    this.#polling = null;
    this.#drop();
    if (this.store.token) this.#again();
  }

  async #pollOnce(signal) {
    const wait = this.#ready ? POLL_SECONDS : 0;
    const answer = await fetch(`${BASE}/messages?after=${this.#after}&wait=${wait}`, {
      headers: this.#bearer(),
      signal,
    });
    if (answer.status === 401) {
      this.#polling = null;
      this.#drop();
      return this.#unknown();
    }
    if (!answer.ok) throw await answer.json();
    const { messages } = await answer.json();
    messages.forEach((message) => this.#message(message));
    // A full page: there is more to read before anything is new.
    if (!this.#ready && messages.length < 200) this.#opened();
  }

  #message(message) {
    this.#after = Math.max(this.#after, message.id);
    if (message.client_id) this.store.take(message.client_id);
    this.#emit("message", message);
  }

  #pump() {
    const item = this.store.outbox[0];
    if (!this.#ready || this.#inFlight || !item) return;
    this.#inFlight = item.client_id;
    if (this.#socket) this.#overSocket(item);
    else this.#overHttp(item);
  }

  #overSocket({ text, client_id, complete }) {
    this.#socket.send(JSON.stringify({ type: "message", text, client_id, complete }));
    this.#timers.ack = setTimeout(() => this.#closed(0), ACK_SECONDS * 1000);
  }

  async #overHttp({ text, client_id, complete }) {
    try {
      const body = JSON.stringify({ text, client_id, complete });
      const answer = await post(`${BASE}/messages`, body, this.store.token);
      this.#acknowledged(client_id, answer.id);
    } catch (problem) {
      this.#refused({ status: 503, ...problem, client_id });
    }
  }

  #acknowledged(clientId, id) {
    this.store.take(clientId);
    this.#emit("ack", { client_id: clientId, id });
    this.#next();
  }

  #refused(problem) {
    clearTimeout(this.#timers.ack);
    if (problem.status === 429 || problem.status >= 500) {
      this.#emit("held", problem);
      this.#timers.held = setTimeout(() => this.#next(), (problem.retry_after || 5) * 1000);
    } else {
      this.store.take(problem.client_id);
      this.#emit("refused", problem);
      this.#next();
    }
  }

  #next() {
    clearTimeout(this.#timers.ack);
    this.#inFlight = null;
    this.#pump();
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// XMLHttpRequest, because fetch cannot tell how much has been sent.
function post(address, body, token, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    if (typeof body === "string") request.setRequestHeader("Content-Type", "application/json");
    request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total);
    request.onload = () => (request.status < 400 ? resolve(request.response) : reject(request.response || {}));
    request.onerror = () => reject({ status: 503 });
    request.send(body);
  });
}
