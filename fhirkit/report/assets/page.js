"use strict";
// The page can be read without this script. It adds moving between text and facts, a filter, and
// decisions: kept in the browser, saved as a file that `fhirkit convert --decisions` takes.
// Text only ever becomes text (no HTML is made of strings), and #text keeps every character.
// "card" is the article of a fact, "id" the fact's own, "span" a pair of offsets in code points.
// Its comments stand on lines of their own and its strings on one line: the page leaves out
// the former and all indentation.

const FORMAT = "fhirkit-decisions/1";
// Members of the file in their order, so that files can be compared.
const MEMBERS = ("format sha256 document signed decisions fact kind spans seen verdict changes value unit "
  + "system code display certainty whose suspects note patient by at").split(" ");
const KINDS = {
  condition: "Diagnosis", symptom: "Symptom", medication: "Drug", observation: "Value",
  procedure: "Procedure", report: "Study", "adverse-event": "Adverse event",
};
const CERTAINTY = {
  affirmed: "affirmed", negated: "negated", suspected: "suspected", differential: "differential",
  refuted: "ruled out", "not-done": "not done",
};
const WHOSE = {
  patient: "the patient", family: "family", others: "other patients", general: "known in general",
  definition: "definition or legend", considered: "only considered",
};
const LABELS = { value: "Value", unit: "Unit", code: "Code", certainty: "Certainty", whose: "Whose it is" };
const DONE = { accept: "accepted", reject: "rejected", correct: "corrected", add: "added" };
const NOTHING = "Nothing was changed.";
const ACTS = { a: "accept", r: "reject", c: "correct", n: "note", u: "undo" };
const KEYS = {
  "↑ ↓": "the fact or words before, the next (also k, j; ←, →)", "Home End": "the first, the last",
  Enter: "from a fact to its words, from words to their fact", "a r c n u": "accept, reject, correct, note, undo",
  Esc: "close a form or a list", "?": "these keys",
};

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const tidy = (words) => words.replace(/\s+/g, " ").trim();
const list = (words) => (words ?? "").split(" ").filter(Boolean);

// Sets an attribute, or takes it away where there is no value.
const put = (element, name, value) =>
  (value === undefined ? element.removeAttribute(name) : element.setAttribute(name, value));
// Words that are told when they change are written only when they do.
const write = (place, words) => {
  if (place.textContent !== words) place.replaceChildren(words);
};
const listen = (target, listeners) => {
  for (const [name, listener] of Object.entries(listeners)) target.addEventListener(name, listener);
};

const [text, facts, filters, review, banner] = ["text", "facts", "filters", "review", "banner"].map(byId);
const { sha256, document: source = "case" } = document.documentElement.dataset;
const unsigned = banner.textContent;

// ---- elements ----

// An element ("p.field": with a class), its attributes ("onclick" and the like are listeners) and
// what is in it.
function make(name, attributes, ...content) {
  const [tag, look = ""] = name.split(".");
  const made = document.createElement(tag);
  if (look) made.className = look;
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
}

const button = (label, act) => make("button", { type: "button", "data-act": act }, label);

let fields = 0;

// A labelled control with a place for what is wrong with it; `options` make it a choice.
function field(name, label, value = "", options = null) {
  const id = `field-${fields += 1}`;
  const control = make(options ? "select" : name === "note" ? "textarea" : "input", {
    name, id, "aria-describedby": `${id}-wrong`, autocomplete: name === "by" ? "name" : "off",
  });
  for (const [key, words] of Object.entries(options ?? {})) control.append(new Option(words, key));
  control.value = value;
  return make("p.field", {}, make("label", { for: id }, label), control,
    make("span.wrong", { id: `${id}-wrong` }));
}

// What the page tells once: "name|value;name|value".
const table = (words = "", between = "|") => words.split(";").map((pair) => pair.split(between));

// The names of what can be corrected of a kind of fact.
const CHANGES = Object.fromEntries(table(review.dataset.changes, ":"));
const correctable = (card) => list(CHANGES[card.dataset.kind]);

