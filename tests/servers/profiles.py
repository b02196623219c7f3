"""Servers as two makers of hospital systems publish them, in memory, under addresses of no one.

What they declare is known from their statements (May 2026): which bundles they take, which of
our types can be made, which only read, which are absent. That a search by identifier works,
that answers to a create have no body, and that nothing can be deleted is assumed: FHIR leaves
it to a server, and a client must get along.
"""

from __future__ import annotations

from servers.service import Profile

_READ = frozenset({"read", "search-type"})
_MADE = _READ | {"create"}

EPIC = Profile(
    name="epic",
    publisher="Epic-like",
    types={
        **dict.fromkeys(("Patient", "Condition", "Observation", "DocumentReference"), _MADE),
        **dict.fromkeys(("MedicationAdministration", "AdverseEvent"), _READ),
    },
    system=frozenset(),
    conditions=False,
    parameters=frozenset({"_id", "identifier"}),
    shows_created=False,
)

# Of its types the statement was read for AdverseEvent, MedicationAdministration and
# DocumentReference; that the others can be made is assumed.
ORACLE = Profile(
    name="oracle",
    publisher="Oracle-like",
    types={
        **dict.fromkeys(("Patient", "Condition", "Observation", "Procedure"), _MADE | {"update"}),
        **dict.fromkeys(("Encounter", "DocumentReference"), _MADE | {"update"}),
        **dict.fromkeys(("MedicationAdministration", "Device", "Provenance"), _READ),
    },
    system=frozenset({"batch"}),
    conditions=False,
    parameters=frozenset({"_id", "identifier"}),
    batch_posts=422,
    shows_created=False,
)
