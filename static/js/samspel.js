// What a script adds to pages that already work without one: keys, dialogs, focus kept after a swap, and words when the net fails.
(() => {
  "use strict";

  const messages = document.getElementById("messages");
  const KEYS_OFF = "samspel.keys.off";

  // Keys: "/" to the search, j and k between rows, and any control with data-key="x". They can be turned off (WCAG 2.1.4).
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog[open]");
  const keysAreOff = () => localStorage.getItem(KEYS_OFF) === "1";
  const rowControl = (row) => row.querySelector("[data-open], a[href], button");

  function moveBy(step) {
    const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent && rowControl(row));
    if (!rows.length) return;
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
    rowControl(rows[next]).focus();
    rows[next].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || keysAreOff()) return;
    const search = document.getElementById("search");
    if (event.key === "/" && search && search.offsetParent) search.focus();
    else {
      const control = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
      if (control) control.click();
      else if (event.key === "j") moveBy(1);
      else if (event.key === "k") moveBy(-1);
      else return;
    }
    event.preventDefault();
  });

  const toggle = document.querySelector("[data-keys-toggle]");
  if (toggle) {
    const say = () => { toggle.textContent = keysAreOff() ? toggle.dataset.on : toggle.dataset.off; };
    toggle.closest("[data-keys-line]").hidden = false;
    toggle.addEventListener("click", () => {
      localStorage.setItem(KEYS_OFF, keysAreOff() ? "0" : "1");
      say();
    });
    say();
  }
  if (keysAreOff()) document.querySelectorAll("[data-keys-hint]").forEach((hint) => { hint.hidden = true; });

  // Dialogs: a control with data-dialog="id" opens it; inside, data-close closes it. Without a script its content stands on a page of its own.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });

  // What needs to be put right is read first, on a whole page and after a swap.
  const focusErrors = (root) => {
    const errors = root.querySelector(".errors");
    if (errors) errors.focus();
    return Boolean(errors);
  };
  focusErrors(document);

  // A swap takes focus away with what it replaces: give it back to the same control, or to what replaced it.
  let focused = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const { id, name } = document.activeElement;
    focused = { id, name };
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = document.getElementById(event.detail.target.id) || event.detail.target;
    target.querySelectorAll("dialog[data-open-now]").forEach((dialog) => dialog.open || dialog.showModal());
    if (focusErrors(target) || document.activeElement !== document.body || !focused) return;
    const same = (focused.id && document.getElementById(focused.id)) || (focused.name && target.querySelector(`[name="${CSS.escape(focused.name)}"]`));
    if (!same) target.setAttribute("tabindex", "-1");
    (same || target).focus({ preventScroll: true });
  });

  // The net or the server failed: said in the live region that is already there; nothing on the page is touched.
  const say = (text) => {
    const line = document.createElement("div");
    line.className = "message message--error";
    line.append(Object.assign(document.createElement("p"), { textContent: text }));
    messages.replaceChildren(line);
  };
  if (messages) {
    document.addEventListener("htmx:sendError", () => say(messages.dataset.offline));
    document.addEventListener("htmx:responseError", () => say(messages.dataset.failed));
  }
})();
