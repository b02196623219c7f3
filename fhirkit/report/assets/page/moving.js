// Moving.

// The fact whose words are gone to: a mark may be of several.
let aim = "";

// Highlights a fact and all its marks.
function light(id) {
  for (const lit of $$(".hit")) {
    lit.classList.remove("hit");
    put(lit, "aria-current");
  }
  for (const one of id ? [cardOf(id), ...marksOf(id)] : []) one.classList.add("hit");
  if (id) put(cardOf(id), "aria-current", true);
}

// A long way takes too long to be watched, and some can't bear to watch any.
const pace = (way) => (matchMedia("(prefers-reduced-motion: reduce)").matches || Math.abs(way) > 2 * innerHeight
  ? "instant" : "smooth");

// Into view and under the fingers.
function reach(element) {
  element.scrollIntoView({ block: "center", behavior: pace(element.getBoundingClientRect().top) });
  element.focus({ preventScroll: true });
}

// Brings words into view where the narrative scrolls by itself; the page stays.
function nudge(link) {
  const pane = byId("narrative");
  if (!link || getComputedStyle(pane).overflowY !== "auto") return;
  const top = link.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  const height = pane.clientHeight;
  if (top < 0 || top > height * 0.8) pane.scrollBy({ top: top - height / 3, behavior: pace(top) });
}

// Goes to #f-… or #t-… by way of the address, so that the browser's way back works.
function visit(hash, fact = "") {
  aim = fact;
  if (location.hash === hash) arrive();
  else location.hash = hash;
}

function arrive() {
  const target = byId(location.hash.slice(1));
  const isMark = target?.matches("#text .m");
  if (!isMark && !target?.matches("article.fact")) return;
  if (target.matches("[hidden], .off")) showAll();
  const ids = isMark ? factsOf(target) : [idOf(target)];
  const id = ids.includes(aim) ? aim : ids[0];
  light(id);
  if (!isMark) nudge(marksOf(id)[0]);
  reach(target);
}

function toWords(card) {
  const [span] = mentionsOf(card);
  const link = (span && byId(`t-${span[0]}`)) ?? marksOf(idOf(card))[0];
  if (link) visit(`#${link.id}`, idOf(card));
  else say(`${nameOf(card)} has no words of its own in the text.`);
}

function toFact(link) {
  const ids = factsOf(link).filter((id) => !cardOf(id).hidden);
  if (ids.length > 1) openMenu(link, ids);
  else if (ids.length) visit(`#f-${ids[0]}`);
}

// A list of the facts that share a piece of text, the tightest first.
function openMenu(link, ids) {
  const items = ids.map(cardOf).map((card) => make("button", {
    type: "button", role: "menuitem", tabindex: "-1", class: `k-${card.dataset.kind}`,
    onclick: () => {
      close();
      visit(`#${card.id}`);
    },
  }, `${nameOf(card)} `, make("small", {}, KINDS[card.dataset.kind] ?? card.dataset.kind)));
  const menu = make("div.menu", {
    role: "menu", "aria-label": `Facts that “${link.textContent}” belongs to`,
    onkeydown(event) {
      const next = stepFrom(document.activeElement, items, event.key);
      if (/Escape|Tab/.test(event.key)) close(true);
      next?.focus();
      if (next || event.key === "Escape") event.preventDefault();
    },
    onfocusout: ({ relatedTarget }) => menu.contains(relatedTarget) || close(),
  }, ...items);
  const close = (back) => {
    // Taking it away moves the focus, which closes it.
    if (menu.isConnected) queueMicrotask(() => menu.remove());
    put(link, "aria-expanded");
    if (back) link.focus();
  };
  put(link, "aria-expanded", true);
  text.after(menu);
  const box = link.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const top = box.bottom + height < innerHeight ? box.bottom : box.top - height;
  const room = document.documentElement.clientWidth - width - 8;
  menu.style.left = `${Math.max(8, Math.min(box.left, room))}px`;
  menu.style.top = `${Math.max(8, top)}px`;
  items[0].focus({ preventScroll: true });
}

// The element of a row that a key leads to, if any.
function stepFrom(element, row, key) {
  const far = row.length;
  const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, Home: -far, End: far }[key];
  return by && row[Math.max(0, Math.min(far - 1, row.indexOf(element) + by))];
}

// Where the mouse was pressed in the text.
let down = {};

// The words of the text are one tab stop, the facts with their buttons another: the last used.
let [lastLink, lastCard] = [];

function keepStops() {
  const links = $$("a[href]", text);
  if (!links.includes(lastLink)) [lastLink] = links;
  for (const link of links) link.tabIndex = link === lastLink ? 0 : -1;
  if (!shown().includes(lastCard)) [lastCard] = shown();
  for (const card of cards()) {
    for (const one of [card, ...$$("a[href], .acts > [data-act], summary", card)]) {
      one.tabIndex = card === lastCard ? 0 : -1;
    }
  }
}

function onKey(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("form, dialog, .menu")) return;
  const card = target.closest("article.fact");
  const link = target.closest("#text a");
  if (!card && !link) return;
  const act = card && ACTS[key] && $(`[data-act=${ACTS[key]}]:not([hidden])`, card);
  const pressed = (card && { j: "ArrowDown", k: "ArrowUp", ArrowLeft: "", ArrowRight: "" }[key]) ?? key;
  const next = stepFrom(card ?? link, card ? shown() : $$("a[href]", text), pressed);
  if (key === "?") showKeys();
  else if (next) reach(next);
  else if (act && !event.repeat) act.click();
  else if (key === "Enter" && target === card) toWords(card);
  else return;
  event.preventDefault();
}

function onClick(event) {
  const { target } = event;
  const one = target.closest("[data-act], #filters [aria-pressed]");
  const link = target.closest("a[href^='#']");
  const card = target.closest("article.fact");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (one?.matches("#filters [aria-pressed]")) {
    press(one, one.getAttribute("aria-pressed") === "false");
    sift();
  } else if (one && card && one.dataset.act in onCard) {
    if (one.dataset.act === "undo") onCard.undo(card);
    else named($(".slot", card), () => onCard[one.dataset.act](card));
  } else if (one) {
    onPage[one.dataset.act]?.(one);
  } else if (link?.matches("#text a")) {
    // Words that were just selected with the mouse are no wish to go somewhere.
    const way = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY);
    const chosen = event.detail && way > 4 && selected();
    if (chosen || link.matches(".m")) event.preventDefault();
    if (!chosen && link.matches(".m")) toFact(link);
  } else if (card && link?.hash.startsWith("#t-")) {
    event.preventDefault();
    visit(link.hash, idOf(card));
  } else if (card && !link && target.closest("h4, h5")) {
    toWords(card);
  }
}

function showKeys() {
  const dialog = make("dialog.keys", { "aria-labelledby": "keys", onclose: () => dialog.remove() },
    make("h2", { id: "keys" }, "Keys"), make("p", {}, "While a fact or words of the text have the focus:"),
    make("dl", {}, ...Object.entries(KEYS).flatMap(([key, what]) =>
      [make("dt", {}, make("kbd", {}, key)), make("dd", {}, what)])),
    make("button", { type: "button", onclick: () => dialog.close() }, "Close"));
  document.body.append(dialog);
  dialog.showModal();
}