// Controls for those of a fact's members that are named.
function controls(names, values) {
  const system = values.code?.system ?? "";
  const known = table(review.dataset.systems).map(([label, uri]) => [uri, label]);
  const systems = Object.fromEntries([["", "choose"], [system, system || "choose"], ...known]);
  const options = { certainty: CERTAINTY, whose: WHOSE };
  return names.map((name) => (name !== "code" ? field(name, LABELS[name], values[name], options[name])
    : make("fieldset", {}, make("legend", {}, "Code"), field("system", "System", system, systems),
      field("code", "Code", values.code?.code), field("display", "Display", values.code?.display))));
}

function refuse(control, message) {
  put(control, "aria-invalid", true);
  write(byId(`${control.id}-wrong`), message);
  control.focus();
}

// Opens a form in a slot; it closes when `save` returns true, and by Escape.
function open(slot, title, content, label, save) {
  const back = document.activeElement;
  const close = () => {
    slot.replaceChildren();
    back.focus();
  };
  const form = make("form", {
    "aria-label": title, novalidate: "",
    onsubmit(event) {
      event.preventDefault();
      for (const control of $$("[aria-invalid]", form)) put(control, "aria-invalid");
      for (const place of $$(".wrong", form)) write(place, "");
      if (save(form.elements, form)) close();
    },
    onkeydown: (event) => event.key === "Escape" && close(),
    onreset: close,
  }, ...content, make("p.wrong", { role: "alert" }), make("p.acts", {},
    make("button", { "data-act": "save" }, label), make("button", { type: "reset" }, "Cancel")));
  slot.replaceChildren(form);
  $("input, select, textarea, button", form).focus();
}

// Asks in place before what is hard to take back.
function ask(question, label, then) {
  open($(".slot", review), question, [make("p", {}, question)], label, () => {
    queueMicrotask(then);
    return true;
  });
}

// Does `then` when the reviewer's name is known; asks for it in place where it is not.
function named(slot, then) {
  if (state.by) return then();
  return open(slot, "Your name", [field("by", "Your name")], "Go on", ({ by }) => {
    if (!by.value.trim()) return refuse(by, "A decision needs the name of who makes it.");
    setName(by.value);
    // Not before this form is gone, which gives the focus back.
    queueMicrotask(then);
    return true;
  });
}

let silence = 0;

// Tells in words what was done: seen for a while, and read aloud.
function say(words) {
  $(".said").replaceChildren(make("span", {}, words));
  clearTimeout(silence);
  silence = setTimeout(() => $(".said").replaceChildren(), 8000);
}

const warn = (words) => write($("#review > .wrong"), words);

// ---- the text and its offsets ----
// Decisions count code points, scripts count UTF-16 units: an emoji is one of the first and two
// of the second.

const narrative = text.textContent;
const astral = [...narrative.matchAll(/[\u{10000}-\u{10ffff}]/gu)].map((found) => found.index);
const toPoint = (unit) => unit - astral.filter((index) => index < unit).length;
const toUnit = (point) => point + astral.filter((index, n) => index - n < point).length;
const wordsAt = ([start, end]) => tidy(narrative.slice(toUnit(start), toUnit(end)));
const spansIn = (value) => list(value).map((span) => span.split("-").map(Number));

