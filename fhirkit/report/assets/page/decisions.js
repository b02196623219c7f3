// Decisions.

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
