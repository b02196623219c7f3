"use strict";
// The page can be read without this script. It adds moving between text and facts, a filter, and
// decisions: kept in the browser, saved as a file that `fhirkit convert --decisions` takes.
// Text only ever becomes text (no HTML is made of strings), and #text keeps every character.

const FORMAT = "fhirkit-decisions/1";
const NUMBER = /^(<=|>=|<|>)?\d+(\.\d+)?$/;
const KINDS = {
  condition: "Diagnosis", symptom: "Symptom", medication: "Drug", observation: "Measured value",
  procedure: "Procedure", report: "Study", "adverse-event": "Adverse event",
};
const CERTAINTY = [
  ["affirmed", "affirmed"], ["negated", "negated"], ["suspected", "suspected"],
  ["differential", "one of several possible"], ["refuted", "ruled out"], ["not-done", "not done"],
];
const WHOSE = [
  ["patient", "the patient"], ["family", "family"], ["others", "other patients"],
  ["general", "general knowledge"], ["definition", "a definition"],
  ["considered", "only considered"],
];
const LABELS = {
  value: "Value", unit: "Unit", code: "Code", certainty: "Certainty", whose: "Whose it is",
};
const DONE = { accept: "accepted", reject: "rejected", correct: "corrected", add: "added" };
const KEYS = [
  ["↑ ↓ or k j", "the fact before, the next fact"], ["Enter", "to the fact's words in the text"],
  ["a", "accept"], ["r", "reject"], ["c", "correct"], ["n", "note"], ["u", "undo"],
  ["← → ↑ ↓", "in the text: the mark before, the next mark"], ["Home End", "the first, the last"],
  ["Enter", "on a mark: to its fact"], ["Esc", "close a form or a list"], ["?", "these keys"],
];

// ---- elements ----

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** An element with attributes ("onclick" and the like are listeners) and what is in it. */
function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...content.filter((item) => item !== null));
  return element;
}

const button = (label, act, onclick, more = {}) =>
  make("button", { type: "button", "data-act": act, onclick, ...more }, label);
const hidden = (words) => make("span", { class: "sr" }, words);
const choice = (name, pairs, value) => {
  const box = make("select", { name }, ...pairs.map(([key, label]) => new Option(label, key)));
  box.value = value;
  return box;
};

let fields = 0;

/** A control with its label and a place for what is wrong with it. */
function field(label, control) {
  control.id = `field-${fields += 1}`;
  control.setAttribute("aria-describedby", `${control.id}-error`);
  return make("p", { class: "field" }, make("label", { for: control.id }, label), control,
    make("span", { class: "error", id: `${control.id}-error` }));
}

const input = (name, value = "", more = {}) =>
  make("input", { name, value, autocomplete: "off", ...more });

function refuse(control, message) {
  control.setAttribute("aria-invalid", "true");
  $(`#${control.id}-error`).textContent = message;
  control.focus();
}

/** A form in its place: `save(form)` returns true when it is done with, Escape closes it. */
function form(label, slot, content, saveLabel, save, back) {
  const close = () => {
    slot.replaceChildren();
    back?.focus();
  };
  const made = make("form", {
    "aria-label": label,
    novalidate: "",
    onsubmit(event) {
      event.preventDefault();
      for (const control of $$("[aria-invalid]", made)) control.removeAttribute("aria-invalid");
      for (const place of $$(".error", made)) place.textContent = "";
      if (save(made)) close();
    },
    onkeydown(event) {
      if (event.key === "Escape") close();
    },
  }, ...content, make("p", { class: "error", role: "alert" }),
  make("p", { class: "acts" }, make("button", { "data-act": "save" }, saveLabel),
    button("Cancel", "cancel", close)));
  slot.replaceChildren(made);
  ($("input:not([type=checkbox]), select, textarea", made) ?? $("button", made)).focus();
  return made;
}

/** Tells how the form fared where no single field is to blame. */
const tellForm = (made, message) => {
  $("p.error", made).textContent = message;
  return false;
};

const valueOf = (made, name) => made.elements.namedItem(name)?.value.trim() ?? "";

// ---- the text and its offsets ----
// Decisions count code points, scripts count UTF-16 units: an emoji is one of the first, two of
// the second.

const text = $("#text");
const facts = $("#facts");
const root = document.documentElement.dataset;
const narrative = text.textContent;
const astral = [...narrative.matchAll(/[\u{10000}-\u{10ffff}]/gu)].map((found) => found.index);
const toPoint = (unit) => unit - astral.filter((index) => index < unit).length;
const toUnit = (point) => point + astral.filter((index, n) => index - n < point).length;
const wordsAt = ([start, end]) => narrative.slice(toUnit(start), toUnit(end));
const spansIn = (value = "") =>
  value.split(" ").filter(Boolean).map((span) => span.split("-").map(Number));

/** Code points from `start` to `end` (UTF-16) without the white space around, or null. */
function trimmed(start, end) {
  const words = narrative.slice(start, end);
  const first = start + words.length - words.trimStart().length;
  const last = start + words.trimEnd().length;
  return first < last ? [toPoint(first), toPoint(last)] : null;
}

/** What of #text is selected, or null. */
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(text)) return null;
  const inside = document.createRange();
  inside.selectNodeContents(text);
  if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) {
    inside.setStart(range.startContainer, range.startOffset);
  }
  if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) {
    inside.setEnd(range.endContainer, range.endOffset);
  }
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(inside.startContainer, inside.startOffset);
  const start = before.toString().length;
  return trimmed(start, start + inside.toString().length);
}