// How far into the text (UTF-16) a border of a selection is; `outside` where it is not in it.
function unitOf(node, offset, outside) {
  if (!text.contains(node)) return outside;
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

// The span of what is selected in the text, without white space around; null where nothing is.
function selected() {
  const selection = getSelection();
  const range = selection.isCollapsed ? null : selection.getRangeAt(0);
  if (!range?.intersectsNode(text)) return null;
  const at = unitOf(range.startContainer, range.startOffset, 0);
  const words = narrative.slice(at, unitOf(range.endContainer, range.endOffset, narrative.length));
  const start = at + words.length - words.trimStart().length;
  return words.trim() ? [start, start + words.trim().length].map(toPoint) : null;
}

// Where words stand, whatever their case, white space and composed or decomposed letters.
function occurrences(words) {
  const spellings = ["NFC", "NFD"].map((form) => tidy(words).normalize(form)).concat(tidy(words));
  const escaped = spellings.map((one) => one.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replaceAll(" ", "\\s+"));
  const finder = new RegExp(escaped.join("|"), "giu");
  const found = [];
  for (let match; words.trim() && found.length < 500 && (match = finder.exec(narrative));) {
    found.push([toPoint(match.index), toPoint(match.index + match[0].length)]);
    finder.lastIndex = match.index + (narrative.codePointAt(match.index) > 0xffff ? 2 : 1);
  }
  return found;
}

// ---- facts and their marks in the text ----

const names = new WeakMap();
const nameOf = (card) => names.get(card);
const idOf = (card) => card.id.slice(2);
const cards = () => $$("article.fact", facts);
const shown = () => cards().filter((card) => !card.hidden);
const cardOf = (id) => byId(`f-${id}`);
const marksOf = (id) => $$(`.m[data-f~="${id}"]`, text);
const factsOf = (mark) => list(mark.dataset.f).filter(cardOf);

const codeOf = (system, code, display) =>
  (system || code || display ? { system, code, ...(display && { display }) } : "");

// The spans of a fact that are mentions of it: so many of the first.
const mentionsOf = ({ dataset: { spans, mentions } }) => spansIn(spans).slice(0, Number(mentions));

// What was read, as far as it can be corrected.
function readingOf({ dataset }) {
  const { value = "", unit = "", code: coded = "", certainty = "affirmed", whose = "patient" } = dataset;
  const [system, code, ...display] = coded.split("|");
  return { value, unit, code: codeOf(system, code, display.join("|")), certainty, whose };
}

// ---- decisions ----

const state = { by: "", signed: null, undone: {}, saved: true };
const decisions = new Map();
// Of a fact: what was decided before, for undo.
const past = new Map();
// Changed since the page was opened or its file saved.
let touched = false;

// The decision on what the page shows now; one on another reading is none.
const decisionOn = (card) => {
  const decision = decisions.get(idOf(card));
  return decision?.seen === card.dataset.seen ? decision : undefined;
};
const isStale = (card) => decisions.has(idOf(card)) && !decisionOn(card);
const verdictOn = (card) => decisionOn(card)?.verdict;
// Statements about others can be decided, but need not be.
const due = () => cards().filter((card) => card.dataset.seen && !card.closest(".g-others"));
const openCards = () => due().filter((card) => !(verdictOn(card) in DONE));

// Now, by the clock on the wall, with its distance from UTC.
function now() {
  const date = new Date();
  const east = -date.getTimezoneOffset();
  const clock = (minutes) => new Date(minutes * 60000).toISOString();
  const zone = clock(Math.abs(east)).slice(11, 16);
  return clock(date / 60000 + east).slice(0, 19) + (east < 0 ? "-" : "+") + zone;
}

function inPageOrder(some) {
  const order = cards().map(idOf);
  const place = ({ fact }) => order.indexOf(fact) + 1 || 1e9;
  return [...some].sort((a, b) => place(a) - place(b) || (a.fact < b.fact ? -1 : 1));
}

const written = (some) => JSON.stringify(inPageOrder(some), MEMBERS);

// The decision on a fact becomes this one; none takes it back.
function settle(id, decision) {
  delete state.undone[id];
  if (decision) {
    decisions.set(id, decision);
  } else {
    decisions.delete(id);
    state.undone[id] = now();
  }
}

// After a change of the decisions, which takes their signature away, or of that.
function changed(signed) {
  Object.assign(state, { signed, saved: false });
  touched = true;
  keep();
  render();
}

// Decides on a fact (nothing: no longer), and remembers how it was.
function rule(card, verdict, more) {
  const { kind, seen, patient } = card.dataset;
  const fact = idOf(card);
  past.set(fact, [...(past.get(fact) ?? []), decisions.get(fact)]);
  settle(fact, verdict && {
    fact, kind, spans: mentionsOf(card), seen, verdict, note: decisionOn(card)?.note,
    patient: Number(patient) || undefined, by: state.by, at: now(), ...more,
  });
}

// Shows and tells what a fact's decision is now; always true.
function tell(card, what = stateOf(card)) {
  say(`${nameOf(card)}: ${what}.${state.signed ? " The signature was taken away." : ""}`);
  changed(null);
  if (card.hidden) followOn(card);
  return true;
}

function decide(card, verdict, more) {
  rule(card, verdict, more);
  return tell(card);
}

const stateOf = (card) => (isStale(card) ? "decided on another reading, please decide anew"
  : DONE[verdictOn(card)] ?? (verdictOn(card) ? "noted, not decided" : "not decided"));

// A fact that the filter takes away under the reader's hands gives the focus to the next.
function followOn(card) {
  const next = cards().slice(cards().indexOf(card)).find((other) => !other.hidden) ?? shown().at(-1);
  // After a form that closes has given it back.
  queueMicrotask(() => (next ?? $("button", filters)).focus());
}

// What the buttons of a fact do.
const onCard = {
  accept: (card) => toggle(card, "accept"),
  reject: (card) => toggle(card, "reject"),
  note(card) {
    const before = decisionOn(card);
    const content = [field("note", "Note", before?.note)];
    open($(".slot", card), `Note on ${nameOf(card)}`, content, "Save note", ({ note: { value }, note }) => {
      const words = value.trim() || undefined;
      if (words === before?.note) return refuse(note, NOTHING);
      const verdict = before?.verdict ?? "note";
      const stays = words || verdict !== "note";
      return decide(card, stays ? verdict : null, { note: words, changes: before?.changes });
    });
  },
  correct(card) {
    const was = readingOf(card);
    const before = decisionOn(card)?.changes;
    const content = controls(correctable(card), { ...was, ...before });
    open($(".slot", card), `Correct ${nameOf(card)}`, content, "Save correction", (form, element) => {
      const changes = changesIn(form, was);
      if (!changes) return false;
      const isNew = Object.keys(changes).length && !same(changes, before);
      return isNew ? decide(card, "correct", { changes }) : write($("p.wrong", element), NOTHING);
    });
  },
  undo(card) {
    const id = idOf(card);
    if (card.matches(".added")) {
      removeAdded(card);
      return;
    }
    settle(id, past.get(id)?.pop());
    tell(card, `undone, now ${stateOf(card)}`);
  },
};

const toggle = (card, verdict) => decide(card, verdictOn(card) === verdict ? null : verdict);

// What a form says otherwise than `was`; undefined, and told at the field, where it can't be.
function changesIn(form, was) {
  const get = (name) => form[name]?.value.trim() ?? was[name] ?? "";
  const read = {
    value: get("value").replace("≤", "<=").replace("≥", ">=").replace(/^([<>]=?)\s+/, "$1"),
    unit: get("unit"),
    code: form.system ? codeOf(get("system"), get("code"), get("display")) : was.code,
    certainty: get("certainty"), whose: get("whose"),
  };
  const isChanged = ([name, value]) => !same(value, was[name] ?? "");
  const changes = Object.fromEntries(Object.entries(read).filter(isChanged));
  const { value, unit, code } = changes;
  if (value === "") return refuse(form.value, "A value is needed. To drop the fact, reject it.");
  if (value && !/^([<>]=?)?[+-]?\d{1,15}(\.\d{1,15})?$/.test(value)) {
    return refuse(form.value, "Digits, with a point for a fraction: 24, 0.5, <= 5.");
  }
  if (unit && !read.value) return refuse(form.value, "A unit needs a value.");
  if (code !== undefined && !code.system) return refuse(form.system, "Which system is the code of?");
  if (code && !code.code) return refuse(form.code, "A code is needed.");
  return changes;
}

// ---- adding what was missed ----

// Makes a border in the text: a link that reaches over it becomes two.
function cut(unit) {
  const [node, at] = pieces().find(([piece, start]) => start < unit && unit < start + piece.length) ?? [];
  const rest = node?.splitText(unit - at);
  const link = node?.parentElement.closest("a");
  if (!link) return;
  const second = link.cloneNode(false);
  second.id = `t-${toPoint(unit)}`;
  second.append(rest);
  link.after(second);
}

// The text nodes of the narrative, each with where it begins (UTF-16).
function pieces() {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let at = 0; walker.nextNode(); at += walker.currentNode.length) found.push([walker.currentNode, at]);
  return found;
}

