// The text and its offsets.
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
