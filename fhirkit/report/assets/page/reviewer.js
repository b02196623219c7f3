// Reviewer, signature, file.

// What the buttons do that belong to no fact.
const onPage = {
  add: () => named($(".adder .slot"), openAdder),
  all() {
    showAll();
    $("button", filters).focus();
  },
  keys: showKeys,
  load: () => $("[type=file]", review).click(),
  rest: () => named($(".slot", review), acceptRest),
  sign: () => (state.signed ? changed(null) : named($(".slot", review), sign)),
  file: save,
  clear() {
    const count = decisions.size;
    if (!count) say("There are no decisions.");
    else ask(`Take back ${plural(count, "decision")}? A file saved before stays.`, "Take back", clear);
  },
};

const countOf = (verdict) => cards().filter((card) => verdictOn(card) === verdict).length;

function renderReview() {
  const all = due();
  const open = openCards().length;
  const added = countOf("add");
  const found = plural($$(".finding", facts).length, "finding");
  write($(".progress"), `${all.length - open} of ${all.length} decided${added ? `, ${added} added` : ""}; ${found}.`
    + `${state.saved ? "" : " Not saved to a file yet."}`);
  const gone = [...decisions.keys()].filter((id) => !cardOf(id));
  write($(".gone"), gone.length ? `Kept in the file, but not on this page: ${gone.join(", ")}.` : "");
  write($("[data-act=sign]"), state.signed ? "Take signature away" : "Sign");
  banner.classList.toggle("unsigned", !state.signed);
  write(banner, state.signed ? `Reviewed by ${state.signed.by} on ${state.signed.at.slice(0, 10)}: `
    + `${["accept", "correct", "reject", "add"].map((verdict) => `${countOf(verdict)} ${DONE[verdict]}`).join(", ")}; `
    + `${open} not decided.` : unsigned);
}

function setName(name) {
  state.by = $("#review > .field input").value = name.trim();
  keep();
}

function sign() {
  const open = openCards().length;
  const then = () => changed({ by: state.by, at: now() });
  if (open) ask(`${plural(open, "fact")} not decided; sign anyway?`, "Sign anyway", then);
  else then();
}

function acceptRest() {
  const open = openCards();
  const fit = open.filter((card) => !isStale(card) && !$(".finding.error", card));
  const unseen = fit.filter((card) => card.hidden).length;
  const left = open.length - fit.length;
  const rest = (unseen ? ` ${unseen} of them hidden by the filter.` : "")
    + (left ? ` ${left} with errors, or decided on another reading, must be looked at.` : "");
  if (!fit.length) return say(`There is nothing to accept.${rest}`);
  return ask(`Accept ${plural(fit.length, "fact")} as read?${rest}`, `Accept ${fit.length}`, () => {
    for (const card of fit) rule(card, "accept");
    changed(null);
    say(`${plural(fit.length, "fact")} accepted.`);
  });
}

function clear() {
  for (const id of [...decisions.keys()]) {
    hideAdded(id);
    settle(id);
  }
  past.clear();
  changed(null);
  say("All decisions were taken back.");
}

function save() {
  const { signed } = state;
  const some = inPageOrder(decisions.values());
  const file = { format: FORMAT, sha256, document: source, ...(signed && { signed }), decisions: some };
  const blob = new Blob([`${JSON.stringify(file, MEMBERS, 2)}\n`], { type: "application/json" });
  const name = `${source.replace(/[/\\]/g, "_")}.decisions.json`;
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  state.saved = true;
  touched = false;
  keep();
  render();
  say(`${plural(decisions.size, "decision")} saved as ${link.download}.`);
}

const isText = (value) => typeof value === "string" && value.trim() !== "";
const isName = (value) => isText(value) && /^[\w-]+$/.test(value);
const isAny = (value) => value === undefined || typeof value === "string";
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const isDate = (value) => isText(value) && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
const isSpan = (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isInteger)
  && value[0] >= 0 && value[0] < value[1] && value[1] <= toPoint(narrative.length);
const optional = (test) => (value) => value === undefined || test(value);
const among = (known) => (value) => isText(value) && Object.hasOwn(known, value);
const listOf = (test) => (value) => Array.isArray(value) && value.every(test);
// Whether an object has what a form asks for, and no more.
const fits = (form) => (value) => value?.constructor === Object
  && Object.keys({ ...form, ...value }).every((name) => Object.hasOwn(form, name) && form[name](value[name]));
const isSigned = fits({ by: isText, at: isDate });

// What a decision is made of.
const DECISION = {
  fact: isName, kind: isName, spans: (value) => listOf(isSpan)(value) && value.length > 0, seen: optional(isName),
  verdict: among({ ...DONE, note: 1 }), note: optional(isText), patient: optional(Number.isInteger),
  by: isText, at: isDate,
  changes: optional(fits({
    value: isAny, unit: isAny, certainty: optional(among(CERTAINTY)), whose: optional(among(WHOSE)),
    code: optional(fits({ system: isText, code: isText, display: isAny })), suspects: optional(listOf(isName)),
  })),
};

// Whether something is a decision: another's file, and the browser's store, may hold anything.
const isDecision = (value) => fits(DECISION)(value)
  && (value.verdict !== "add" || (value.kind in KINDS && value.fact === addedId(value)));