function mark({ fact, kind, spans: [[start, end]] }) {
  [start, end].map(toUnit).forEach(cut);
  for (const [node, unit] of pieces()) {
    const at = toPoint(unit);
    if (at < start || at >= end) continue;
    let link = node.parentElement.closest("a");
    if (!link) {
      link = make("a", { id: `t-${at}` });
      node.replaceWith(link);
      link.append(node);
    }
    if (!link.matches(".m")) {
      // What went into no fact is a link, too: to the reason.
      link.dataset.was = link.getAttribute("href") ?? "";
      link.classList.add("m", `k-${kind}`);
    }
    // The tightest first, as elsewhere.
    const length = (id) => Math.min(...spansIn(cardOf(id)?.dataset.spans).map(([from, to]) =>
      (from <= at && at < to ? to - from : Infinity)));
    link.dataset.f = [fact, ...list(link.dataset.f)].sort((a, b) => length(a) - length(b) || 0).join(" ");
  }
}

function unmark(id) {
  for (const link of marksOf(id)) {
    const left = list(link.dataset.f).filter((other) => other !== id).join(" ");
    link.dataset.f = left;
    if (left) continue;
    if (link.dataset.was) {
      link.className = "u";
      link.href = link.dataset.was;
    } else {
      link.replaceWith(...link.childNodes);
    }
  }
  text.normalize();
}

