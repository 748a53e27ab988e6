// How a complaint stands, by its number and pass-code.

import { make } from "./dom.js";
import { Store } from "./store.js";
import { loadTexts } from "./texts.js";

const texts = await loadTexts(new Store());
const form = document.getElementById("key");
const found = document.getElementById("found");
const fault = document.getElementById("complaint");

texts.fill();
document.title = texts.say("status_title");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  lookUp();
});

async function lookUp() {
  found.hidden = fault.hidden = true;
  try {
    const answer = await fetch("/api/v1/chat/status", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    answer.ok ? show(await answer.json()) : complain({ 404: "status_none", 429: "status_wait" }[answer.status]);
  } catch {
    complain();
  }
}

function complain(key = "status_failed") {
  fault.textContent = texts.say(key);
  fault.hidden = false;
}

function show(status) {
  const moment = (iso) => iso && texts.moment(new Date(iso));
  const rows = [
    ["number", status.number],
    ["status_state", texts.say(`state_${status.status}`)],
    ["status_owner", status.owner || texts.say("status_nobody")],
    ["status_department", status.department],
    ["status_opened", moment(status.opened_at)],
    ["status_due", status.status === "open" ? moment(status.due_at) : null],
    ["status_progress", status.last_progress],
    ["status_outcome", status.outcome],
  ];
  found.replaceChildren(
    ...rows.filter(([, value]) => value).flatMap(([key, value]) => [make("dt", {}, texts.say(key)), make("dd", {}, value)]),
  );
  found.hidden = false;
}
