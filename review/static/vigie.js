/* Keys, focus and announcements. Every button they press is on the page: without this file,
   or without htmx, the same forms and links do the same work. */
"use strict";

(() => {
  const SWITCH = "vigie.keys";
  const byId = (id) => document.getElementById(id);
  let busy = false;
  let listTop = 0;

  const keysOn = () => localStorage.getItem(SWITCH) !== "off";
  const shown = (element) => element.checkVisibility();
  const seen = (selector) => Array.from(document.querySelectorAll(selector)).find(shown);
  const writing = (element) => element.matches(
    "input:not([type=checkbox]), textarea, select, [contenteditable]",
  );

  /* Nothing is pressed twice: a key struck while the page is changing is let go. */
  const press = (element) => {
    if (element instanceof HTMLButtonElement && element.type === "submit") busy = true;
    element.click();
  };

  const openDetails = (summary) => {
    const details = summary.parentElement;
    details.open = "nfa".includes(summary.dataset.key) || !details.open;
    const first = details.querySelector("textarea, button, input[type=text]");
    if (details.open && first) first.focus({ focusVisible: true });
    else summary.focus();
  };

  /* Where another actor is looked for by name, what is typed is that name and no verdict. */
  const likeness = (target) => target.closest('details:has(> summary[data-key="f"])');

  const leave = (target) => {
    const details = document.querySelector("details.reject[open]");
    if (writing(target) || likeness(target)) target.blur();
    if (!details) return;
    details.open = false;
    details.querySelector("summary").focus();
  };

  const nothingLeft = () => {
    const told = byId("announce");
    const seenToo = document.querySelector("#week .notice[data-announce]");
    told.textContent = told.dataset.nothing;
    if (seenToo) seenToo.textContent = told.dataset.nothing;
  };

  const onKey = (event) => {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && target.id === "note") {
      return press(target.closest("details").querySelector("button"));
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || byId("help")?.open || !(target instanceof Element)) return;
    if (key === "Escape") return leave(target);
    if (writing(target) || !keysOn() || busy) return;
    const search = key.length === 1 && key !== " " && target.tagName !== "SUMMARY"
      && likeness(target)?.querySelector("input[type=text]");
    if (search) return search.focus();
    if (event.repeat && key !== "j" && key !== "k") return;
    const digit = /^[1-9]$/.test(key)
      && seen(`details.reject[open] [data-digit="${key}"]`);
    const element = digit || seen(`[data-key="${CSS.escape(key)}"]`);
    if (!element) return key === "u" && byId("week") ? nothingLeft() : undefined;
    event.preventDefault();
    if (element.tagName === "SUMMARY") openDetails(element);
    else press(element);
  };

  /* What is picked in the list stays so while one walks through it; verdicts then go to all. */
  const picks = new Set();
  const boxes = () => document.querySelectorAll("[name=pick]");
  const idOf = (box) => box.value.slice(0, box.value.lastIndexOf("|"));

  const showPicks = () => {
    for (const box of boxes()) box.checked = picks.has(idOf(box));
    const together = document.querySelector("details.together");
    if (!together) return;
    together.open = picks.size > 0;
    together.querySelector("[data-picked]").textContent = picks.size || "";
  };

  const onPick = ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.name !== "pick") return;
    if (target.checked) picks.add(idOf(target));
    else picks.delete(idOf(target));
    showPicks();
  };

  /* A note that was begun waits for its candidate while one looks at others. */
  const notes = new Map();
  const noteOf = (element) => element.closest("form")?.getAttribute("action");

  const onWriting = ({ target }) => {
    if (target.id === "note") notes.set(noteOf(target), target.value);
  };

  const showNote = () => {
    const note = byId("note");
    const begun = note && notes.get(noteOf(note));
    if (!begun || begun === note.value) return;
    note.value = begun;
    note.closest("details").open = true;
  };

  const setUp = () => {
    showNote();
    for (const button of document.querySelectorAll("[data-help]")) {
      button.hidden = false;
      button.onclick = () => byId("help").showModal();
    }
    showPicks();
    const list = document.querySelector(".list");
    const row = list?.querySelector("[aria-current]");
    if (!row) return;
    list.scrollTop = listTop;
    const out = row.getBoundingClientRect();
    const frame = list.getBoundingClientRect();
    if (out.top < frame.top) list.scrollTop -= frame.top - out.top + out.height;
    else if (out.bottom > frame.bottom) list.scrollTop += out.bottom - frame.bottom + out.height;
  };

  const settle = () => {
    busy = false;
    byId("trouble").hidden = true;
    setUp();
    const said = document.querySelectorAll("#week [data-announce]");
    byId("announce").textContent = Array.from(said, (one) => one.textContent).join(" ");
    const name = byId("candidate-name");
    if (!name) return;
    name.focus({ preventScroll: true });
    if (name.getBoundingClientRect().top < 0) byId("week").scrollIntoView();
  };

  const trouble = () => {
    busy = false;
    byId("trouble").hidden = false;
  };

  document.addEventListener("keydown", onKey);
  document.addEventListener("change", onPick);
  document.addEventListener("input", onWriting);
  document.addEventListener("submit", ({ target }) => {
    if (target.id === "together") picks.clear();
    else notes.delete(target.getAttribute("action"));
  });
  document.addEventListener("htmx:beforeSwap", () => {
    listTop = document.querySelector(".list")?.scrollTop ?? 0;
  });
  document.addEventListener("htmx:afterSettle", settle);
  for (const failure of ["responseError", "sendError", "timeout", "swapError"]) {
    document.addEventListener(`htmx:${failure}`, trouble);
  }
  window.addEventListener("pageshow", () => { busy = false; });

  /* What is being reckoned is asked for until it is there: a reader is not told twice to wait. */
  const waiting = byId("waiting");
  const ask = () => fetch(window.location.href).then((answer) => {
    if (answer.headers.has("retry-after")) later();
    else window.location.reload();
  }, later);
  const later = () => { window.setTimeout(ask, 1000 * waiting.dataset.every); };
  if (waiting) later();

  const keys = byId("keys-on");
  if (keys) {
    keys.checked = keysOn();
    keys.onchange = () => localStorage.setItem(SWITCH, keys.checked ? "on" : "off");
  }
  setUp();
})();
