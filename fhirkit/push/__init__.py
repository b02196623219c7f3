"""Sends bundles to a FHIR server and reads what it did with them."""

from __future__ import annotations

from fhirkit.push.client import count, deliver, deliver_each, push

__all__ = ["count", "deliver", "deliver_each", "push"]