// Puts an added fact among the facts and into the text.
function showAdded(decision) {
  const { fact, kind, spans: [span], patient = "" } = decision;
  const place = span.join("-");
  const group = byId("g-added") ?? facts.insertBefore(make("section.group", { id: "g-added" },
    make("h3", {}, "Added by the reviewer ", make("span.count", {}))), byId("left-out"));
  const card = make("article", {
    class: `fact added k-${kind}`, id: `f-${fact}`, "data-kind": kind, "data-spans": place,
    "data-mentions": 1, "data-patient": patient,
  }, make("h4", {}, make("a", { href: `#t-${span[0]}` }, wordsAt(span))),
  make("p.what", {}), make("div.decide", {}));
  group.insertBefore(card, $$("article", group).find((other) => spansIn(other.dataset.spans)[0][0] > span[0]));
  mark(decision);
  equip(card);
  return card;
}

function hideAdded(id) {
  if (!cardOf(id)?.matches(".added")) return;
  unmark(id);
  cardOf(id).remove();
  if (!$("#g-added article")) byId("g-added").remove();
}

// Takes an added fact away, and out of the suspects of other added ones.
function removeAdded(card) {
  for (const [id, decision] of decisions) {
    const { suspects, ...changes } = decision.changes ?? {};
    if (!suspects?.includes(idOf(card))) continue;
    const left = suspects.filter((one) => one !== idOf(card));
    decisions.set(id, { ...decision, changes: { ...changes, suspects: left }, at: now() });
  }
  hideAdded(idOf(card));
  settle(idOf(card));
  tell(card, "taken away");
  $(".adder button").focus();
}

// What is said of an added fact besides its words.
function described({ kind, changes = {}, patient }) {
  const { value, unit, code, certainty, whose, suspects = [] } = changes;
  return [KINDS[kind], patient && `patient ${patient}`, [value, unit].filter(Boolean).join(" "), code && told(code),
    CERTAINTY[certainty], WHOSE[whose],
    suspects.length && `suspected: ${suspects.map((id) => nameOf(cardOf(id)) ?? id).join(", ")}`,
  ].filter(Boolean).join(" · ");
}

const told = (value) => (value?.code ? `${value.code} ${value.display ?? ""}`.trim() : value || "none");

