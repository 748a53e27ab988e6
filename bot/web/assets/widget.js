// Embeds the chat in any page: <script src="https://desk.example/widget.js" defer></script>
// The chat itself runs in a frame of the desk's own address, so the page around it can read nothing of it.
(() => {
  const script = document.currentScript;
  const desk = new URL(script.src);
  const language = script.dataset.language;
  const STYLE = `
    :host { all: initial; }
    button { position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; width: 60px; height: 60px; padding: 0;
      border: 0; border-radius: 50%; background: #1d655f; cursor: pointer; box-shadow: 0 6px 20px rgba(20, 40, 40, .28); }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #1d655f; }
    svg { width: 30px; height: 30px; fill: none; stroke: #fff; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .badge { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; padding: 0 5px; box-sizing: border-box;
      border-radius: 11px; background: #a8321f; color: #fff; font: 600 13px/22px system-ui, sans-serif; }
    iframe { position: fixed; right: 20px; bottom: 92px; z-index: 2147483000; width: 400px; max-width: calc(100vw - 40px);
      height: 640px; max-height: calc(100vh - 112px); border: 0; border-radius: 18px; background: #f5f3ee;
      box-shadow: 0 12px 48px rgba(20, 40, 40, .3); }
    [hidden] { display: none; }
    @media (max-width: 480px) {
      iframe { inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; border-radius: 0; }
      .open button { display: none; }
    }`;

  const place = document.createElement("div");
  const shadow = place.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];

  const box = document.createElement("div");
  const frame = document.createElement("iframe");
  const button = document.createElement("button");
  const badge = document.createElement("span");
  const query = language ? `?language=${encodeURIComponent(language)}` : "";
  frame.src = `${desk.origin}/embed${query}`;
  frame.allow = "clipboard-write";
  frame.hidden = true;
  button.type = "button";
  button.hidden = true;
  button.setAttribute("aria-expanded", "false");
  badge.className = "badge";
  badge.hidden = true;
  button.append(drawing("M6 5h12a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-6l-5 4v-4H6a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3zM8 11h.01M12 11h.01M16 11h.01"), badge);
  box.append(frame, button);
  shadow.append(box);
  let labels = {};

  button.addEventListener("click", () => open(frame.hidden));
  addEventListener("message", (event) => {
    if (event.origin !== desk.origin || event.source !== frame.contentWindow || event.data?.source !== "qingting") return;
    if (event.data.type === "close") open(false);
    if (event.data.type === "state") show(event.data);
  });
  document.body.append(place);

  function open(wanted) {
    frame.hidden = !wanted;
    box.classList.toggle("open", wanted);
    button.setAttribute("aria-expanded", String(wanted));
    label();
    frame.contentWindow.postMessage({ source: "qingting", type: wanted ? "open" : "close" }, desk.origin);
    (wanted ? frame : button).focus();
  }

  function show(state) {
    labels = state.labels;
    button.hidden = false;
    frame.title = labels.frame;
    badge.hidden = state.unread === 0;
    badge.textContent = state.unread > 99 ? "99+" : String(state.unread);
    label();
  }

  function label() {
    const unread = badge.hidden ? "" : ` · ${labels.unread}`;
    button.setAttribute("aria-label", (frame.hidden ? labels.open : labels.close) + unread);
  }

  function drawing(path) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const line = document.createElementNS(space, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }
})();
