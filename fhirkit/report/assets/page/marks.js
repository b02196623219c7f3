// Facts and their marks in the text.

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