/** Where words stand, whatever their case, white space and composed or decomposed letters. */
function occurrences(words) {
  const forms = new Set([words, words.normalize("NFC"), words.normalize("NFD")]);
  const escape = (word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const pattern = [...forms].map((form) => form.trim().split(/\s+/).map(escape).join("\\s+"));
  if (!pattern[0]) return [];
  const finder = new RegExp(pattern.join("|"), "giu");
  const found = [];
  for (let match; (match = finder.exec(narrative)) && found.length < 500;) {
    found.push([toPoint(match.index), toPoint(match.index + match[0].length)]);
    finder.lastIndex = match.index + (narrative.codePointAt(match.index) > 0xffff ? 2 : 1);
  }
  return found;
}

// ---- facts and marks ----

const articles = () => $$("article.fact", facts);
const articleOf = (id) => document.getElementById(`f-${id}`);
const idOf = (article) => article.dataset.fact;
const headings = new WeakMap();
const nameOf = (article) => headings.get(article);
const findings = (article) => $$(".finding", article).length;
const marks = () => $$(".m", text);
const links = () => $$("a[href]", text);
const marksOf = (id) => $$(`.m[data-f~="${id}"]`, text);
const factsOf = (mark) => mark.dataset.f.split(" ").filter(articleOf);

/** What was read, as far as it can be corrected. */
function readingOf({ dataset }) {
  const [system = "", code = "", ...display] = (dataset.code ?? "").split("|");
  return {
    value: dataset.value ?? "", unit: dataset.unit ?? "",
    code: codeOf(system, code, display.join("|")),
    certainty: dataset.certainty ?? "", whose: dataset.whose ?? "",
  };
}

const codeOf = (system, code, display) =>
  system || code || display ? { system, code, ...(display && { display }) } : "";
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const written = (value) =>
  value?.code ? [value.code, value.display].filter(Boolean).join(" ") : String(value || "none");

// ---- decisions ----

const state = { by: "", signed: null, decisions: new Map(), undone: {}, saved: true };
const history = new Map(); // of a fact: what was decided before, for undo
let touched = false; // changed since the page was opened or its file saved
const key = `fhirkit:${root.sha256}`;
const decisionOf = (article) => state.decisions.get(idOf(article));
/** Whether a decision was made on what the page shows now. */
const isFresh = (decision, article) => !article.dataset.seen || decision.seen === article.dataset.seen;
const isDecided = (article) => {
  const decision = decisionOf(article);
  return Boolean(decision && decision.verdict !== "note" && isFresh(decision, article));
};
const decidable = () => articles().filter((article) => article.dataset.seen);
const undecided = () => decidable().filter((article) => !isDecided(article));

/** Now, by the clock on the wall, with its distance from UTC. */
function now() {
  const date = new Date();
  const minutes = -date.getTimezoneOffset();
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const local = new Date(date.getTime() + minutes * 60000).toISOString().slice(0, 19);
  const far = Math.abs(minutes);
  return `${local}${minutes < 0 ? "-" : "+"}${two(far / 60)}:${two(far % 60)}`;
}

/** A decision with its members in the order of the format, so that files can be compared. */
function formOf(decision) {
  const { fact, kind, spans, seen, verdict, changes, note, patient, by, at } = decision;
  const all = { fact, kind, spans, seen, verdict, changes, note, patient, by, at };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function inPageOrder(decisions) {
  const order = new Map(articles().map((article, n) => [idOf(article), n]));
  const place = (decision) => order.get(decision.fact) ?? order.size;
  return [...decisions].map(formOf)
    .sort((a, b) => place(a) - place(b) || (a.fact < b.fact ? -1 : 1));
}

const asText = (decisions) => JSON.stringify(inPageOrder(decisions));

/** The decision on a fact becomes this one; none takes it back. */
function set(id, decision) {
  if (!history.has(id)) history.set(id, []);
  history.get(id).push(state.decisions.get(id));
  put(id, decision);
}

function put(id, decision) {
  if (decision) {
    state.decisions.set(id, decision);
    delete state.undone[id];
  } else {
    state.decisions.delete(id);
    state.undone[id] = now();
  }
  changed();
}

function changed() {
  if (state.signed) say("The signature was taken away, because a decision changed.");
  state.signed = null;
  state.saved = false;
  touched = true;
  keep();
  render();
}

function verdictOn(article, verdict, more = {}) {
  const before = decisionOf(article);
  const note = before && isFresh(before, article) ? before.note : undefined;
  const { fact, kind, mentions, seen, patient } = article.dataset;
  return {
    fact, kind, spans: spansIn(mentions), seen, verdict, note,
    patient: patient ? Number(patient) : undefined, by: state.by, at: now(), ...more,
  };
}

/** Does `then` when the reviewer's name is known; asks for it in place where it is not. */
function named(slot, then, back) {
  if (state.by) {
    then();
    return;
  }
  const name = input("by", "", { autocomplete: "name" });
  form("Your name", slot, [field("Your name, for the record of what you decide", name)], "Go on",
    () => {
      if (!name.value.trim()) return refuse(name, "A decision needs the name of who made it.");
      setName(name.value);
      // After the form is gone, which gives the focus back.
      queueMicrotask(then);
      return true;
    }, back);
}

function setName(name) {
  state.by = name.trim();
  reviewer.value = state.by;
  keep();
}

function decide(article, verdict) {
  named($(".slot", article), () => {
    const before = decisionOf(article);
    const again = before?.verdict === verdict && isFresh(before, article);
    if (again) {
      undo(article);
      return;
    }
    set(idOf(article), verdictOn(article, verdict));
    say(`${nameOf(article)}: ${DONE[verdict]}.`);
    followOn(article);
  }, article);
}

function undo(article) {
  const id = idOf(article);
  if (article.classList.contains("added")) {
    removeAdded(id);
    return;
  }
  if (!state.decisions.has(id) && !history.get(id)?.length) {
    say(`${nameOf(article)}: nothing to undo.`);
    return;
  }
  put(id, history.get(id)?.pop());
  const left = decisionOf(article);
  say(`${nameOf(article)}: undone, now ${left ? stateOf(left, article) : "not decided"}.`);
  followOn(article);
}

/** A fact that the filter takes away under the reader's hands gives the focus to the next. */
function followOn(article) {
  if (!article.hidden) return;
  const all = articles();
  const from = all.indexOf(article);
  const next = all.slice(from).find(isShown) ?? all.slice(0, from).reverse().find(isShown);
  (next ?? $("#filters button")).focus();
}

const stateOf = (decision, article) =>
  isFresh(decision, article) ? DONE[decision.verdict] ?? "not decided" : "decided on another reading";

function writeNote(article) {
  named($(".slot", article), () => {
    const before = decisionOf(article);
    const fresh = before && isFresh(before, article);
    const note = make("textarea", { name: "note", rows: "3" });
    note.value = (fresh && before.note) || "";
    form(`Note on ${nameOf(article)}`, $(".slot", article), [field("Note", note)], "Save note", () => {
      const words = note.value.trim() || undefined;
      if (words === (fresh ? before.note : undefined)) return refuse(note, "Nothing was changed.");
      const remark = !fresh || before.verdict === "note";
      set(idOf(article), remark && !words ? undefined
        : { ...(remark ? verdictOn(article, "note") : before), note: words, by: state.by, at: now() });
      say(`${nameOf(article)}: ${words ? "note saved" : "note taken away"}.`);
      return true;
    }, article);
  }, article);
}

// ---- correcting ----

/** The systems a code may be of, and the one it is of now. */
function systems(current) {
  const known = ($("#review").dataset.systems ?? "").split(";").filter(Boolean)
    .map((pair) => pair.split("|")).map(([label, system]) => [system, label]);
  if (current && !known.some(([system]) => system === current)) known.push([current, current]);
  return [["", "choose"], ...known];
}

/** Controls for what may be changed, filled with what counts now. */
function controls(names, values) {
  const made = {
    value: () => field(LABELS.value, input("value", values.value, { inputmode: "decimal" })),
    unit: () => field(LABELS.unit, input("unit", values.unit)),
    code: () => make("fieldset", {}, make("legend", {}, LABELS.code),
      field("System", choice("system", systems(values.code?.system), values.code?.system ?? "")),
      field("Code", input("code", values.code?.code)),
      field("Display", input("display", values.code?.display))),
    certainty: () => field(LABELS.certainty, choice("certainty", CERTAINTY, values.certainty)),
    whose: () => field(LABELS.whose, choice("whose", WHOSE, values.whose)),
  };
  return names.filter((name) => made[name]).map((name) => made[name]());
}

/** What the form says otherwise than `was`. */
function changesIn(made, names, was) {
  const read = {
    value: valueOf(made, "value").replace(/\s/g, "").replace("≤", "<=").replace("≥", ">="),
    unit: valueOf(made, "unit"),
    code: codeOf(valueOf(made, "system"), valueOf(made, "code"), valueOf(made, "display")),
    certainty: valueOf(made, "certainty"), whose: valueOf(made, "whose"),
  };
  return Object.fromEntries(names.filter((name) => name in read && !same(read[name], was[name]))
    .map((name) => [name, read[name]]));
}

/** Whether what was changed can be saved; tells at the field where it can't. */
function isWellFormed(made, changes) {
  const at = (name) => made.elements.namedItem(name);
  const { value, unit, code } = changes;
  if (value === "") return refuse(at("value"), "A value is needed. To drop the fact, reject it.");
  if (value && !NUMBER.test(value)) {
    return refuse(at("value"),
      "Digits only, with a point for fractions: 24 or 0.5; one of < <= > >= may stand before.");
  }
  if (unit && !valueOf(made, "value")) return refuse(at("value"), "A unit needs a value.");
  if (code === undefined) return true;
  if (!code?.system) return refuse(at("system"), "Choose the system the code is of.");
  return code.code ? true : refuse(at("code"), "A code is needed.");
}

function correct(article) {
  const names = article.dataset.correct?.split(" ").filter(Boolean) ?? [];
  if (!names.length) {
    say(`${nameOf(article)}: nothing of it can be corrected here; reject it or write a note.`);
    return;
  }
  named($(".slot", article), () => {
    const was = readingOf(article);
    const before = decisionOf(article);
    const changes = before && isFresh(before, article) ? before.changes : {};
    form(`Correct ${nameOf(article)}`, $(".slot", article), controls(names, { ...was, ...changes }),
      "Save correction", (made) => saveCorrection(article, made, changesIn(made, names, was)), article);
  }, article);
}

function saveCorrection(article, made, changes) {
  if (!isWellFormed(made, changes)) return false;
  if (!Object.keys(changes).length || same(changes, decisionOf(article)?.changes)) {
    return tellForm(made, "Nothing was changed.");
  }
  set(idOf(article), verdictOn(article, "correct", { changes }));
  say(`${nameOf(article)}: corrected.`);
  followOn(article);
  return true;
}

// ---- adding what was missed ----

/** The text nodes of the narrative, with the offset (UTF-16) at which each begins. */
function* pieces() {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let at = 0; walker.nextNode(); at += walker.currentNode.length) yield [walker.currentNode, at];
}

/** Makes a border in the text at `unit`: a link that reaches over it becomes two. */
function cut(unit) {
  const [node, at] = [...pieces()].find(([piece, start]) => start < unit && unit < start + piece.length)
    ?? [];
  if (!node) return;
  const rest = node.splitText(unit - at);
  const link = node.parentElement.closest("a");
  if (!link) return;
  const second = link.cloneNode(false);
  second.id = `t-${toPoint(unit)}`;
  second.append(rest);
  link.after(second);
}

const lengthAt = (id, point) => Math.min(...spansIn(articleOf(id)?.dataset.spans)
  .filter(([start, end]) => start <= point && point < end).map(([start, end]) => end - start));

function markWords({ fact, kind, spans: [[start, end]] }) {
  const [from, to] = [toUnit(start), toUnit(end)];
  cut(from);
  cut(to);
  for (const [node, at] of [...pieces()]) {
    if (at < from || at + node.length > to || !node.length) continue;
    let mark = node.parentElement.closest("a");
    if (!mark) {
      mark = make("a", { id: `t-${toPoint(at)}` });
      node.replaceWith(mark);
      mark.append(node);
    }
    if (!mark.matches(".m")) {
      // What went into no fact is a link, too: to the reason.
      mark.dataset.was = mark.getAttribute("href") ?? "";
      mark.classList.add("m", `k-${kind}`);
    }
    const ids = [fact, ...(mark.dataset.f ?? "").split(" ").filter(Boolean)];
    mark.dataset.f = ids.sort((a, b) => lengthAt(a, toPoint(at)) - lengthAt(b, toPoint(at))).join(" ");
  }
}

function unmarkWords(id) {
  for (const mark of marksOf(id)) {
    const left = mark.dataset.f.split(" ").filter((other) => other !== id);
    if (left.length) {
      mark.dataset.f = left.join(" ");
    } else if (mark.dataset.was) {
      mark.className = "u";
      mark.href = mark.dataset.was;
      delete mark.dataset.f;
    } else {
      mark.replaceWith(...mark.childNodes);
    }
  }
  text.normalize();
}

/** Where added facts stand. */
function addedGroup() {
  return $("#g-added") ?? facts.insertBefore(make("section", { class: "group", id: "g-added" },
    make("h3", {}, "Added by the reviewer ", make("span", { class: "count" }))), $("#left-out"));
}

/** Puts an added fact among the facts and into the text. */
function showAdded(decision) {
  const { fact, kind, spans, patient } = decision;
  const span = spans[0];
  const article = make("article", {
    class: `fact added k-${kind}`, id: `f-${fact}`, "data-fact": fact, "data-kind": kind,
    "data-spans": span.join("-"), "data-mentions": span.join("-"), "data-patient": patient ?? null,
  }, make("h4", {}, make("a", { href: `#t-${span[0]}` }, wordsAt(span).replace(/\s+/g, " "))),
  make("p", { class: "what" }), make("div", { class: "decide" }));
  const group = addedGroup();
  const next = $$("article", group).find((other) => spansIn(other.dataset.spans)[0][0] > span[0]);
  group.insertBefore(article, next ?? null);
  markWords(decision);
  equip(article);
}

function hideAdded(id) {
  const article = articleOf(id);
  if (!article?.classList.contains("added")) return;
  unmarkWords(id);
  article.remove();
  if (!$("#g-added article")) $("#g-added")?.remove();
}

/** What is said of an added fact besides its words. */
function described({ kind, changes = {}, patient }) {
  const suspects = (changes.suspects ?? []).map((id) => nameOf(articleOf(id)) ?? id);
  return [
    KINDS[kind], patient && `patient ${patient}`, [changes.value, changes.unit].filter(Boolean).join(" "),
    changes.code && written(changes.code), changes.certainty,
    WHOSE.find(([value]) => value === changes.whose)?.[1],
    suspects.length && `suspected: ${suspects.join(", ")}`,
  ].filter(Boolean).join(" · ");
}

/** Takes an added fact away, and out of the suspects of other added ones. */
function removeAdded(id, renamed = []) {
  const article = articleOf(id);
  const name = nameOf(article);
  const all = articles();
  const next = all[all.indexOf(article) + 1] ?? all[all.indexOf(article) - 1];
  for (const [other, decision] of state.decisions) {
    const suspects = decision.changes?.suspects;
    if (!suspects?.includes(id)) continue;
    const left = suspects.flatMap((suspect) => (suspect === id ? renamed : [suspect]));
    state.decisions.set(other, { ...decision, changes: { ...decision.changes, suspects: left } });
  }
  hideAdded(id);
  put(id, undefined);
  if (renamed.length) return;
  say(`${name}: taken away.`);
  (next && !next.hidden ? next : $(".adder button")).focus();
}

/** The form for a fact that was missed, or (`old`) for one that was added before. */
function openAdder(old) {
  const slot = $(".adder .slot");
  const back = old ? articleOf(old.fact) : $(".adder button");
  const { changes = {} } = old ?? {};
  const span = old?.spans[0] ?? selection;
  const words = input("words", span ? wordsAt(span).replace(/\s+/g, " ") : "");
  const which = make("select", { name: "which" });
  const whichField = field("Which one", which);
  const offer = () => {
    const found = words.value.trim() ? occurrences(words.value) : [];
    const of = (place) => place.join("-");
    which.replaceChildren(...found.map((place, n) =>
      new Option(`${n + 1} of ${found.length}: ${around(place)}`, of(place))));
    if (span && found.some((place) => same(place, span))) which.value = of(span);
    whichField.hidden = found.length < 2;
  };
  words.addEventListener("input", offer);
  const kind = choice("kind", Object.entries(KINDS), old?.kind ?? "symptom");
  const note = input("note", old?.note);
  const parts = partsOf(changes, old);
  const suit = () => {
    for (const part of parts) part.hidden = !part.dataset.for.split(" ").includes(kind.value);
  };
  kind.addEventListener("change", suit);
  named(slot, () => {
    form("Add a fact", slot, [
      field("Words as they stand in the narrative", words), whichField, field("Kind", kind),
      ...patientField(old),
      ...controls(["certainty", "whose"], { certainty: "affirmed", whose: "patient", ...changes }),
      ...parts, field("Note", note),
    ], old ? "Save" : "Add", (made) => saveAdded(made, old), back);
    offer();
    suit();
    if (span) kind.focus();
  }, back);
}

/** What only some kinds have. */
function partsOf(changes, old) {
  const [value, unit, code] = controls(["value", "unit", "code"], { value: "", unit: "", ...changes });
  const drugs = articles().filter((article) => $(".decide", article)
    && /medication|procedure/.test(article.dataset.kind) && idOf(article) !== old?.fact);
  const suspects = make("fieldset", {}, make("legend", {}, "Suspected"),
    ...drugs.map((article) => {
      const box = make("input", { type: "checkbox", name: "suspects", value: idOf(article) });
      box.checked = changes.suspects?.includes(idOf(article)) ?? false;
      return make("label", {}, box, ` ${nameOf(article)}`);
    }));
  value.dataset.for = unit.dataset.for = "observation medication";
  code.dataset.for = Object.keys(KINDS).filter((kind) => kind !== "adverse-event").join(" ");
  suspects.dataset.for = drugs.length ? "adverse-event" : "";
  return [value, unit, code, suspects];
}

const patients = () => [...new Set(articles().map((article) => article.dataset.patient))]
  .filter(Boolean).sort((a, b) => a - b);

function patientField(old) {
  const numbers = patients().map((number) => [number, number]);
  return numbers.length ? [field("Patient", choice("patient", numbers, old?.patient ?? numbers[0][0]))]
    : [];
}

/** An occurrence with a few words before and after. */
function around([start, end]) {
  const [from, to] = [toUnit(start), toUnit(end)];
  const tidy = (words) => words.replace(/\s+/g, " ");
  return `…${tidy(narrative.slice(Math.max(0, from - 25), from))}[${tidy(narrative.slice(from, to))}]`
    + `${tidy(narrative.slice(to, to + 25))}…`;
}

function saveAdded(made, old) {
  const words = made.elements.namedItem("words");
  if (!words.value.trim()) return refuse(words, "Select words in the text, or write them here.");
  const place = valueOf(made, "which");
  if (!place) return refuse(words, "These words do not stand in the narrative.");
  const span = place.split("-").map(Number);
  const kind = valueOf(made, "kind");
  for (const part of $$("[data-for]", made)) if (part.hidden) part.remove();
  const changes = changesIn(made, ["value", "unit", "code", "certainty", "whose"],
    { value: "", unit: "", code: "" });
  if (!isWellFormed(made, changes)) return false;
  const suspects = $$("[name=suspects]:checked", made).map((box) => box.value);
  if (suspects.length) changes.suspects = suspects;
  const patient = Number(valueOf(made, "patient")) || undefined;
  const fact = `${patient ? `p${patient}-` : ""}added-${kind}-${place}`;
  addFact({
    fact, kind, spans: [span], verdict: "add", changes, note: valueOf(made, "note") || undefined,
    patient, by: state.by, at: now(),
  }, old);
  return true;
}

function addFact(decision, old) {
  if (old && old.fact !== decision.fact) removeAdded(old.fact, [decision.fact]);
  hideAdded(decision.fact);
  showAdded(decision);
  put(decision.fact, decision);
  const article = articleOf(decision.fact);
  say(`${nameOf(article)}: added.`);
  light([decision.fact]);
  queueMicrotask(() => reach(article));
}

// ---- what is shown of decisions ----

/** Gives a fact its buttons. */
function equip(article) {
  const heading = $("h4, h5", article);
  const name = heading.textContent.trim();
  headings.set(article, name);
  heading.id ||= `${article.id}-name`;
  article.setAttribute("aria-labelledby", heading.id);
  const place = $(".decide", article);
  const added = article.classList.contains("added");
  if (!place || !(added || article.dataset.seen)) return;
  const act = (label, act, what, pressed = null) =>
    button(label, act, () => what(article), { "aria-pressed": pressed && "false" });
  const acts = added
    ? [act("Change", "correct", change), act("Remove", "undo", undo)]
    : [act("Accept", "accept", accept, true), act("Reject", "reject", reject, true),
      article.dataset.correct ? act("Correct", "correct", correct, true) : null,
      act("Note", "note", writeNote, true), act("Undo", "undo", undo)];
  for (const one of acts) one?.append(hidden(` ${name}`));
  place.replaceChildren(
    make("p", { class: "state", id: `${article.id}-state` }),
    make("div", { class: "acts", role: "group", "aria-label": `Decision on ${name}` },
      ...acts.filter(Boolean)),
    make("div", { class: "slot" }));
  article.setAttribute("aria-describedby", `${article.id}-state`);
}

const accept = (article) => decide(article, "accept");
const reject = (article) => decide(article, "reject");
const change = (article) => openAdder(decisionOf(article));

/** Old and new of each thing that was corrected. */
function corrections(article, changes) {
  const was = readingOf(article);
  return Object.entries(changes).flatMap(([name, value]) => [
    make("span", { class: "change" }, `${LABELS[name]} `, make("del", {}, written(was[name])), " → ",
      make("ins", {}, written(value))),
  ]);
}

function renderFact(article) {
  const decision = decisionOf(article);
  const place = $(".state", article);
  if (!place) return;
  const fresh = decision && isFresh(decision, article);
  const verdict = fresh ? decision.verdict : "";
  article.classList.remove("accept", "reject", "correct", "note", "stale");
  if (decision) article.classList.add(fresh ? verdict : "stale");
  for (const one of $$("[aria-pressed]", article)) {
    const { act } = one.dataset;
    one.setAttribute("aria-pressed", String(act === verdict || (act === "note" && Boolean(fresh && decision.note))));
  }
  const back = $("[data-act=undo]", article);
  back.disabled = verdict !== "add" && !decision && !history.get(idOf(article))?.length;
  place.replaceChildren(...(decision ? badges(decision, article, fresh) : []));
  if (verdict === "add") $(".what", article).textContent = described(decision);
}

function badges(decision, article, fresh) {
  const badge = fresh ? DONE[decision.verdict] : "decided on another reading, please decide anew";
  return [
    badge ? make("strong", { class: "badge" }, badge) : null,
    ...(fresh && decision.verdict === "correct" ? corrections(article, decision.changes) : []),
    decision.note ? make("span", { class: "remark" }, `Note: ${decision.note}`) : null,
    make("small", {}, `${decision.by}, ${decision.at.slice(0, 16).replace("T", " ")}`),
  ].filter(Boolean);
}

function render() {
  for (const article of articles()) renderFact(article);
  const count = $("#g-added .count");
  if (count) count.textContent = String($$("#g-added article").length);
  sift();
  renderReview();
}

// ---- the filter ----

const filters = $("#filters");
const off = new Set(); // kinds
const only = { undecided: false, findings: false };
const isShown = (article) => !off.has(article.dataset.kind)
  && (!only.findings || findings(article) > 0)
  && (!only.undecided || (Boolean(article.dataset.seen) && !isDecided(article)));

/** Hides what the filter leaves out; the text stays, without the look of a mark. */
function sift() {
  for (const article of articles()) article.hidden = !isShown(article);
  for (const group of $$(".group, .person", facts)) {
    const inside = $$("article.fact", group);
    group.hidden = inside.length > 0 && inside.every((article) => article.hidden);
  }
  for (const mark of marks()) dress(mark);
  keepStops();
  const all = articles();
  const seen = all.filter((article) => !article.hidden);
  const words = seen.length === all.length ? `All ${all.length} facts are shown.`
    : `${seen.length} of ${all.length} facts are shown.`;
  const status = $(".shown", filters);
  if (status.textContent !== words) status.textContent = words;
  $("[data-act=all]", filters).hidden = seen.length === all.length;
}

function dress(mark) {
  const ids = factsOf(mark);
  if (!ids.length) return;
  const seen = ids.filter((id) => !articleOf(id).hidden);
  const rejected = ids.every((id) => state.decisions.get(id)?.verdict === "reject");
  mark.classList.toggle("off", !seen.length);
  mark.classList.toggle("rejected", rejected);
  if (seen.length) mark.setAttribute("href", `#f-${seen[0]}`);
  else mark.removeAttribute("href");
  const { kind } = articleOf(seen[0] ?? ids[0]).dataset;
  mark.className = mark.className.replace(/\bk-[\w-]+/, `k-${kind}`);
  for (const many of [2, 3]) mark.classList.toggle(`m${many}`, Math.min(seen.length, 3) === many);
  mark.draggable = false; // so that words can be selected from within a mark
  if (seen.length > 1) mark.setAttribute("aria-haspopup", "menu");
  else mark.removeAttribute("aria-haspopup");
}

function showKind(one) {
  const { kind } = one.dataset;
  if (!off.delete(kind)) off.add(kind);
  one.setAttribute("aria-pressed", String(!off.has(kind)));
  sift();
}

function showOnly(one) {
  only[one.dataset.only] = !only[one.dataset.only];
  one.setAttribute("aria-pressed", String(only[one.dataset.only]));
  sift();
}

function showAll() {
  off.clear();
  only.undecided = only.findings = false;
  for (const one of $$("[data-kind]", filters)) one.setAttribute("aria-pressed", "true");
  for (const one of $$("[data-only]", filters)) one.setAttribute("aria-pressed", "false");
  sift();
}

function startFilters() {
  const toggle = (label, what) => button(label, null, (event) => showOnly(event.currentTarget),
    { "data-only": what, "aria-pressed": "false" });
  for (const one of $$("[data-kind]", filters)) one.addEventListener("click", () => showKind(one));
  filters.append(toggle("Undecided only", "undecided"), toggle("With findings only", "findings"),
    button("Show all", "all", () => {
      showAll();
      $("button", filters).focus();
    }), make("p", { class: "shown", role: "status" }));
  filters.hidden = false;
}

// ---- moving ----

let aim = ""; // the fact whose words are shown: a mark may be of several

/** Highlights facts and all their marks. */
function light(ids) {
  for (const lit of $$(".hit")) {
    lit.classList.remove("hit");
    lit.removeAttribute("aria-current");
  }
  for (const id of ids) {
    for (const one of [articleOf(id), ...marksOf(id)]) one?.classList.add("hit");
    articleOf(id)?.setAttribute("aria-current", "true");
  }
}

const pace = () =>
  (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");

/** Into view and under the fingers. */
function reach(element) {
  element.scrollIntoView({ block: "center", behavior: pace() });
  element.focus({ preventScroll: true });
}

/** Brings an element into view inside its own pane, where it has one; the page stays. */
function nudge(element) {
  for (let pane = element?.parentElement; pane && pane !== document.body; pane = pane.parentElement) {
    if (pane.scrollHeight <= pane.clientHeight || !/auto|scroll/.test(getComputedStyle(pane).overflowY)) continue;
    const [inner, outer] = [element.getBoundingClientRect(), pane.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      pane.scrollBy({ top: inner.top - outer.top - outer.height / 3, behavior: pace() });
    }
    return;
  }
}

/** Goes to #f-… or #t-… by way of the address, so that the browser's way back works. */
function visit(hash, fact = "") {
  aim = fact;
  if (location.hash === hash) arrive();
  else location.hash = hash;
}

function arrive() {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.matches("article.fact")) {
    if (target.hidden) showAll();
    light([idOf(target)]);
    nudge(marksOf(idOf(target))[0]);
    reach(target);
  } else if (target?.matches("#text .m")) {
    const ids = factsOf(target);
    const id = ids.includes(aim) ? aim : ids[0];
    if (target.matches(".off")) showAll();
    light(id ? [id] : []);
    nudge(articleOf(id));
    reach(target);
  }
}

function toWords(article) {
  const [first] = spansIn(article.dataset.mentions ?? article.dataset.spans);
  const mark = (first && document.getElementById(`t-${first[0]}`)) ?? marksOf(idOf(article))[0];
  if (mark) visit(`#${mark.id}`, idOf(article));
  else say(`${nameOf(article)} has no words of its own in the text.`);
}

function toFact(mark) {
  const ids = factsOf(mark).filter((id) => !articleOf(id).hidden);
  if (ids.length > 1) openMenu(mark, ids);
  else if (ids.length) visit(`#f-${ids[0]}`);
}

/** A list of the facts that share a piece of text, the tightest first. */
function openMenu(mark, ids) {
  const items = ids.map((id) => make("button", {
    type: "button", role: "menuitem", tabindex: "-1", class: `k-${articleOf(id).dataset.kind}`,
    onclick() {
      menu.remove();
      visit(`#f-${id}`);
    },
  }, nameOf(articleOf(id)), make("small", {}, ` ${labelOf(articleOf(id).dataset.kind)}`)));
  const close = (back) => {
    menu.remove();
    mark.setAttribute("aria-expanded", "false");
    if (back) mark.focus();
  };
  const menu = make("div", {
    class: "menu", role: "menu", "aria-label": `Facts that “${mark.textContent}” belongs to`,
    onkeydown(event) {
      const step = stepOf(event.key, items, items.indexOf(document.activeElement), true);
      if (event.key === "Escape" || event.key === "Tab") close(true);
      else if (step) step.focus();
      else return;
      if (event.key !== "Tab") event.preventDefault();
    },
    onfocusout(event) {
      if (!menu.contains(event.relatedTarget) && menu.isConnected) close(false);
    },
  }, ...items);
  mark.setAttribute("aria-expanded", "true");
  text.after(menu);
  const box = mark.getBoundingClientRect();
  const left = Math.min(box.left, document.documentElement.clientWidth - menu.offsetWidth - 8);
  const below = innerHeight - box.bottom > Math.min(menu.offsetHeight, box.top);
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${below ? box.bottom : Math.max(8, box.top - menu.offsetHeight)}px`;
  items[0].focus({ preventScroll: true });
}

const labelOf = (kind) => $(`[data-kind="${kind}"]`, filters)?.firstChild.textContent ?? KINDS[kind] ?? kind;

/** The element of a row that a key leads to, or undefined. */
function stepOf(pressed, row, at, around = false) {
  const last = row.length - 1;
  const wrap = (n) => (around ? (n + row.length) % row.length : Math.max(0, Math.min(last, n)));
  const to = {
    ArrowDown: wrap(at + 1), ArrowRight: wrap(at + 1), ArrowUp: wrap(at - 1), ArrowLeft: wrap(at - 1),
    Home: 0, End: last,
  }[pressed];
  return row[to];
}

/** Marks are one tab stop, and so are facts with their buttons: the one last used. */
const stops = { mark: null, article: null };

function keepStops() {
  const row = links();
  if (!row.includes(stops.mark)) [stops.mark] = row;
  for (const link of row) link.tabIndex = link === stops.mark ? 0 : -1;
  const all = articles();
  const open = all.filter((article) => !article.hidden);
  if (!open.includes(stops.article)) stops.article = open[0];
  for (const article of all) {
    const current = article === stops.article;
    article.tabIndex = current ? 0 : -1;
    for (const one of $$("a[href], .acts > button, summary", article)) one.tabIndex = current ? 0 : -1;
  }
}

document.addEventListener("focusin", ({ target }) => {
  const mark = target.closest("#text a");
  const article = target.closest("article.fact");
  if (mark) stops.mark = mark;
  if (article) stops.article = article;
  if (mark || article) keepStops();
});

const ACTS = { a: accept, r: reject, c: correct, n: writeNote, u: undo };

function onFact(event, article) {
  const pressed = { j: "ArrowDown", k: "ArrowUp" }[event.key] ?? event.key;
  const row = articles().filter((other) => !other.hidden);
  const next = ["ArrowLeft", "ArrowRight"].includes(pressed) ? undefined
    : stepOf(pressed, row, row.indexOf(article));
  if (next) reach(next);
  else if (pressed === "Enter" && event.target === article) toWords(article);
  else if (ACTS[pressed] && $(".acts", article) && !event.repeat) act(pressed, article);
  else return false;
  return true;
}

function act(pressed, article) {
  if (!article.classList.contains("added")) ACTS[pressed](article);
  else if (pressed === "c") change(article);
  else if (pressed === "u") undo(article);
}

function onMark(event, mark) {
  const row = links();
  const next = stepOf(event.key, row, row.indexOf(mark));
  if (next) reach(next);
  return Boolean(next);
}

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.closest("input, textarea, select, form, dialog, .menu")) return;
  const article = target.closest("article.fact");
  const mark = target.closest("#text a");
  if (!article && !mark) return;
  let done = true;
  if (event.key === "?") showKeys();
  else done = article ? onFact(event, article) : onMark(event, mark);
  if (done) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const article = event.target.closest("article.fact");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link?.matches("#text .m")) {
    event.preventDefault();
    // Words that were just selected with the mouse are not a wish to go somewhere.
    if (!event.detail || !selected()) toFact(link);
  } else if (article && link?.hash.startsWith("#t-")) {
    event.preventDefault();
    visit(link.hash, idOf(article));
  } else if (article && event.target.closest("h4, h5") && !link) {
    toWords(article);
  }
});

function showKeys() {
  const dialog = make("dialog", { class: "keys", "aria-labelledby": "keys", onclose: () => dialog.remove() },
    make("h2", { id: "keys" }, "Keys"), make("p", {}, "While a fact or a mark has the focus:"),
    make("dl", {}, ...KEYS.flatMap(([key, what]) => [
      make("dt", {}, make("kbd", {}, key)), make("dd", {}, what),
    ])), button("Close", "close", () => dialog.close()));
  document.body.append(dialog);
  dialog.showModal();
}

// ---- reviewer, signature, file ----

const review = $("#review");
const banner = $("#banner");
const unsigned = banner.textContent;
const reviewer = input("by", "", { autocomplete: "name" });
const told = make("p", { class: "said", role: "status" });
const trouble = make("p", { class: "error", role: "alert" });
let selection = null;

function say(words) {
  // A new element is read aloud even where the words are the same as before.
  told.replaceChildren(make("span", {}, words));
}

const countOf = (verdict) => articles().filter((article) =>
  decisionOf(article)?.verdict === verdict && isFresh(decisionOf(article), article)).length;
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function renderReview() {
  const all = decidable();
  const open = undecided().length;
  const added = countOf("add");
  const found = articles().reduce((sum, article) => sum + findings(article), 0);
  $(".progress", review).textContent = `${all.length - open} of ${all.length} decided`
    + `${added ? `, ${added} added` : ""}; ${plural(found, "finding")}.`
    + `${state.saved ? "" : " Not saved to a file yet."}`;
  const gone = [...state.decisions.values()].filter(({ fact }) => !articleOf(fact));
  $(".gone", review).textContent = gone.length
    ? `${plural(gone.length, "decision")} on facts that are not on this page: `
      + `${gone.map(({ fact }) => fact).join(", ")}. The saved file keeps them.` : "";
  $("[data-act=sign]", review).textContent = state.signed ? "Take signature away" : "Sign";
  banner.classList.toggle("unsigned", !state.signed);
  const words = state.signed ? signedWords(open) : unsigned;
  if (banner.textContent !== words) banner.textContent = words;
}

function signedWords(open) {
  const { by, at } = state.signed;
  return `Reviewed by ${by} on ${at.slice(0, 10)}: ${countOf("accept")} accepted, `
    + `${countOf("correct")} corrected, ${countOf("reject")} rejected, ${countOf("add")} added; `
    + `${open} not decided.`;
}

/** Asks in place before something that is hard to take back. */
function ask(question, label, then, from) {
  form(question, $(".slot", review), [make("p", {}, question)], label, () => {
    queueMicrotask(then);
    return true;
  }, from);
}

function sign({ currentTarget }) {
  if (state.signed) {
    state.signed = null;
    keep();
    render();
    say("The signature was taken away.");
    return;
  }
  named($(".slot", review), () => {
    const open = undecided().length;
    if (open) ask(`${plural(open, "fact")} not decided; sign anyway?`, "Sign anyway", signNow, currentTarget);
    else signNow();
  }, currentTarget);
}

function signNow() {
  state.signed = { by: state.by, at: now() };
  state.saved = false;
  touched = true;
  keep();
  render();
}

function acceptAll({ currentTarget }) {
  const open = undecided().filter((article) => !isStale(article));
  const fit = open.filter((article) => !$(".finding.error", article));
  const kept = undecided().length - fit.length;
  const unseen = fit.filter((article) => article.hidden).length;
  if (!fit.length) return say("There is nothing left to accept.");
  const rest = [unseen && `${unseen} of them hidden by the filter`,
    kept && `${kept} with errors or decided on another reading stay as they are`].filter(Boolean);
  return named($(".slot", review), () =>
    ask(`Accept ${plural(fit.length, "fact")} as read?${rest.length ? ` (${rest.join("; ")})` : ""}`,
      `Accept ${fit.length}`, () => {
        for (const article of fit) set(idOf(article), verdictOn(article, "accept"));
        say(`${plural(fit.length, "fact")} accepted.`);
      }, currentTarget), currentTarget);
}

const isStale = (article) => {
  const decision = decisionOf(article);
  return Boolean(decision) && !isFresh(decision, article);
};

function save() {
  const file = {
    format: FORMAT, sha256: root.sha256, document: root.document,
    ...(state.signed && { signed: state.signed }), decisions: inPageOrder(state.decisions.values()),
  };
  const blob = new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: "application/json" });
  const name = (root.document || "case").replace(/[/\\]/g, "_");
  const link = make("a", { href: URL.createObjectURL(blob), download: `${name}.decisions.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  state.saved = true;
  touched = false;
  keep();
  render();
  say(`Saved ${plural(file.decisions.length, "decision")} as ${link.download}.`);
}

/** The decisions of a file, or an Error that says why they can't be taken. */
function checked(data) {
  const fail = (why) => {
    throw new Error(why);
  };
  if (data?.format !== FORMAT) fail(`This is no file of decisions (${FORMAT}).`);
  if (data.sha256 !== root.sha256) fail("These decisions were made for another text.");
  if (!Array.isArray(data.decisions)) fail("The file has no list of decisions.");
  const end = toPoint(narrative.length);
  const good = {
    fact: (value) => /^[\w-]+$/.test(value), kind: (value) => /^[\w-]+$/.test(value),
    spans: (value) => Array.isArray(value) && value.length && value.every(([from, to]) =>
      Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= end),
    verdict: (value) => ["accept", "reject", "correct", "add", "note"].includes(value),
    at: (value) => !Number.isNaN(Date.parse(value)), by: (value) => typeof value === "string",
  };
  data.decisions.forEach((decision, n) => {
    for (const [name, test] of Object.entries(good)) {
      if (!test(decision?.[name])) fail(`Decision ${n + 1} of the file has no usable “${name}”.`);
    }
  });
  return data.decisions;
}

/** Takes decisions over, of two on one fact the newer; how many of the given are older. */
function merge(decisions, undone = {}) {
  let older = 0;
  for (const decision of decisions) {
    const last = state.decisions.get(decision.fact)?.at ?? undone[decision.fact];
    if (last && Date.parse(last) > Date.parse(decision.at)) older += 1;
    else state.decisions.set(decision.fact, decision);
  }
  for (const decision of state.decisions.values()) {
    if (decision.verdict !== "add") continue;
    hideAdded(decision.fact);
    if (!articleOf(decision.fact)) showAdded(decision);
  }
  return older;
}

/** A signature holds for the decisions it was given with, and for no others. */
const holds = (signed, decisions) =>
  (signed && asText(decisions) === asText(state.decisions.values()) ? signed : null);

async function load({ target }) {
  const [file] = target.files;
  trouble.textContent = "";
  try {
    const data = JSON.parse(await file.text());
    const mine = [...state.decisions.values()];
    const older = merge(checked(data));
    state.signed = holds(data.signed, data.decisions) ?? holds(state.signed, mine);
    state.saved = asText(data.decisions) === asText(state.decisions.values());
    touched = !state.saved;
    keep();
    render();
    say(`Loaded ${plural(data.decisions.length, "decision")}`
      + `${older ? `; for ${older} yours is newer and was kept` : ""}.`);
  } catch (error) {
    trouble.textContent = error instanceof SyntaxError ? "This file is no JSON." : error.message;
  }
  target.value = "";
}

function clear({ currentTarget }) {
  const count = state.decisions.size;
  if (!count) return say("There are no decisions.");
  return ask(`Take back ${plural(count, "decision")}? A file saved before stays.`, "Take back", () => {
    for (const id of [...state.decisions.keys()]) {
      hideAdded(id);
      set(id, undefined);
    }
    say("All decisions were taken back.");
  }, currentTarget);
}

/** Writes everything into the browser's store; says it once where there is none. */
function keep() {
  const { by, signed, undone, saved } = state;
  const decisions = inPageOrder(state.decisions.values());
  try {
    localStorage.setItem(key, JSON.stringify({ by, signed, undone, saved, decisions }));
  } catch {
    trouble.textContent = "This browser keeps nothing: save the decisions before you close the page.";
  }
}

function restore() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key));
  } catch {
    kept = null;
  }
  const given = JSON.parse($("#given")?.textContent ?? "null");
  const mine = kept?.decisions ?? [];
  const theirs = given?.decisions ?? [];
  Object.assign(state, { by: kept?.by ?? "", undone: kept?.undone ?? {}, saved: kept?.saved ?? true });
  reviewer.value = state.by;
  merge(mine);
  merge(theirs, state.undone);
  state.signed = holds(kept?.signed, mine) ?? holds(given?.signed, theirs);
}

