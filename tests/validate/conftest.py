"""A small bundle without fault, to be spoilt by the tests."""

from __future__ import annotations

from typing import Any

import pytest

WOMAN = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a01"
FEVER = "urn:uuid:5b7e0b1c-52c8-4a8e-9d7a-0d2f6f0c7a02"


@pytest.fixture
def bundle() -> dict[str, Any]:
    """A transaction with a patient and an observation that refers to her."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": WOMAN,
                "resource": {"resourceType": "Patient", "gender": "female"},
                "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=a|1"},
            },
            {
                "fullUrl": FEVER,
                "resource": {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"text": "Body temperature"},
                    "subject": {"reference": WOMAN, "type": "Patient"},
                    "valueQuantity": {"value": 39.2, "unit": "°C"},
                },
                "request": {"method": "PUT", "url": "Observation?identifier=a|2"},
            },
        ],
    }