// What was selected last: a click elsewhere takes the selection away, but not the wish.
let selection = null;

// The form for a fact that was missed: of the words selected, or of words written into it.
function openAdder() {
  const span = selection;
  const drugs = cards().filter((card) => $(".decide", card) && /medic|proced/.test(card.dataset.kind));
  const box = (card) => make("input", { type: "checkbox", name: "suspects", value: idOf(card) });
  const suspects = make("fieldset", {}, make("legend", {}, "Suspected"),
    ...drugs.map((card) => make("label", {}, box(card), ` ${nameOf(card)}`)));
  const numbers = cards().map((card) => card.dataset.patient).filter(Boolean);
  const patients = Object.fromEntries(numbers.map((one) => [one, one]));
  const [first] = Object.keys(patients);
  const content = [
    field("words", "Words as they stand in the narrative", span ? wordsAt(span) : ""),
    field("which", "Which of them", "", {}), field("kind", "Kind", "symptom", KINDS),
    ...(first ? [field("patient", "Patient", first, patients)] : []),
    suspects,
    ...controls(["certainty", "whose", "value", "unit", "code"], { certainty: "affirmed", whose: "patient" }),
    field("note", "Note"),
  ];
  open($(".adder .slot"), "Add a fact", content, "Add", saveAdded);
  const form = $(".adder form");
  const { words, which, kind, value, unit } = form.elements;
  const suit = () => {
    const found = occurrences(words.value);
    const places = found.map((place) => place.join("-"));
    const chosen = [which.value, span?.join("-")].find((place) => places.includes(place));
    which.replaceChildren(...found.map((place, n) =>
      new Option(`${n + 1} of ${found.length}: ${around(place)}`, places[n])));
    if (chosen) which.value = chosen;
    which.parentElement.hidden = found.length < 2;
    const measured = /observation|medication/.test(kind.value);
    for (const one of [value, unit]) one.parentElement.hidden = one.disabled = !measured;
    suspects.hidden = suspects.disabled = kind.value !== "adverse-event" || !drugs.length;
  };
  listen(form, { input: suit });
  suit();
  if (span) kind.focus();
}

// An occurrence with a few words before and after.
function around([start, end]) {
  const near = (from, to) => narrative.slice(Math.max(0, toUnit(from)), toUnit(to));
  return tidy(`…${near(start - 25, start)}[${near(start, end)}]${near(end, end + 25)}…`);
}

const addedId = ({ kind, spans, patient }) => `${patient ? `p${patient}-` : ""}added-${kind}-${spans[0].join("-")}`;

function saveAdded(form) {
  const place = form.which.value;
  if (!place) {
    return refuse(form.words, form.words.value.trim() ? "These words do not stand in the narrative."
      : "Select words in the text, or write them here.");
  }
  for (const one of [form.value, form.unit]) if (one.disabled) one.value = "";
  const changes = changesIn(form, {});
  if (!changes) return false;
  const suspects = $$("[name=suspects]:checked:enabled", form.words.form).map((box) => box.value);
  if (suspects.length) changes.suspects = suspects;
  const kind = form.kind.value;
  const patient = Number(form.patient?.value) || undefined;
  const note = form.note.value.trim() || undefined;
  const spans = spansIn(place);
  const fact = addedId({ kind, spans, patient });
  const { by } = state;
  const decision = { fact, kind, spans, verdict: "add", changes, note, patient, by, at: now() };
  hideAdded(fact);
  const card = showAdded(decision);
  settle(fact, decision);
  tell(card);
  light(fact);
  queueMicrotask(() => reach(card));
  return true;
}

// ---- what is shown of decisions ----

