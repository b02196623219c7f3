// Adding what was missed.

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
