"""Small bundles that carry their text, and what is found in them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from fhirkit.validate.fidelity import GROUNDING, check_fidelity
from fhirkit.validate.findings import Findings

Node = dict[str, Any]
DOCUMENT = "urn:uuid:0c2286d9-3f46-5684-8294-c09550f57c05"
READ = "urn:uuid:9f9f12f5-25b6-5a8d-8d2f-6ac36f3c0000"


def document(text: str, *, ours: bool = True) -> Node:
    """A DocumentReference of ``text``, with the key that fhirkit gives one."""
    data = text.encode()
    key = sha256(data).hexdigest()[:16]
    return {
        "resourceType": "DocumentReference",
        "identifier": [{"value": f"{key}-case.document" if ours else "letter-1"}],
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "data": b64encode(data).decode(),
                }
            }
        ],
    }


def place(offset: object, length: object) -> Node:
    """An extension that leads to a place of the document."""
    return {
        "url": GROUNDING,
        "extension": [
            {"url": "reference", "valueReference": {"reference": DOCUMENT}},
            {"url": "offset", "valueInteger": offset},
            {"url": "length", "valueInteger": length},
        ],
    }


def places(text: str, *words: str) -> list[Node]:
    """The extensions for words, each where ``text`` has it first."""
    return [place(text.index(each), len(each)) for each in words]


def bundle_of(text: str, *resources: Node, ours: bool = True) -> Node:
    """A bundle of the document and ``resources``."""
    entries = [{"fullUrl": DOCUMENT, "resource": document(text, ours=ours)}]
    entries += [
        {"fullUrl": READ[:-2] + f"{at:02d}", "resource": resource}
        for at, resource in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def found_in(bundle: Node) -> list[tuple[str, str | int | None]]:
    """Key and name of the element of each finding in a bundle."""
    findings = Findings()
    check_fidelity(bundle, findings)
    return [(finding.rule.key.removeprefix("fidelity-"), finding.name) for finding in findings.made]


@pytest.fixture(scope="session")
def make() -> Callable[..., Node]:
    """A function that makes a bundle of a text and resources."""
    return bundle_of


@pytest.fixture(scope="session")
def found() -> Callable[[Node], list[tuple[str, str | int | None]]]:
    """A function that gives key and element of each finding in a bundle."""
    return found_in


@pytest.fixture(scope="session")
def ground() -> Callable[..., list[Node]]:
    """A function that makes the extensions leading to words of a text."""
    return places


@pytest.fixture(scope="session")
def judge() -> Callable[..., list[tuple[str, str | int | None]]]:
    """A function that judges one resource, read from ``words`` of a text."""

    def judged(
        text: str, resource: Node, *words: str, ours: bool = True
    ) -> list[tuple[str, str | int | None]]:
        return found_in(bundle_of(text, {"extension": places(text, *words), **resource}, ours=ours))

    return judged
