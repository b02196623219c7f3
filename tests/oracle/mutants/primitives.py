"""Values that have not the form of their primitive type, and odd ones that have."""

from __future__ import annotations

from collections.abc import Iterator

from oracle.mutants.model import Edit, ElementSite, Mutant, Raw

_DAYS = {
    "30 February": "2019-02-30",
    "29 February of a common year": "2019-02-29",
    "31 April": "2019-04-31",
    "month 13": "2019-13-01",
    "month 0": "2019-00-10",
    "day 0": "2019-01-00",
    "day 32": "2019-01-32",
    "year 0000": "0000-01-01",
    "three digits of a year": "201",
    "two digits of a year": "19-01-01",
    "five digits of a year": "12019-01-01",
    "slashes": "2019/06/01",
    "day first": "01-06-2019",
    "no leading zeros": "2019-6-1",
    "no hyphens": "20190601",
    "month's name": "2019-Jun-01",
    "words": "June 2019",
    "space before": " 2019-06-01",
    "space after": "2019-06-01 ",
    "line break after": "2019-06-01\n",
    "hyphen after": "2019-",
    "a range": "2019-06-01/2019-06-02",
    "a sign": "-2019-06-01",
    "digits of another script": "\u0662\u0660\u0661\u0669",
}
_TIMES = {
    "hour 25": "25:00:00",
    "hour 24": "24:00:00",
    "minute 60": "10:60:00",
    "second 61": "10:00:61",
    "no seconds": "10:00",
    "hour alone": "10",
    "one digit of an hour": "9:00:00",
    "fraction without digits": "10:00:00.",
    "comma in the fraction": "10:00:00,5",
    "am and pm": "10:00:00 AM",
}
_ZONES = {
    "zone with hour 25": "2019-06-01T10:00:00+25:00",
    "zone with hour 15": "2019-06-01T10:00:00+15:00",
    "zone without colon": "2019-06-01T10:00:00+0100",
    "zone with hour alone": "2019-06-01T10:00:00+01",
    "zone by name": "2019-06-01T10:00:00 CET",
    "zone in lower case": "2019-06-01T10:00:00z",
    "two zones": "2019-06-01T10:00:00Z+01:00",
    "no zone": "2019-06-01T10:00:00",
    "space for T": "2019-06-01 10:00:00Z",
    "t in lower case": "2019-06-01t10:00:00Z",
    "T without time": "2019-06-01T",
    "time without day": "2019-06T10:00:00Z",
}
_MOMENTS = _ZONES | {
    rule: f"2019-06-01T{value}Z" for rule, value in _TIMES.items() if "AM" not in value
}
_MOMENTS |= {
    "30 February with a time": "2019-02-30T10:00:00Z",
    "month 13 with a time": "2019-13-01T10:00:00Z",
}
_WHOLE = {
    "a fraction": Raw("1.5"),
    "a fraction of zero": Raw("1.0"),
    "2147483648": 2**31,
    "beyond 64 bits": 2**70,
    "an exponent": Raw("1e400"),
}
_URIS = {
    "a space": "http://example.org/a b",
    "a space before": " http://example.org/a",
    "a line break": "http://example.org/a\n",
    "a tab": "http://example.org/\ta",
}
BAD: dict[str, dict[str, object]] = {
    "date": {**_DAYS, "a time": "2019-06-01T10:00:00Z"},
    "dateTime": {**_DAYS, **_MOMENTS},
    "instant": {
        **_MOMENTS,
        "a year": "2019",
        "a month": "2019-06",
        "a day": "2019-06-01",
        "30 February": "2019-02-30T10:00:00Z",
    },
    "time": {**_TIMES, "zone": "10:00:00Z", "with T": "T10:00:00", "minus": "-10:00:00"},
    "integer": {**_WHOLE, "-2147483649": -(2**31) - 1},
    "unsignedInt": {**_WHOLE, "minus one": -1},
    "positiveInt": {**_WHOLE, "minus one": -1, "zero": 0},
    "decimal": {"string with a comma": "1,5", "string": "1.5", "string NaN": "NaN"},
    "uri": _URIS,
    "url": _URIS,
    "canonical": _URIS,
    "oid": {
        "no urn": "1.2.3",
        "root of 3": "urn:oid:3.2.3",
        "leading zero": "urn:oid:1.02.3",
        "dots": "urn:oid:1..3",
        "dot after": "urn:oid:1.2.",
        "letters": "urn:oid:1.2.a",
        "upper case": "URN:OID:1.2.3",
    },
    "uuid": {
        "no urn": "c757873d-ec9a-4326-a141-556f43239520",
        "upper case": "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
        "short": "urn:uuid:c757873d-ec9a-4326-a141-556f4323952",
        "letters": "urn:uuid:c757873d-ec9a-4326-a141-556f4323952g",
        "no hyphens": "urn:uuid:c757873dec9a4326a141556f43239520",
    },
    "id": {
        "65 characters": "a" * 65,
        "underscore": "a_b",
        "a space": "a b",
        "a slash": "a/b",
        "a letter with an accent": "\u00e9",
        "a hash": "#a",
    },
    "code": {
        "space before": " x",
        "space after": "x ",
        "line break after": "x\n",
        "spaces only": "  ",
    },
    "base64Binary": {
        "other characters": "%%%2@()()",
        "three characters": "AAA",
        "five characters": "AAAAA",
        "padding within": "AA==AAAA",
        "three of padding": "A===",
        "url alphabet": "AA-_",
        "words": "not base64!",
    },
}
_CONTROL = {"control character": "a\x01b", "vertical tab": "a\x0bb", "escape": "\x1b[0m"}
_LONG = "a" * (1024 * 1024 + 1)

