// What is shown of decisions.

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
