from __future__ import annotations

import json

import pytest

from fhirkit.validate.mistakes import mistake
from fhirkit.validate.syntax import parse


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        pytest.param('{"a": 1, }', "comma after the last", 8, id="trailing-comma-object"),
        pytest.param('{"a": [1 ,\n]}', "comma after the last", 10, id="trailing-comma-array"),
        pytest.param('{"a": [,]}', "a value was expected", 8, id="comma-only"),
        pytest.param('{"a": [1,,2]}', "a value was expected", 10, id="two-commas"),
        pytest.param("{,}", "a name in double quotes", 2, id="comma-for-a-name"),
        pytest.param('{"a": /* so */ 1}', "no comments", 7, id="comment"),
        pytest.param('{"a": 1 // so', "no comments", 9, id="line-comment"),
        pytest.param("{'a': 1}", "double quotes", 2, id="single-quotes"),
        pytest.param("{“a”: 1}", "straight double quotes", 2, id="curled-quotes"),
        pytest.param("{a: 1}", "stands in double quotes", 2, id="bare-name"),
        pytest.param('{"a": male}', "stands in double quotes", 7, id="bare-value"),
        pytest.param('{"a": True}', "lower case", 7, id="python-true"),
        pytest.param('{"a": None}', "lower case", 7, id="python-none"),
        pytest.param('{"a": 01}', "no number", 8, id="leading-zero"),
        pytest.param('{"a": .5}', "no number", 7, id="no-digit-before-the-point"),
        pytest.param('{"a": 1.}', "no number", 8, id="no-digit-after-the-point"),
        pytest.param('{"a": +1}', "no number", 7, id="plus"),
        pytest.param('{"a": 0x1F}', "no number", 8, id="hexadecimal"),
        pytest.param('{"a": "x\ty"}', "control character", 9, id="tab"),
        pytest.param('{"a": "\\d"}', "backslash", 8, id="escape"),
        pytest.param('{"a": "x" "b": 1}', "a comma or a closing bracket", 11, id="no-comma"),
        pytest.param('{"a": "x"y"}', "a comma or a closing bracket", 10, id="quote-in-a-string"),
        pytest.param('{"a": [1}', "a comma or a closing bracket", 9, id="wrong-bracket"),
        pytest.param('{"a": 1}}', "after the end", 9, id="bracket-too-many"),
        pytest.param('{"a": 1', "ends before", 8, id="cut-off"),
        pytest.param("<div/>", "XML", 1, id="xml"),
    ],
)
def test_usual_slips_have_words_of_their_own(text: str, words: str, column: int) -> None:
    """The message helps who wrote it, the same in every version of Python."""
    issue = parse(text).fatal
    assert issue is not None
    assert words in issue.message
    assert (issue.line, issue.column) == (1, column)


def test_another_version_of_python_may_point_to_the_comma() -> None:
    """Python 3.13 has an error of its own for it, at the comma; the answer is the same."""
    text = '{"a": 1 , }'
    newer = json.JSONDecodeError("Illegal trailing comma before end of object", text, 8)
    older = json.JSONDecodeError("Expecting property name enclosed in double quotes", text, 10)
    assert (
        mistake(text, newer)
        == mistake(text, older)
        == (8, "not JSON: a comma after the last element")
    )


def test_an_error_that_is_not_known_is_still_told() -> None:
    """A later version of Python may have errors that this one has not."""
    error = json.JSONDecodeError("Something new", "{?}", 1)
    assert mistake("{?}", error) == (1, "not JSON")
