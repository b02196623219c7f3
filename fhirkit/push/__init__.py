"""Sends bundles to a FHIR server, proves what it did with them, and takes them back."""

from __future__ import annotations

from fhirkit.push.client import Client, push
from fhirkit.push.options import PushOptions

__all__ = ["Client", "PushOptions", "push"]
