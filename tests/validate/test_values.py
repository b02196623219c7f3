from __future__ import annotations

from typing import Any

import pytest

from fhirkit.validate import validate


def communication(text: str) -> dict[str, Any]:
    """A communication with a note, whose text is markdown."""
    return {"resourceType": "Communication", "status": "completed", "note": [{"text": text}]}


@pytest.mark.parametrize(
    ("canonical", "key"),
    [
        ("http://a.example/Measure/1|2.0", None),
        ("urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01", None),
        ("Measure/1", "canonical-relative"),
        ("measure", "canonical-relative"),
    ],
)
def test_a_canonical_is_absolute(canonical: str, key: str | None) -> None:
    """A canonical names one thing wherever it is read."""
    resource = {
        "resourceType": "Communication",
        "status": "completed",
        "instantiatesCanonical": [canonical],
    }
    assert [issue.key for issue in validate(resource)] == ([key] if key else [])


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("<b>bold</b>", True),
        ("<resource type>", True),
        ("5 < 7 and 8 > 3", False),
        (r"\<id>", False),
        ("a <- b", False),
    ],
)
def test_html_in_markdown_is_told_in_strict_mode(text: str, is_html: bool) -> None:
    """A tag may be shown or dropped; most readers of notes never meet one."""
    assert validate(communication(text)) == []
    keys = [issue.key for issue in validate(communication(text), strict=True)]
    assert ("markdown-html" in keys) is is_html
