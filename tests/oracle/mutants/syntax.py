"""JSON that is none, or none for FHIR: changes of the text itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from oracle.mutants.model import Edit, Mutant, Node, Pairs, Raw


def of_text(root: Node) -> Iterator[Mutant]:
    """Every fault of the text as a whole."""
    for rule, rewrite in _REWRITES.items():
        yield Mutant(f"JSON: {rule}", "syntax", (), rewrite=rewrite)
    for rule, text in _OTHERS.items():
        yield Mutant(f"JSON: {rule}", "syntax", (), (Edit((), Raw(text)),))
    yield from _numbers(root)
    name = next((key for key in root if key != "resourceType"), None)
    if name:
        twice = Pairs((*root.items(), (name, root[name])))
        yield Mutant("JSON: a name twice", "syntax", (name,), (Edit((), twice),))
    again = Pairs((*root.items(), ("resourceType", root["resourceType"])))
    yield Mutant("JSON: resourceType twice", "syntax", ("resourceType",), (Edit((), again),))


def _numbers(root: Node) -> Iterator[Mutant]:
    place = ("implicitRules",)
    for rule, text in {
        "NaN": "NaN",
        "Infinity": "-Infinity",
        "a plus sign": "+1",
        "a leading zero": "01",
        "no digit before the point": ".5",
        "no digit after the point": "5.",
        "hexadecimal": "0x10",
        "single quotes": "'x'",
        "no quotes": "x",
        "a tab in a string": '"a\tb"',
        "an unknown escape": '"\\x41"',
        "half of a pair of surrogates": '"\\ud800"',
        "True": "True",
        "undefined": "undefined",
    }.items():
        yield Mutant(f"JSON: {rule}", "syntax", place, (Edit(place, Raw(text)),))


_REWRITES: dict[str, Callable[[str], str]] = {
    "cut off": lambda text: text[: len(text) * 2 // 3],
    "the last brace missing": lambda text: text[:-1],
    "a brace too many": lambda text: f"{text}}}",
    "text after it": lambda text: f"{text} x",
    "two documents": lambda text: text + text,
    "an array": lambda text: f"[{text}]",
    "a comment": lambda text: f"/* x */{text}",
    "a comment to the end of a line": lambda text: f"// x\n{text}",
    "a comma after the last": lambda text: f"{text[:-1]},}}",
    "two commas": lambda text: text.replace(",", ",,", 1),
    "no comma": lambda text: text.replace(",", " ", 1),
    "no colon": lambda text: text.replace(":", " ", 1),
    "semicolon": lambda text: text.replace(",", ";", 1),
    "a name without quotes": lambda text: text.replace('"resourceType"', "resourceType", 1),
    "another bracket": lambda text: f"{text[:-1]}]",
}


_OTHERS = {
    "empty": "",
    "white space": " \n ",
    "null": "null",
    "a string": '"Patient"',
    "XML": '<Patient xmlns="http://hl7.org/fhir"/>',
}


def legal(root: Node) -> Iterator[Mutant]:
    """Valid: the same in another dress."""
    rewrites: dict[str, Callable[[str], str]] = {
        "white space about it": lambda text: f" \n\t{text}\r\n ",
        "escapes": lambda text: text.replace("/", "\\/"),
        "escaped names": lambda text: text.replace('"resourceType"', '"\\u0072esourceType"'),
    }
    for rule, rewrite in rewrites.items():
        yield Mutant(f"JSON: {rule}", "syntax", (), severity="none", rewrite=rewrite)
