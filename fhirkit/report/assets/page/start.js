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
