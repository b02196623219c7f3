// The filter.

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
