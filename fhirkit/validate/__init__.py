"""Checks a FHIR R4 bundle or resource and tells what is wrong, element by element.

No file, socket or clock is touched: values in, issues out.
"""

from __future__ import annotations

from fhirkit.validate.run import validate

__all__ = ["validate"]
