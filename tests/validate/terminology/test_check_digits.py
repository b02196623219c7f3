from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate.terminology.check_digits import loinc_fault, snomed_fault

LOINC_DIGIT = "the check digit is wrong: LOINC has no such code"
LOINC_FORM = "a LOINC code is digits, a hyphen and a check digit, as in 718-7"
SNOMED_DIGIT = "the check digit is wrong: SNOMED CT has no such concept"
SNOMED_FORM = "a concept of SNOMED CT is 6 to 18 digits, the first no zero"
NO_CONCEPT = "an identifier of SNOMED CT, but not of a concept"
SHORT_EXTENSION = "a concept of an extension of SNOMED CT has 11 digits or more"


@pytest.mark.parametrize(
    "code",
    [
        "718-7",
        "2880-3",
        "8302-2",
        "29463-7",
        "85354-9",
        "100305-2",
        "LA6576-8",
        "LP7753-9",
        "la6576-8",
    ],
)
def test_loinc_codes(code: str) -> None:
    """Codes with their right check digit, and parts and answers, are no fault."""
    assert loinc_fault(code) is None


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        pytest.param("718-8", LOINC_DIGIT, id="digit"),
        pytest.param("2808-3", LOINC_DIGIT, id="two-digits-exchanged"),
        pytest.param("29463-0", LOINC_DIGIT, id="zero"),
        pytest.param("7187", LOINC_FORM, id="no-hyphen"),
        pytest.param("718-", LOINC_FORM, id="no-check-digit"),
        pytest.param("-7", LOINC_FORM, id="check-digit-alone"),
        pytest.param("718-77", LOINC_FORM, id="two-check-digits"),
        pytest.param("718–7", LOINC_FORM, id="dash"),
        pytest.param("718-7 ", LOINC_FORM, id="space"),
        pytest.param("718-7\n", LOINC_FORM, id="line-break"),
        pytest.param("٧١٨-7", LOINC_FORM, id="digits-of-another-script"),
        pytest.param("LA6576", LOINC_FORM, id="part-without-check-digit"),
        pytest.param("LX6576-8", LOINC_FORM, id="part-of-no-kind"),
        pytest.param("", LOINC_FORM, id="empty"),
        pytest.param("hemoglobin", LOINC_FORM, id="word"),
    ],
)
def test_no_loinc_codes(code: str, wrong: str) -> None:
    """A wrong form is told from a wrong check digit."""
    assert loinc_fault(code) == wrong


@given(st.integers(1, 9_999_999))
def test_one_check_digit_of_ten_is_right(number: int) -> None:
    """Whatever the number, exactly one digit makes a LOINC code of it."""
    assert [loinc_fault(f"{number}-{digit}") for digit in range(10)].count(None) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("24700007", id="multiple-sclerosis"),
        pytest.param("100005", id="shortest"),
        pytest.param("138875005", id="root"),
        pytest.param("32570271000036106", id="of-an-extension"),
        pytest.param("900000000000207008", id="longest"),
    ],
)
def test_concepts(code: str) -> None:
    """Identifiers of concepts, of the core or of an extension, are no fault."""
    assert snomed_fault(code) is None


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        pytest.param("24700008", SNOMED_DIGIT, id="digit"),
        pytest.param("24070007", SNOMED_DIGIT, id="two-digits-exchanged"),
        pytest.param("247000070", SNOMED_DIGIT, id="digit-too-many"),
        pytest.param("754786014", NO_CONCEPT, id="description"),
        pytest.param("100022", NO_CONCEPT, id="relationship"),
        pytest.param("100108", SHORT_EXTENSION, id="extension-without-namespace"),
        pytest.param("10005", SNOMED_FORM, id="too-short"),
        pytest.param("9000000000002070081", SNOMED_FORM, id="too-long"),
        pytest.param("024700007", SNOMED_FORM, id="zero-at-the-start"),
        pytest.param("T-15460", SNOMED_FORM, id="of-an-old-edition"),
        pytest.param("G35", SNOMED_FORM, id="of-another-system"),
        pytest.param("", SNOMED_FORM, id="empty"),
        pytest.param("２４７０００07", SNOMED_FORM, id="digits-of-another-script"),
        pytest.param("24700007 ", SNOMED_FORM, id="space"),
        pytest.param("24700007\n", SNOMED_FORM, id="line-break"),
        pytest.param("multiple sclerosis", SNOMED_FORM, id="words"),
        pytest.param(
            "sclerosis (multiple)",
            "neither a concept of SNOMED CT nor an expression of concepts",
            id="words-and-parentheses",
        ),
    ],
)
def test_no_concepts(code: str, wrong: str) -> None:
    """Forms, check digits and identifiers of something else are told apart."""
    assert snomed_fault(code) == wrong


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("71341001:272741003=7771000", id="refined"),
        pytest.param("421720008+7946007", id="two-concepts"),
        pytest.param("24700007 |Multiple sclerosis (type 2)|", id="term"),
        pytest.param(
            "=== 71388002 |Procedure| : { 260686004 |Method| = 129304002, 405813007 = 15497006 }",
            id="equivalence-and-groups",
        ),
        pytest.param(
            "27658006 |Amoxicillin| : 411116001 = 385055001, 1142135004 = #500", id="number"
        ),
        pytest.param("27658006:1142135004=#-2.5,1142135004=#+12", id="signed-numbers"),
        pytest.param('27658006:411116001="500 mg"', id="string"),
        pytest.param("24700007 |a term that is not closed 12345678", id="term-not-closed"),
        pytest.param("249943000:363698007=(72098002:260868000=6934004)", id="nested"),
    ],
)
def test_expressions(code: str) -> None:
    """Numbers, strings and terms in an expression are none of its concepts."""
    assert snomed_fault(code) is None


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("71341002:272741003=7771000", id="focus"),
        pytest.param("71341001:272741003=7771001", id="value"),
        pytest.param("421720008+7946008", id="second"),
        pytest.param("24700008 |Multiple sclerosis|", id="with-a-term"),
    ],
)
def test_concepts_of_expressions_are_checked(code: str) -> None:
    """A wrong check digit shows in an expression too."""
    assert snomed_fault(code) == SNOMED_DIGIT


@given(st.integers(0, 8), st.integers(0, 9))
def test_every_single_slip_shows(place: int, digit: int) -> None:
    """Verhoeff's scheme finds every digit that was replaced by another."""
    code = "138875005"
    slipped = code[:place] + str(digit) + code[place + 1 :]
    assert (snomed_fault(slipped) is None) is (slipped == code)


@given(st.text(alphabet='0123456789|:=+(){},"# -ab', max_size=40))
def test_any_text_has_an_answer(code: str) -> None:
    """No text is an exception."""
    for fault in (loinc_fault(code), snomed_fault(code)):
        assert fault is None or fault