GOOD: dict[str, dict[str, object]] = {
    "date": {"a year": "2019", "a month": "2019-06", "29 February": "2020-02-29", "9999": "9999"},
    "dateTime": {
        "a leap second": "2016-12-31T23:59:60Z",
        "the last zone": "2019-06-01T10:00:00+14:00",
        "minus zero": "2019-06-01T10:00:00-00:00",
        "digits of a second": "2019-06-01T10:00:00.123456789Z",
        "29 February of 2000": "2000-02-29",
        "year 1": "0001-01-01",
    },
    "instant": {"digits of a second": "2019-06-01T10:00:00.123+01:00"},
    "time": {"midnight": "00:00:00", "digits of a second": "23:59:59.999"},
    "decimal": {
        "an exponent": Raw("1.50e-3"),
        "zeros after the point": Raw("1.5000"),
        "many digits": Raw("0.12345678901234567890123"),
        "minus zero": Raw("-0"),
    },
    "string": {
        "other scripts": "\u6f22\u5b57 \u0627\u0644 \U0001f600",
        "a line break": "one\ntwo\ttabbed\r\nthree",
        "signs of markup": '<b>&amp; "quoted" \\ / </b>',
        "one character": "x",
        "a megabyte": "a" * (1024 * 1024),
    },
    "uri": {"urn": "urn:example:a", "a fragment": "http://example.org/a#b?c=%20d"},
    "id": {"64 characters": "A-z.0" + "9" * 59},
}


def faults(site: ElementSite) -> Iterator[Mutant]:
    """Every bad value of the element's type."""
    primitive = site.element.primitive
    if primitive is None or primitive.name == "xhtml":
        return
    steps = site.steps
    for rule, value in BAD.get(primitive.name, {}).items():
        name = f"{primitive.name}: {rule}"
        yield Mutant(name, "primitives", steps, (Edit(steps, value),))
    if primitive.name in ("string", "markdown"):
        for rule, value in _CONTROL.items():
            # "Strings SHOULD not contain Unicode character points below 32": a warning will do.
            yield Mutant(
                f"{primitive.name}: {rule}", "primitives", steps, (Edit(steps, value),), "any"
            )
        for rule, value in (("spaces only", "   "), ("line break only", "\n")):
            yield Mutant(
                f"{primitive.name}: {rule}", "primitives", steps, (Edit(steps, value),), "any"
            )
        if site.owner.resource_type:
            edit = Edit(steps, _LONG)
            yield Mutant(f"{primitive.name}: over a megabyte", "primitives", steps, (edit,))


def legal(site: ElementSite) -> Iterator[Mutant]:
    """Valid: odd values of the element's type, where nothing else depends on its value."""
    primitive = site.element.primitive
    if primitive is None or site.owner.group.path in _JUDGED or site.element.bound_to:
        return
    if primitive.name in ("uri", "id") or site.element.name in _TOLD:
        return
    if any(step in _COMPARED for step in site.steps):
        return
    for rule, value in GOOD.get(primitive.name, {}).items():
        edit = Edit(site.steps, value)
        yield Mutant(f"{primitive.name}: {rule}", "primitives", site.steps, (edit,), "none")


_JUDGED = (
    "Period",
    "Coding",
    "Reference",
    "Bundle.entry.request",
    "Range",
    "Attachment",
    "Meta",
    "Age",
)
"""Types in which other rules compare or read the values."""
_COMPARED = ("low", "high", "identifier", "whenPrepared", "whenHandedOver", "snapshot", "max")
_TOLD = ("valueCode", "display", "birthDate", "deceasedDateTime")
