from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.issues import Severity
from fhirkit.validate.positions import positions
from fhirkit.validate.syntax import MAX_BYTES, Parsed, parse, too_deep
from json_tree import walk


def _names(parsed: Parsed) -> list[tuple[str, object]]:
    return [(finding.rule.key, finding.name) for finding in parsed.findings.made]


@pytest.mark.parametrize(
    ("data", "key", "line", "column"),
    [
        pytest.param(b"", "json-empty", 1, 1, id="empty"),
        pytest.param(b" \n\t", "json-empty", 1, 1, id="white-space"),
        pytest.param(b"\xef\xbb\xbf", "json-empty", 1, 1, id="mark-only"),
        pytest.param(b'{"a":\n "\xe4"}', "json-utf8", 2, 3, id="latin-1"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', "json-utf8", 1, 8, id="surrogate-bytes"),
        pytest.param('{"a": 1}'.encode("utf-16"), "json-utf8", 1, 1, id="utf-16"),
        pytest.param('{"a": 1}'.encode("utf-16-be"), "json-utf8", 1, 1, id="utf-16-unmarked"),
        pytest.param('{"a": 1}'.encode("utf-32"), "json-utf8", 1, 1, id="utf-32"),
        pytest.param('{"a": 1}'.encode("utf-32-le"), "json-utf8", 1, 1, id="utf-32-unmarked"),
        pytest.param(b"plain words", "json-syntax", 1, 1, id="text"),
        pytest.param(b"\x00\x01\x02\x03\x04", "json-syntax", 1, 1, id="binary"),
        pytest.param(b'\n <Patient xmlns="x"/>', "json-syntax", 2, 2, id="xml"),
        pytest.param(b'{"a": 1 "b": 2}', "json-syntax", 1, 9, id="missing-comma"),
        pytest.param(b'{"a" 1}', "json-syntax", 1, 6, id="missing-colon"),
        pytest.param(b'{"a": 1} // so', "json-syntax", 1, 10, id="comment-after"),
        pytest.param(b'{"a": 1}{"b": 2}', "json-syntax", 1, 9, id="second-document"),
        pytest.param(b'{"a": 1}\x1a', "json-syntax", 1, 9, id="trailing-control-z"),
        pytest.param(b'{"a": \x001}', "json-syntax", 1, 7, id="nul"),
        pytest.param(b'{"a": "\x00"}', "json-syntax", 1, 8, id="nul-in-a-string"),
        pytest.param(b'{"a": "x', "json-syntax", 1, 7, id="string-without-end"),
        pytest.param(b'{"a": [1, 2', "json-syntax", 1, 12, id="cut-off"),
        pytest.param(b'{"a": ' + b"[" * 100_000, "json-depth", 1, 206, id="deep-arrays"),
        pytest.param(b'{"a": ' * 100_000, "json-depth", 1, 1201, id="deep-objects"),
        pytest.param(b'{"b": "%s", "a": %s}' % ((b"7" * 5000,) * 2), "json-number", 1, 5016, id="long"),
        pytest.param(b'{"a": -1e-99999999999999999999}', "json-number", 1, 7, id="exponent"),
        pytest.param(b'{"a": 1e999999999}', "json-number", 1, 7, id="billion-zeros"),
        pytest.param(b'{"a": 0.%s}' % (b"7" * 5000), "json-number", 1, 7, id="endless-decimal"),
        pytest.param(b'{"a": "NaN", "b": NaN}', "json-syntax", 1, 19, id="nan"),
        pytest.param(b'{"a": Infinity}', "json-syntax", 1, 7, id="infinity"),
        pytest.param(b'{"a": [\n-Infinity]}', "json-syntax", 2, 1, id="minus-infinity"),
        pytest.param(b"[]", "json-object", 1, 1, id="array"),
        pytest.param(b"[" * 100_000, "json-object", 1, 1, id="deep-array"),
        pytest.param(b' "Patient"', "json-object", 1, 2, id="string"),
        pytest.param(b"null", "json-object", 1, 1, id="null"),
        pytest.param(b"-1.5", "json-object", 1, 1, id="number"),
        pytest.param(b" " * (MAX_BYTES + 1), "json-size", None, None, id="too-large"),
    ],
)  # fmt: skip
def test_unreadable_input_is_one_fatal_issue(
    data: bytes, key: str, line: int | None, column: int | None
) -> None:
    """What is no JSON object is told once, at its place if there is one."""
    parsed = parse(data)
    issue = parsed.fatal
    assert issue is not None
    assert (parsed.resource, parsed.findings.made) == (None, [])
    assert (issue.severity, issue.key) == (Severity.FATAL, key)
    assert (issue.line, issue.column) == (line, column)


def test_a_break_names_the_element_it_is_in() -> None:
    """As far as the document could be read, its elements have names."""
    issue = parse('{"resourceType":"Bundle","entry":[{},{"resource":{"name":[{"use":#').fatal
    assert issue is not None
    assert issue.expression == "Bundle.entry[1].resource.name[0].use"


def test_a_name_that_may_be_text_is_not_repeated() -> None:
    """Where quotes are missing, a patient's letter stands where names should."""
    issue = parse('{"Anna Muster, born in 1980": #').fatal
    assert issue is not None
    assert issue.expression is None
    assert "Anna" not in str(issue.to_dict())


@pytest.mark.parametrize("text", ["Anna Muster", '{"a": "Anna', '{"a": Anna}', "{Anna"], ids=repr)
def test_no_message_repeats_the_input(text: str) -> None:
    """What cannot be parsed may be a patient's letter."""
    issue = parse(text).fatal
    assert issue is not None
    assert "Anna" not in str(issue.to_dict())


def test_a_duplicate_name_is_found_in_its_object() -> None:
    """JSON parsers keep one of two values without a word; reading goes on with the last."""
    text = '{"resourceType":"Patient","contact":[{"gender":"male","gender":"female"}]}'
    parsed = parse(text)
    (finding,) = parsed.findings.made
    assert parsed.resource is not None
    assert finding.owner is parsed.resource["contact"][0]
    assert (finding.rule.key, finding.name) == ("json-duplicate", "gender")
    assert finding.severity is Severity.ERROR
    assert parsed.resource["contact"][0]["gender"] == "female"
    steps = ("contact", 0, "gender")
    assert positions(text, [steps])[steps] == (1, text.rindex('"gender"') + 1)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param('{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]}', [], id="two-objects"),
        pytest.param('{"a": 1, "A": 1, "_a": 1}', [], id="other-names"),
        pytest.param('{"a": "\\"a\\": 1, \\"a\\": 1"}', [], id="in-a-string"),
        pytest.param('{"a": 1, "a": 1, "a": 1}', ["a"], id="three-times-is-one-defect"),
        pytest.param('{"a": 1, "b": 1, "b": 2, "a": 2}', ["b", "a"], id="two-names"),
        pytest.param('{"a": 1, "\\u0061": 1}', ["a"], id="escaped"),
        pytest.param('{"": 1, "": 1}', [""], id="empty-name"),
        pytest.param('{"a": {"b": 1, "b": 2}, "a": {"b": 1}}', ["a"], id="in-what-was-replaced"),
        pytest.param('{"a": 1, "a": {"b": 1, "b": 1}}', ["a", "b"], id="outer-first"),
    ],
)
def test_duplicates_are_names_of_one_object(text: str, names: list[str]) -> None:
    """Each name is told once, in the order of the text, where it is part of the tree."""
    assert _names(parse(text)) == [("json-duplicate", name) for name in names]


