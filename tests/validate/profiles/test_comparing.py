from decimal import Decimal

import pytest

from fhirkit.validate.profiles.comparing import equals, fits, order

CODING = {"system": "http://loinc.org", "code": "8310-5"}


@pytest.mark.parametrize(
    ("value", "pattern", "fitting"),
    [
        pytest.param("a", "a", True, id="same-text"),
        pytest.param("a", "b", False, id="other-text"),
        pytest.param(True, True, True, id="boolean"),
        pytest.param(1, True, False, id="one-is-not-true"),
        pytest.param(Decimal("1.0"), Decimal("1.00"), True, id="decimals-by-value"),
        pytest.param(1.5, Decimal("1.5"), True, id="floating-point"),
        pytest.param({"coding": [CODING], "text": "x"}, {"coding": [CODING]}, True, id="more"),
        pytest.param({"coding": [{"code": "x"}, CODING]}, {"coding": [CODING]}, True, id="any"),
        pytest.param({"coding": [{"code": "8310-5"}]}, {"coding": [CODING]}, False, id="part"),
        pytest.param({"text": "x"}, {"coding": [CODING]}, False, id="missing"),
        pytest.param({"coding": CODING}, {"coding": [CODING]}, False, id="no-array"),
        pytest.param([CODING], {"code": "8310-5"}, False, id="array-for-object"),
        pytest.param(None, {"code": "8310-5"}, False, id="nothing"),
    ],
)
def test_pattern(value: object, pattern: object, fitting: bool) -> None:
    """A value fits where it has all that the pattern has, each item of an array in any place."""
    assert fits(value, pattern) is fitting


@pytest.mark.parametrize(
    ("value", "fixed", "equal"),
    [
        pytest.param(CODING, dict(reversed(CODING.items())), True, id="any-order-of-names"),
        pytest.param({**CODING, "display": "x"}, CODING, False, id="more-than-fixed"),
        pytest.param({"code": "8310-5"}, CODING, False, id="less-than-fixed"),
        pytest.param([CODING], [CODING], True, id="array"),
        pytest.param([CODING, CODING], [CODING], False, id="longer-array"),
        pytest.param("a", ["a"], False, id="text-for-array"),
        pytest.param("A", "a", False, id="case"),
    ],
)
def test_fixed(value: object, fixed: object, equal: bool) -> None:
    """A fixed value allows nothing more and nothing less."""
    assert equals(value, fixed) is equal


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        pytest.param(1, 2, -1, id="below"),
        pytest.param(Decimal("2.0"), 2, 0, id="at"),
        pytest.param(3.5, Decimal(2), 1, id="above"),
        pytest.param("2020-01-01", "2020-01-02", -1, id="dates"),
        pytest.param("2020", "2020-01-02", None, id="less-precise"),
        pytest.param("2020-01-01T00:00:00Z", "2020-01-01T00:00:00+01:00", None, id="zones"),
        pytest.param({"value": 1, "code": "g"}, {"value": 2, "code": "g"}, -1, id="quantities"),
        pytest.param({"value": 1, "code": "kg"}, {"value": 2, "code": "g"}, None, id="units"),
        pytest.param({"code": "g"}, {"value": 2, "code": "g"}, None, id="no-value"),
        pytest.param("x", {"value": 2}, None, id="text-for-quantity"),
        pytest.param(True, 0, None, id="boolean-is-no-number"),
        pytest.param(Decimal("NaN"), 1, None, id="not-a-number"),
        pytest.param(["a"], "b", None, id="array"),
    ],
)
def test_order(value: object, limit: object, expected: int | None) -> None:
    """Order is told of what can be compared, and of nothing else."""
    assert order(value, limit) == expected
