// The index of many cases: sorts and filters its table, and counts in what was decided since in
// this browser. Texts of cases only ever become text.
"use strict";

const find = (id) => document.getElementById(id);
const table = find("cases");
const body = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells];
const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const COLUMN = { suspects: 2, seriousness: 4, facts: 6, open: 7, reviewers: 8, findings: 9 };
const DECIDED = new Set(["accept", "reject", "correct"]);
const DIGITS = 4;

const textOf = (row, name) => row.cells[COLUMN[name]].textContent;
const rows = [...body.rows].map((row) => ({
  row,
  suspects: [...row.cells[COLUMN.suspects].querySelectorAll("b")].map((name) => name.textContent),
  criteria: textOf(row, "seriousness").split(", ").filter(Boolean),
  findings: textOf(row, "findings") !== "none",
  open: Number(textOf(row, "open")),
  given: Number(textOf(row, "open")),
  kept: null,
  words: row.textContent.toLowerCase(),
}));

function build(tag, content, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  made.textContent = content;
  return made;
}

// Filters.

const shows = {
  words: (case_, value) => value.toLowerCase().split(/\s+/).every((word) => case_.words.includes(word)),
  suspect: (case_, value) => case_.suspects.includes(value),
  criterion: (case_, value) => (value === "serious"
    ? case_.criteria.some((one) => one !== "non-serious") : case_.criteria.includes(value)),
  unreviewed: (case_) => case_.open > 0,
  findings: (case_) => case_.findings,
};

let order = "";

function filter() {
  const asked = Object.keys(shows).map((id) => [shows[id], find(id)])
    .map(([test, { type, checked, value }]) => [test, type === "checkbox" ? checked : value.trim()])
    .filter(([, value]) => value);
  let shown = 0;
  for (const case_ of rows) {
    const isShown = asked.every(([test, value]) => test(case_, value));
    shown += isShown;
    if (case_.row.hidden === isShown) case_.row.hidden = !isShown;
  }
  find("shown").textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} `
    + `${rows.length === 1 ? "case" : "cases"} shown${order}.`;
}

function options(id, names) {
  const distinct = [...new Set(names)].sort(words.compare);
  find(id).append(...distinct.map((name) => build("option", name, { value: name })));
}

// Sorting.

function keyOf(row, column, isNumber) {
  const cell = row.cells[column];
  const key = cell.dataset.v ?? cell.textContent.trim();
  return isNumber && key !== "" ? Number.parseFloat(key) : key;
}

function sort(column) {
  const head = heads[column];
  const down = head.getAttribute("aria-sort") === "ascending";
  const isNumber = head.dataset.kind === "n";
  const compare = isNumber ? (one, other) => one - other : words.compare;
  // Cases that say nothing stand last, whichever way.
  const keyed = rows.map((case_) => ({ case_, key: keyOf(case_.row, column, isNumber) }));
  const told = keyed.filter(({ key }) => key !== "");
  told.sort((one, other) => (down ? compare(other.key, one.key) : compare(one.key, other.key)));
  const sorted = [...told, ...keyed.filter(({ key }) => key === "")].map(({ case_ }) => case_);
  const piece = document.createDocumentFragment();
  piece.append(...sorted.map(({ row }) => row));
  body.append(piece);
  rows.splice(0, rows.length, ...sorted);
  heads.forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  order = `, sorted by ${head.textContent}, ${down ? "descending" : "ascending"}`;
  filter();
}

// What the browser kept on the pages of the cases.

function digitsOf({ dataset }) {
  const all = dataset.seen;
  return new Set(Array.from({ length: all.length / DIGITS }, (_, i) => all.slice(i * DIGITS, (i + 1) * DIGITS)));
}

function keptOn(row) {
  try {
    return localStorage.getItem(`fhirkit:${row.dataset.sha256}`);
  } catch {
    return null;
  }
}

function parsed(kept) {
  try {
    const { decisions, signed } = JSON.parse(kept);
    return Array.isArray(decisions) ? { decisions: decisions.filter(Boolean), signed } : null;
  } catch {
    return null;
  }
}

function countIn(case_) {
  const kept = keptOn(case_.row);
  if (kept === case_.kept) return false;
  case_.kept = kept;
  const found = parsed(kept);
  if (!found) return false;
  const digits = digitsOf(case_.row);
  const decided = new Set(found.decisions
    .filter(({ verdict, seen }) => DECIDED.has(verdict) && digits.has(String(seen).slice(0, DIGITS)))
    .map(({ fact }) => fact));
  const open = Math.max(0, Number.parseInt(textOf(case_.row, "facts"), 10) - decided.size);
  // A file that came with the page may know more than this browser.
  if (open > case_.given || (!decided.size && !found.signed)) return false;
  const names = found.signed ? [found.signed.by] : [...new Set(found.decisions.map(({ by }) => by))];
  const told = names.filter((name) => typeof name === "string" && name).join(", ");
  case_.open = open;
  case_.row.cells[COLUMN.open].textContent = String(open);
  case_.row.cells[COLUMN.reviewers].textContent = told && !found.signed ? `${told} (not signed)` : told;
  case_.words = case_.row.textContent.toLowerCase();
  return true;
}

function refresh() {
  const changed = rows.map(countIn).some(Boolean);
  if (changed) {
    find("here").hidden = false;
    filter();
  }
}

// Rows laid out as grids would be no rows to some screen readers.
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, td, th")]) {
  const role = part.scope === "col" ? "columnheader" : part.scope === "row" ? "rowheader" : ROLES[part.tagName];
  part.setAttribute("role", role);
}
heads.forEach((head, column) => {
  const button = build("button", head.textContent, { type: "button" });
  button.addEventListener("click", () => sort(column));
  head.replaceChildren(button);
});
options("suspect", rows.flatMap(({ suspects }) => suspects));
options("criterion", rows.flatMap(({ criteria }) => criteria));
const form = find("filters");
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
// The fields are empty only after the event.
form.addEventListener("reset", () => setTimeout(filter));
form.hidden = false;
filter();
refresh();
addEventListener("focus", refresh);
addEventListener("pageshow", refresh);
addEventListener("storage", refresh);