function startReview() {
  const file = make("input", { type: "file", accept: ".json,application/json", class: "sr", tabindex: "-1",
    "aria-label": "File of decisions", onchange: load });
  reviewer.addEventListener("change", () => setName(reviewer.value));
  review.append(make("h2", { class: "sr" }, "Review"), field("Reviewer", reviewer),
    make("p", { class: "progress" }),
    make("div", { class: "acts" }, button("Accept all undecided", "accept-all", acceptAll),
      button("Sign", "sign", sign), button("Save decisions", "save-file", save),
      button("Load decisions", "load", () => file.click()), file,
      button("Clear", "clear", clear), button("Keys", "keys", showKeys)),
    make("div", { class: "slot" }), told, trouble, make("p", { class: "gone" }));
}

function startAdder() {
  text.after(make("div", { class: "adder" },
    button("Add a fact", "add", () => openAdder()), make("div", { class: "slot" })));
  document.addEventListener("selectionchange", () => {
    // A click elsewhere takes the selection away, but not the wish.
    if (selected()) selection = selected();
    else if (text.contains(getSelection().anchorNode)) selection = null;
  });
}

addEventListener("hashchange", arrive);
addEventListener("beforeunload", (event) => {
  if (touched) event.preventDefault();
});
for (const article of articles()) equip(article);
startReview();
startAdder();
startFilters();
restore();
render();
arrive();