@pytest.mark.parametrize(
    ("digits", "kept"),
    [
        pytest.param("0.8500", "0.8500", id="zeros-at-the-end"),
        pytest.param("1e400", "1E+400", id="beyond-a-float"),
        pytest.param("-0.0", "-0.0", id="minus-zero"),
        pytest.param("0.1000000000000000055511151231257827", None, id="more-than-a-float-holds"),
    ],
)
def test_decimals_keep_their_digits(digits: str, kept: str | None) -> None:
    """0.8500 is another statement than 0.85."""
    resource = parse(f'{{"value": {digits}}}').resource
    assert resource is not None
    assert isinstance(resource["value"], Decimal)
    assert str(resource["value"]) == (kept or digits)


def test_integers_stay_integers() -> None:
    """An integer as long as Python reads is read."""
    parsed = parse('{"a": %s, "b": -0}' % ("7" * 4_300))
    assert parsed.fatal is None
    assert parsed.resource == {"a": int("7" * 4_300), "b": 0}


@pytest.mark.parametrize("data", [b'\xef\xbb\xbf{"a": 1}', '\ufeff{"a": 1}'], ids=["bytes", "text"])
def test_a_byte_order_mark_is_passed_over(data: bytes | str) -> None:
    """A file saved by a Windows editor is as good as any; the mark is no column."""
    assert parse(data).resource == {"a": 1}
    assert parse(data).text == '{"a": 1}'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param('{"a": ["x", "\\ud800"]}', 1, id="first-half"),
        pytest.param('{"a": ["\\uDFFF x"]}', 0, id="second-half"),
        pytest.param('{"a": ["\\udc00\\ud800"]}', 0, id="wrong-order"),
        pytest.param('{"a": ["\ud800"]}', 0, id="as-it-is"),
        pytest.param('{"\\ud800": 1}', "\ufffd", id="in-a-name"),
    ],
)
def test_half_a_surrogate_pair_is_found(text: str, name: str | int) -> None:
    """It cannot be sent as UTF-8, nor printed: the tree has U+FFFD in its place."""
    parsed = parse(text)
    assert _names(parsed) == [("json-surrogate", name)]
    json.dumps(parsed.resource, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a": "\\ud83d\\ude00"}', id="pair"),
        pytest.param('{"a": "\\\\ud800"}', id="backslash"),
        pytest.param('{"a": "é 😀"}', id="characters"),
        pytest.param('{"a": "\\u0000"}', id="other-escape"),
    ],
)
def test_whole_characters_are_no_surrogates(text: str) -> None:
    """A pair of escapes is how JSON writes most emoji."""
    assert parse(text).findings.made == []


