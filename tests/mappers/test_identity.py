from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts_builder import only
from fhirkit.mappers.identity import full_url, slug
from rich_case import CASE

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "fhirkit-cases fact key")


@given(st.text())
def test_full_url_is_a_version_5_uuid(key: str) -> None:
    """The same as the standard library's, only sooner."""
    assert full_url(key) == f"urn:uuid:{uuid.uuid5(NAMESPACE, key)}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("csf", "csf"), ("Bone marrow", "bone-marrow"), ("CSF (2nd)", "csf-2nd"), ("«»", "other")],
)
def test_slug(name: str, expected: str) -> None:
    """Part of a key, so nothing that a search would have to escape."""
    assert slug(name) == expected


def test_key_is_document_and_name() -> None:
    """The first 16 digits of the text's SHA-256, then the fact's id."""
    value = only(CASE, "Patient")["identifier"][0]["value"]
    key, _, name = value.partition("-")
    assert len(key) == 16
    assert int(key, 16)
    assert name == "patient"
