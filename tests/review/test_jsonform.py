"""The file of decisions: what it may hold, and where it is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deciding import AT, BY, addition, correction, decisions_on, file_of, on
from fhirkit.errors import InputError
from fhirkit.facts.model import Certainty, Code, Whose
from fhirkit.review.decisions import Signature, Verdict
from fhirkit.review.jsonform import read_decisions, write_decisions
from rich_case import CASE

CODE = {"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}
ALL = [
    on(CASE, "alemtuzumab", "accept"),
    on(CASE, "lupus", "reject", note="of the mother"),
    correction(CASE, "hb", value="<=7.10", unit="g/L", code=CODE, certainty="suspected", whose="family"),
    addition(CASE, "adverse-event", "headache", suspects=["alemtuzumab"]),
    on(CASE, "mri", "note", note="which sequence?"),
]  # fmt: skip


def test_a_file_comes_back() -> None:
    """Written again it is what was read."""
    data = file_of(CASE.text, ALL, document="case.txt", signed={"by": BY, "at": AT})
    assert write_decisions(read_decisions(data)) == json.loads(data)


def test_what_stands_in_a_file() -> None:
    """Verdicts, changes and the signature are values of their own."""
    read = read_decisions(file_of(CASE.text, ALL, signed={"by": BY, "at": AT}))
    assert read.signed == Signature(BY, AT)
    assert [decision.verdict for decision in read.decisions] == list(Verdict)
    changes = read.decisions[2].changes
    assert (changes.comparator, changes.value, changes.unit) == ("<=", "7.10", "g/L")
    assert changes.code == Code("http://loinc.org", "718-7", "Hemoglobin")
    assert (changes.certainty, changes.whose) == (Certainty.SUSPECTED, Whose.FAMILY)


def test_nobody_need_have_signed() -> None:
    """An absent signature and one that is null are the same."""
    assert decisions_on(CASE).signed is None
    assert read_decisions(file_of(CASE.text, [], signed=None)).signed is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{", "not JSON", id="cut off"),
        pytest.param(b"\xff{}", "not JSON", id="no-utf-8"),
        pytest.param(b"[" * 100_000, "not JSON", id="too deep"),
        pytest.param(b"[]", "the document must be an object", id="list"),
        pytest.param(b"null", "the document must be an object", id="null"),
        pytest.param(b"{}", "format must be", id="no-format"),
    ],
)
def test_what_is_no_file_of_decisions(data: bytes, said: str) -> None:
    """One error that says so."""
    with pytest.raises(InputError, match=said):
        read_decisions(data)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"format": "fhirkit-decisions/2"}, "format", id="other-version"),
        pytest.param({"format": "fhirkit-facts/1"}, "format", id="other-form"),
        pytest.param({"sha256": "ABC"}, "sha256", id="no-digest"),
        pytest.param({"sha256": None}, "sha256", id="null-digest"),
        pytest.param({"document": 1}, "document", id="document-a-number"),
        pytest.param({"signed": {}}, "signed.by", id="signed-by-nobody"),
        pytest.param({"signed": {"by": BY}}, "signed.at", id="signed-at-no-time"),
        pytest.param({"signed": "yes"}, "signed", id="signed-yes"),
        pytest.param({"signed": {"by": BY, "at": AT, "key": "x"}}, "signed.key", id="signed-key"),
        pytest.param({"decisions": {}}, "decisions", id="no-list"),
        pytest.param({"decisions": None}, "decisions", id="null"),
        pytest.param({"decisions": [1]}, "decisions[0]", id="no-decision"),
        pytest.param({"mood": "good"}, "mood", id="unknown"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(changes: dict[str, Any], place: str) -> None:
    """Whatever is wrong around the decisions."""
    with pytest.raises(InputError) as caught:
        read_decisions(file_of(CASE.text, [], **changes))
    assert str(caught.value).startswith(f"decisions: {place} ")


HB = correction(CASE, "hb", value="7.1")
NEW = addition(CASE, "symptom", "headache")


@pytest.mark.parametrize(
    ("made", "changes", "place"),
    [
        pytest.param(HB, {"fact": "a fact"}, "fact", id="no-id"),
        pytest.param(HB, {"fact": None}, "fact", id="null-id"),
        pytest.param(HB, {"kind": "value"}, "kind", id="unknown-kind"),
        pytest.param(HB, {"kind": ["symptom"]}, "kind", id="kind-a-list"),
        pytest.param(HB, {"verdict": "maybe"}, "verdict", id="unknown-verdict"),
        pytest.param(HB, {"verdict": None}, "verdict", id="no-verdict"),
        pytest.param(HB, {"verdict": ["accept"]}, "verdict", id="verdict-a-list"),
        pytest.param(HB, {"spans": []}, "spans", id="no-span"),
        pytest.param(HB, {"spans": [1, 2]}, "spans[0]", id="flat-span"),
        pytest.param(HB, {"spans": [[1, 2, 3]]}, "spans[0]", id="three-numbers"),
        pytest.param(HB, {"spans": [[-1, 2]]}, "spans[0][0]", id="before-the-text"),
        pytest.param(HB, {"spans": [[2, 2]]}, "spans[0][1]", id="empty-span"),
        pytest.param(HB, {"spans": [[1.0, 2]]}, "spans[0][0]", id="fraction"),
        pytest.param(HB, {"spans": [[True, 2]]}, "spans[0][0]", id="true"),
        pytest.param(HB, {"spans": "1-2"}, "spans", id="span-in-words"),
        pytest.param(HB, {"seen": None}, "seen", id="not-seen"),
        pytest.param(HB, {"seen": "0123"}, "seen", id="seen-too-short"),
        pytest.param(HB, {"by": None}, "by", id="by-nobody"),
        pytest.param(HB, {"by": "  "}, "by", id="by-blanks"),
        pytest.param(HB, {"by": "A\x00"}, "by", id="by-control-characters"),
        pytest.param(HB, {"by": "A" * 201}, "by", id="by-too-long"),
        pytest.param(HB, {"at": None}, "at", id="at-no-time"),
        pytest.param(HB, {"at": "2026-11-23"}, "at", id="at-a-day"),
        pytest.param(HB, {"at": "2026-11-23T10:00:00"}, "at", id="at-no-zone"),
        pytest.param(HB, {"at": "2026-02-30T10:00:00Z"}, "at", id="at-no-such-day"),
        pytest.param(HB, {"at": "0000-01-01T10:00:00Z"}, "at", id="at-year-0"),
        pytest.param(HB, {"at": 1763888400}, "at", id="at-a-number"),
        pytest.param(HB, {"note": ""}, "note", id="empty-note"),
        pytest.param(HB, {"note": ["a"]}, "note", id="note-a-list"),
        pytest.param(HB, {"patient": 0}, "patient", id="patient-0"),
        pytest.param(HB, {"patient": "1"}, "patient", id="patient-a-string"),
        pytest.param(HB, {"mood": "good"}, "mood", id="unknown-member"),
        pytest.param(HB, {"changes": None}, "changes", id="corrected-to-nothing"),
        pytest.param(HB, {"changes": {}}, "changes", id="corrected-nothing"),
        pytest.param(HB, {"changes": []}, "changes", id="changes-a-list"),
        pytest.param(HB, {"verdict": "accept"}, "changes", id="accepted-with-changes"),
        pytest.param(HB, {"verdict": "note"}, "changes", id="note-with-changes"),
        pytest.param(HB, {"changes": {"dose": "1"}}, "changes.dose", id="unknown-change"),
        pytest.param(HB, {"changes": {"suspects": ["a"]}}, "changes.suspects", id="suspects"),
        pytest.param(HB, {"changes": {"value": 7.1}}, "changes.value", id="value-a-number"),
        pytest.param(HB, {"changes": {"value": ""}}, "changes.value", id="empty-value"),
        pytest.param(HB, {"changes": {"value": "7,1"}}, "changes.value", id="comma"),
        pytest.param(HB, {"changes": {"value": "1e3"}}, "changes.value", id="exponent"),
        pytest.param(HB, {"changes": {"value": "٧"}}, "changes.value", id="other-digits"),
        pytest.param(HB, {"changes": {"value": "=7"}}, "changes.value", id="other-bound"),
        pytest.param(HB, {"changes": {"value": "1" * 16}}, "changes.value", id="too-many-digits"),
        pytest.param(HB, {"changes": {"unit": 1}}, "changes.unit", id="unit-a-number"),
        pytest.param(HB, {"changes": {"unit": " "}}, "changes.unit", id="blank-unit"),
        pytest.param(HB, {"changes": {"code": "718-7"}}, "changes.code", id="code-a-string"),
        pytest.param(HB, {"changes": {"code": {}}}, "changes.code.system", id="no-system"),
        pytest.param(
            HB, {"changes": {"code": CODE | {"system": "LOINC"}}}, "changes.code.system", id="no-uri"
        ),
        pytest.param(
            HB, {"changes": {"code": CODE | {"code": " "}}}, "changes.code.code", id="blank-code"
        ),
        pytest.param(
            HB, {"changes": {"code": CODE | {"code": "a\ud800"}}}, "changes.code.code", id="half-a-pair"
        ),
        pytest.param(
            HB, {"changes": {"code": CODE | {"version": "1"}}}, "changes.code.version", id="version"
        ),
        pytest.param(HB, {"changes": {"certainty": "sure"}}, "changes.certainty", id="certainty"),
        pytest.param(HB, {"changes": {"whose": "mine"}}, "changes.whose", id="whose"),
        pytest.param(NEW, {"kind": "patient"}, "kind", id="patient-added"),
        pytest.param(NEW, {"kind": "encounter"}, "kind", id="encounter-added"),
        pytest.param(NEW, {"spans": [[1, 2], [3, 4]]}, "spans", id="two-places-added"),
        pytest.param(NEW, {"fact": "fever"}, "fact", id="added-under-another-id"),
        pytest.param(NEW, {"patient": 2}, "fact", id="added-for-another-patient"),
        pytest.param(NEW, {"changes": {"suspects": ["a"]}}, "changes.suspects", id="of-a-symptom"),
        pytest.param(
            NEW, {"changes": {"suspects": ["a b"]}}, "changes.suspects[0]", id="suspect-no-id"
        ),
        pytest.param(NEW, {"changes": {"suspects": "a"}}, "changes.suspects", id="suspects-no-list"),
    ],
)  # fmt: skip
def test_a_wrong_decision_is_refused_with_its_place(
    made: dict[str, Any], changes: dict[str, Any], place: str
) -> None:
    """One error, which names the first thing that is wrong."""
    with pytest.raises(InputError) as caught:
        read_decisions(file_of(CASE.text, [ALL[0], made | changes]))
    assert str(caught.value).startswith(f"decisions: decisions[1].{place} ")


@pytest.mark.parametrize(
    "name",
    [pytest.param("Mrs. Jane Doe", id="words"), pytest.param("Doe" * 40, id="long")],
)
def test_an_unknown_member_is_not_repeated_if_it_is_words(name: str) -> None:
    """It might be a patient's."""
    with pytest.raises(InputError) as caught:
        read_decisions(file_of(CASE.text, [ALL[0] | {name: 1}]))
    assert "Doe" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        pytest.param("7", (None, "7"), id="digits"),
        pytest.param("-3.5", (None, "-3.5"), id="negative"),
        pytest.param("< 0.40", ("<", "0.40"), id="bounded, with a space"),
    ],
)
def test_values_keep_their_digits(value: str, parts: tuple[str | None, str]) -> None:
    """As the reviewer wrote them."""
    (decision,) = decisions_on(CASE, correction(CASE, "hb", value=value)).decisions
    assert (decision.changes.comparator, decision.changes.value) == parts


def test_an_empty_unit_is_no_unit() -> None:
    """And not an absent change."""
    (decision,) = decisions_on(CASE, correction(CASE, "hb", unit="")).decisions
    assert decision.changes.names == ("unit",)
