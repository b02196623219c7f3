"""The profiles and extensions of R4 itself, and the codes that make an Observation a vital sign."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from fhirkit._definitions import VITAL_SIGNS, lines
from fhirkit.validate.profiles.compiled import Profile, read_profile

if TYPE_CHECKING:
    from collections.abc import Mapping


def profile(url: str) -> Profile | None:
    """The profile or extension of this canonical url; None where it is not shipped."""
    if url in lines("extensions") or (url in lines("profiles") and url != VITAL_SIGNS):
        return _profile(url)
    return None  # and not kept: a resource may name any number of urls


@cache
def _profile(url: str) -> Profile:
    line = lines("extensions").get(url) or lines("profiles")[url]
    return read_profile(url, json.loads(line, parse_float=Decimal))


@cache
def vital_signs() -> Mapping[str, Mapping[str, str]]:
    """The url of the profile by system and code.

    https://hl7.org/fhir/R4/observation-vitalsigns.html: an Observation with one of the codes of
    the table has to conform to the profile whether it says so or not.
    """
    found: dict[str, dict[str, str]] = json.loads(lines("profiles")[VITAL_SIGNS])
    return found