// The decisions of a file, or an Error that says why they can't be taken.
function checked(data) {
  const some = Array.isArray(data?.decisions) ? data.decisions : [null];
  const wrong = some.findIndex((decision) => !isDecision(decision));
  const fault = (data?.format !== FORMAT && `This is no file of decisions (${FORMAT}).`)
    || (data.sha256 !== sha256 && "These decisions were made for another text.")
    || (!optional(isSigned)(data.signed) && "The signature of the file can't be read.")
    || (wrong >= 0 && `Decision ${wrong + 1} of the file can't be read.`);
  if (fault) throw new Error(fault);
  return some;
}

// Takes decisions over, of two on one fact the newer; gives how many of them are older.
function merge(some, undone = {}) {
  let older = 0;
  for (const decision of some) {
    const last = decisions.get(decision.fact)?.at ?? undone[decision.fact];
    if (last && Date.parse(last) > Date.parse(decision.at)) older += 1;
    else decisions.set(decision.fact, decision);
  }
  for (const decision of decisions.values()) {
    hideAdded(decision.fact);
    if (decision.verdict === "add" && !cardOf(decision.fact)) showAdded(decision);
  }
  return older;
}

// A signature holds for the decisions it was given with, and for no others.
const holds = (signed, some) => (isSigned(signed) && written(some) === written(decisions.values()) ? signed : null);

async function load({ target }) {
  warn("");
  try {
    const data = JSON.parse(await target.files[0].text());
    const mine = [...decisions.values()];
    const older = merge(checked(data));
    const before = state.signed;
    changed(holds(data.signed, data.decisions) ?? holds(before, mine));
    touched = written(data.decisions) !== written(decisions.values());
    state.saved = !touched;
    keep();
    renderReview();
    say(`${plural(data.decisions.length, "decision")} loaded`
      + `${older ? `; for ${older} yours is newer and stays` : ""}.`
      + `${before && !state.signed ? " The signature was taken away." : ""}`);
  } catch (error) {
    warn(error instanceof SyntaxError ? "This file is no JSON." : error.message);
  }
  target.value = "";
}

const KEY = `fhirkit:${sha256}`;

// Writes everything into the browser's store; says so where there is none.
function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...state, decisions: inPageOrder(decisions.values()) }));
  } catch {
    warn("This browser keeps nothing: save the decisions before you leave the page.");
  }
}

// Begins with what the browser kept and what came with the page; neither may keep it from opening.
function restore() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(KEY));
  } catch {
    // Nothing is kept, which is told when there is something to keep.
  }
  const given = JSON.parse(byId("given")?.textContent ?? "null");
  const [mine, theirs] = [kept, given].map((from) => (Array.isArray(from?.decisions) ? from.decisions : []));
  const usable = (some) => some.filter(isDecision);
  const lost = [...mine, ...theirs].filter((decision) => !isDecision(decision)).length;
  const undone = Object.entries(kept?.undone ?? {}).filter(([, at]) => isDate(at));
  if (isText(kept?.by)) state.by = kept.by;
  state.saved = kept?.saved !== false;
  state.undone = Object.fromEntries(undone);
  merge(usable(mine));
  merge(usable(theirs), state.undone);
  state.signed = holds(kept?.signed, usable(mine)) ?? holds(given?.signed, usable(theirs));
  $("#review > .field input").value = state.by;
  if (lost) warn(`${plural(lost, "earlier decision")} can't be read and had to be left out.`);
}

function start() {
  const slot = () => make("div.slot", {});
  // A mark of one fact names it in its address only.
  for (const link of $$(".m:not([data-f])", text)) link.dataset.f = link.hash.slice(3);
  cards().forEach(equip);
  review.append(field("by", "Reviewer"), make("p.progress", {}),
    make("div.acts", {}, button("Save decisions", "file"), button("Load decisions", "load"),
      button("Sign", "sign"), button("Clear", "clear"), button("Keys", "keys"), button("Accept the rest", "rest")),
    make("input", { type: "file", accept: ".json", hidden: "", "aria-label": "File of decisions", onchange: load }),
    slot(), make("p.said", { role: "status" }), make("p.wrong", { role: "alert" }), make("p.gone", {}));
  text.after(make("div.adder", {}, button("Add a fact", "add"), slot()));
  filters.append(button("Undecided only", "open"), button("With findings only", "found"), button("Show all", "all"),
    make("p.shown", { role: "status" }));
  for (const one of $$("[data-act]:not([data-act=all])", filters)) press(one, false);
  filters.hidden = false;
  restore();
  render();
  arrive();
}

listen(document, {
  click: onClick,
  keydown: onKey,
  focusin({ target }) {
    lastLink = target.closest("#text a") ?? lastLink;
    lastCard = target.closest("article.fact") ?? lastCard;
    if (target.closest("#text a, article.fact")) keepStops();
  },
  selectionchange() {
    const span = selected();
    if (span || text.contains(getSelection().anchorNode)) selection = span;
  },
});
// Browsers select nothing from within a link: while the button is down, it is none.
listen(text, {
  pointerdown(event) {
    down = event;
    const link = event.target.closest("a[href]");
    if (!link || event.pointerType !== "mouse") return;
    const href = link.getAttribute("href");
    put(link, "href");
    put(link, "tabindex");
    addEventListener("pointerup", () => {
      put(link, "href", href);
      keepStops();
    }, { once: true });
  },
});
listen(window, { hashchange: arrive, beforeunload: (event) => touched && event.preventDefault() });
start();
listen($("#review > .field input"), { change: ({ target }) => setName(target.value) });