def test_the_depth_limit_is_placed_where_the_document_passes_it() -> None:
    """A layer that runs out of stack has the same words and the same place."""
    text = '{"x": "[[[[",\n"a": ' + "[" * 300
    issue = too_deep(text)
    assert (issue.key, issue.line, issue.column) == ("json-depth", 2, 6 + 199)
    assert too_deep('{"a": 1}').line is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=25,
)


@given(value=st.dictionaries(st.text(max_size=4), JSON), spaces=st.sampled_from([None, 1, "\t"]))
def test_good_json_is_read_as_json_reads_it(value: object, spaces: int | str | None) -> None:
    """What is JSON has no finding, and the tree is the one everybody else sees."""
    for ascii_only in (True, False):
        text = json.dumps(value, indent=spaces, ensure_ascii=ascii_only)
        assert parse(text) == Parsed(value, text)  # type: ignore[arg-type]
        assert parse(text.encode()) == parse(text)


@given(
    st.binary(max_size=80)
    | st.text(st.sampled_from("{}[]\",:\\u1dAe+-.0 \n\ud800tN/*'"), max_size=60)
    | st.text(max_size=30).map(lambda text: f'{{"a": {text}')
)
def test_nothing_raises(data: bytes | str) -> None:
    """Whatever the bytes: a tree, or one issue with a line that the text has."""
    parsed = parse(data)
    if parsed.fatal is None:
        assert isinstance(parsed.resource, dict)
        nodes = [id(node) for _, node in walk(parsed.resource) if isinstance(node, dict | list)]
        assert {id(finding.owner) for finding in parsed.findings.made} <= set(nodes)
    else:
        assert parsed.resource is None
        assert parsed.fatal.line is not None
        assert parsed.fatal.line <= str(data).count("\\n") + str(data).count("\n") + 1


@given(data=st.data())
def test_cut_documents_are_placed_at_their_end(data: st.DataObject) -> None:
    """A download that broke off is told as such, at its last line or the string that it cut."""
    text = json.dumps({"resourceType": "Patient", "name": [{"given": ["Ann"]}]}, indent=1)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    issue = parse(cut).fatal
    assert issue is not None
    assert issue.line == cut.count("\n") + 1 or "does not end" in issue.message
