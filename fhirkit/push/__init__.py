"""Sends bundles to a FHIR server and reads what it did with them."""

from __future__ import annotations

from fhirkit.push.client import count, deliver, push

__all__ = ["count", "deliver", "push"]
