"""Ways of being sure that mappers treat alike."""

from __future__ import annotations

from typing import Final

from fhirkit.facts.model import Certainty

#: What was looked at is not there.
ABSENT: Final = frozenset({Certainty.NEGATED, Certainty.REFUTED})
#: It is not there, or did not take place.
DENIED: Final = ABSENT | {Certainty.NOT_DONE}
#: It may be so.
UNSURE: Final = frozenset({Certainty.SUSPECTED, Certainty.DIFFERENTIAL})
