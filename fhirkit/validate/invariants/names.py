"""Names of definitions that programs can use: the invariants whose keys end in ``-0``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fhirkit.validate.invariants.reading import text
from fhirkit.validate.invariants.registry import INVARIANTS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fhirkit.validate.findings import Node
    from fhirkit.validate.invariants.registry import Place
    from fhirkit.validate.scope import Scope

PREFIXES = (
    "adf cid cmd cpb cpd csd ees esc evd evi evv gdf ig inv lib "
    "mea msd nsd opd pdf que red rsd rvs sdf smp spd tcp tst vsd"
).split()
"""Every kind of definition has the rule under a key of its own, ``vsd-0`` for a ValueSet."""

_USABLE = r"[A-Z][A-Za-z0-9_]{0,254}"


def name_usable(definition: Node, _: Scope) -> Iterable[Place]:
    """Name should be usable as an identifier for the module by machine processing applications such as code generation"""
    name = text(definition.get("name"))
    return ((definition, "name"),) if name and not re.fullmatch(_USABLE, name) else ()


for _prefix in PREFIXES:
    INVARIANTS[_prefix + "-0"] = name_usable
    WORDS[_prefix + "-0"] = name_usable.__doc__ or ""
