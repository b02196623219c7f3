"""Who answers for the resources of a bundle, by its Provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fhirkit.mappers.context import Resource
    from fhirkit.report.resources import Placed

#: By the activity; one who verifies has none.
_DONE = {"CREATE": "added by", "UPDATE": "corrected by"}


def answering(resources: Iterable[Placed]) -> dict[str, str]:
    """What a person did with each resource: "corrected by A. Reviewer".

    By the resource's fullUrl or, where it is referred to so, by its identifier's value. What a
    device answers for is not in it.
    """
    found: dict[str, list[str]] = {}
    for one in resources:
        if one.type == "Provenance":
            told = _told(one.resource)
            for target in _targets(one.resource) if told else ():
                found.setdefault(target, []).append(told)
    return {target: ", ".join(dict.fromkeys(told)) for target, told in found.items()}


def _told(provenance: Resource) -> str:
    people = [
        str(who["display"])
        for agent in _objects(provenance.get("agent"))
        for who in _objects([agent.get("who")])
        # What is a resource of its own may be a device; a name alone is a person's.
        if "display" in who and "reference" not in who and "identifier" not in who
    ]
    if not people:
        return ""
    codes = [
        str(coding.get("code"))
        for activity in _objects([provenance.get("activity")])
        for coding in _objects(activity.get("coding"))
    ]
    done = next((_DONE[code] for code in codes if code in _DONE), "found right by")
    return f"{done} {', '.join(people)}"


def _targets(provenance: Resource) -> Iterator[str]:
    for target in _objects(provenance.get("target")):
        if isinstance(target.get("reference"), str):
            yield target["reference"]
        for identifier in _objects([target.get("identifier")]):
            yield str(identifier.get("value"))


def _objects(found: Any) -> Iterator[Resource]:
    return (item for item in (found if isinstance(found, list) else []) if isinstance(item, dict))