// Gives a fact its buttons.
function equip(card) {
  const heading = $("h4, h5", card);
  const name = tidy(heading.textContent);
  const place = $(".decide", card);
  names.set(card, name);
  heading.id = `${card.id}-name`;
  put(card, "aria-labelledby", heading.id);
  if (!place) return;
  const acts = card.matches(".added") ? { undo: "Remove" }
    : { accept: "Accept", reject: "Reject", correct: "Correct", note: "Note", undo: "Undo" };
  if (!correctable(card).length) delete acts.correct;
  const row = make("div.acts", { role: "group", "aria-label": `Decision on ${name}` });
  for (const [act, label] of Object.entries(acts)) {
    row.append(button(label, act));
    row.lastChild.append(make("span.sr", {}, ` ${name}`));
  }
  place.append(row, make("p.state", { id: `${card.id}-state` }), make("div.slot", {}));
  put(card, "aria-describedby", `${card.id}-state`);
}

function renderCard(card) {
  const place = $(".state", card);
  if (!place) return;
  const decision = decisions.get(idOf(card));
  const verdict = verdictOn(card);
  card.classList.remove(...Object.values(ACTS));
  if (verdict) card.classList.add(verdict);
  for (const one of $$(".acts > [data-act]:not([data-act=undo])", card)) {
    const { act } = one.dataset;
    press(one, act === "note" ? Boolean(decisionOn(card)?.note) : act === verdict);
  }
  $("[data-act=undo]", card).hidden = !decision && !past.get(idOf(card))?.length;
  place.replaceChildren(...(decision ? badges(decision, card) : []));
  if (verdict === "add") write($(".what", card), described(decision));
}

// A decision in words: what, the old and the new, the note, by whom and when.
function badges({ verdict, changes, note, by, at }, card) {
  const was = readingOf(card);
  const parts = [make("small", {}, `${by}, ${at.slice(0, 16).replace("T", " ")}`)];
  if (note) parts.unshift(make("span.remark", {}, `Note: ${note}`));
  if (verdict === "correct") {
    parts.unshift(...Object.entries(changes ?? {}).map(([name, value]) => make("span.change", {},
      `${LABELS[name]} `, make("del", {}, told(was[name])), " → ", make("ins", {}, told(value)))));
  }
  return [make("strong.badge", {}, stateOf(card)), ...parts];
}

function render() {
  cards().forEach(renderCard);
  const count = $("#g-added .count");
  if (count) write(count, String($$("#g-added article").length));
  sift();
  renderReview();
}

// ---- the filter ----

// Hides what the filter leaves out; the text stays, without the look of marks.
function sift() {
  const off = $$("[data-kind][aria-pressed=false]", filters).map((one) => one.dataset.kind);
  const [onlyOpen, onlyFound] = ["open", "found"].map((act) =>
    Boolean($(`[data-act=${act}][aria-pressed=true]`, filters)));
  const all = cards();
  const left = openCards();
  for (const card of all) {
    card.hidden = off.includes(card.dataset.kind) || (onlyOpen && !left.includes(card))
      || (onlyFound && !$(".finding", card));
  }
  for (const group of $$(".group, .person", facts)) group.hidden = !$(".fact:not([hidden])", group);
  $$(".m", text).forEach(dress);
  keepStops();
  const { length } = shown();
  write($(".shown"), `${length === all.length ? "All" : `${length} of`} ${all.length} facts are shown.`);
  $("[data-act=all]").hidden = length === all.length;
}

// A mark looks like the tightest of its facts that is shown, or like plain text.
function dress(link) {
  const ids = factsOf(link);
  const [first, ...more] = ids.filter((id) => !cardOf(id).hidden);
  const look = first ? cardOf(first).dataset.kind : "none";
  link.className = link.className.replace(/ (off|rejected|m\d)\b/g, "").replace(/\bk-[\w-]+/, `k-${look}`)
    + (more.length ? ` m${Math.min(more.length + 1, 3)}` : "") + (first ? "" : " off")
    + (ids.every((id) => verdictOn(cardOf(id)) === "reject") ? " rejected" : "");
  put(link, "href", first && `#f-${first}`);
  put(link, "aria-haspopup", more.length ? "menu" : undefined);
}

const press = (one, pressed) => put(one, "aria-pressed", pressed);

function showAll() {
  for (const one of $$("[aria-pressed]", filters)) press(one, Boolean(one.dataset.kind));
  sift();
}

// ---- moving ----

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

// ---- reviewer, signature, file ----

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
