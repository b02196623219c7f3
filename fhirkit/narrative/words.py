"""Words of a text, folded so that spellings of one word compare equal."""

from __future__ import annotations

import re
import unicodedata

# A number with its decimals is one word, so is "CD4" or "1a"; hyphens and apostrophes are
# no words, so that "relapsing-remitting" and "relapsing remitting" are the same two.
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+|[^\s\w\-‐‑–—'’`]")

_GREEK = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "κ": "kappa", "λ": "lambda", "δ": "delta"}
)
_SPELLING = (
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"leuco"), "leuko"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"(?<=[a-z]{2})our(?=s?$|ed$|ing$)"), "or"),
    (re.compile(r"(?<=[a-z]{3})is(?=e[ds]?$|ing$|ations?$)"), "iz"),
    (re.compile(r"(?<=[a-z]{2})lys(?=e[ds]?$|ing$)"), "lyz"),
    (re.compile(r"(?<=[a-z])tre(?=s?$)"), "ter"),
)
# "metastases", "analyses", "prostheses", "stenoses": Greek words in -is; "cases" is none.
_PLURAL_IS = re.compile(r"(?:stas|ys|(?<=[a-z]{2})es|(?<=[a-z]{4})(?<!p)(?<!d)(?<!cl)os)es$")

_CACHE_LIMIT = 200_000
_folded: dict[str, str] = {}


def fold(word: str) -> str:
    """``word`` in lower case, without accents, American spelling, singular.

    The result only serves comparison: it need not be a word. Greek letters become their
    names, "anaemias" and "anemia" become one.
    """
    known = _folded.get(word)
    if known is None:
        if len(_folded) > _CACHE_LIMIT:
            _folded.clear()
        known = _folded[word] = _fold(word)
    return known


def fold_all(words: list[str]) -> list[str]:
    """Each of ``words`` folded; the known ones cost a look-up."""
    known = _folded.get
    return [known(w) or fold(w) for w in words]


def _fold(word: str) -> str:
    text = word.lower().translate(_GREEK)
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        # An accent that stands alone is its own word: none is empty.
        text = "".join(c for c in plain if not unicodedata.combining(c)) or word
    if len(text) > 3 and text[0].isalpha():
        for pattern, replacement in _SPELLING:
            text = pattern.sub(replacement, text)
        text = _singular(text)
    return text


def _singular(text: str) -> str:
    if len(text) <= 3 or not text.endswith("s") or text.endswith(("ss", "us", "is")):
        return text
    if text.endswith("ies") and len(text) > 4:
        return text[:-3] + "y"
    if _PLURAL_IS.search(text):
        return text[:-2] + "is"
    if text.endswith(("sses", "shes", "xes")) or (
        text.endswith("ches") and not text.endswith("aches")
    ):
        return text[:-2]
    return text[:-1]


def fold_phrase(phrase: str) -> tuple[str, ...]:
    """The folded words of a phrase, as the matcher compares them."""
    return tuple(fold(w) for w in WORD.findall(without_possessive(phrase)))


_POSSESSIVE = re.compile(r"['’]s\b")


def without_possessive(text: str) -> str:
    """``text`` with each possessive 's blanked; its length does not change."""
    if "'" not in text and "’" not in text:
        return text
    return _POSSESSIVE.sub("  ", text)
