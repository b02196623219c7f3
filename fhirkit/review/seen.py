"""What a reviewer saw of a fact, as a few digits that change whenever the fact reads otherwise."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from fhirkit.facts.jsonform import fact_to_dict

if TYPE_CHECKING:
    from fhirkit.facts.model import Fact

_LENGTH: Final = 16
#: By what a fact was made says nothing about it: a rule may get another name.
_BESIDE: Final = frozenset({"rule", "why"})


def seen(fact: Fact) -> str:
    """16 hexadecimal digits over all that ``fact`` says, its places in the text included."""
    form = {name: value for name, value in fact_to_dict(fact).items() if name not in _BESIDE}
    written = json.dumps(form, sort_keys=True, separators=(",", ":"))
    return sha256(written.encode()).hexdigest()[:_LENGTH]
