"""One validation: the guide it goes by, and what has been found out on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhirkit.issues import Severity
from fhirkit.validate.profiles import shipped, terminology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.findings import Findings, Node
    from fhirkit.validate.profiles.compiled import Profile
    from fhirkit.validate.profiles.guide import Guide
    from fhirkit.validate.profiles.terminology import Codes

R4 = "4.0.1"


@dataclass(slots=True)
class Run:
    """What the checks of one bundle share.

    ``judged`` has whether an object conforms to a profile, by its identity: a patient that a
    hundred references lead to is checked once. ``reported`` are the resources whose findings by
    a profile were told, ``said`` the findings, so that two profiles do not tell the same defect.
    ``engine_missed`` is set when it was told that rules in FHIRPath are not evaluated.
    """

    guide: Guide | None = None
    judged: dict[tuple[int, str], bool] = field(default_factory=dict)
    reported: set[tuple[int, str]] = field(default_factory=set)
    said: set[tuple[str, int, str | int | None]] = field(default_factory=set)
    engine_missed: bool = False
    _elsewhere: set[tuple[int, str | int | None]] = field(default_factory=set)
    _seen: int = 0
    _sets: dict[str, Codes | None] = field(default_factory=dict)
    _contained: dict[int, set[int]] = field(default_factory=dict)
    _declared: dict[int, set[str]] = field(default_factory=dict)

    def profile(self, canonical: str) -> Profile | None:
        """The profile or extension of a canonical, of whatever version is at hand."""
        if self.guide is not None:
            return self.guide.profile(canonical)
        return shipped.profile(canonical.partition("|")[0])

    def declared(self, canonical: str) -> Profile | None:
        """The profile of a canonical in the very version it names, where it names one."""
        found = self.profile(canonical)
        version = canonical.partition("|")[2]
        return found if found and version in ("", found.version or R4) else None

    def with_bases(self, profile: Profile) -> Iterator[str]:
        """The url of a profile and of those it is derived from."""
        seen: set[str] = set()
        found: Profile | None = profile
        while found is not None and found.url not in seen:
            seen.add(found.url)
            yield found.url
            found = self.profile(found.base) if found.base else None

    def declares(self, resource: Node, url: str) -> bool:
        """Whether a resource says itself that it is as a profile says, or as one derived of it.

        What is wrong with it is told there, and not again wherever something refers to it.
        """
        known = self._declared.get(id(resource))
        if known is None:
            meta = resource.get("meta")
            urls = meta.get("profile") if isinstance(meta, dict) else None
            named = [one for one in urls if isinstance(one, str)] if isinstance(urls, list) else []
            found = [profile for one in named if (profile := self.declared(one))]
            known = {one for profile in found for one in self.with_bases(profile)}
            self._declared[id(resource)] = known
        return url in known

    def is_told(self, findings: Findings, owner: object, name: str | int | None) -> bool:
        """Whether an error about this very element was told before, by whatever layer."""
        for one in findings.made[self._seen :]:
            if one.severity is Severity.ERROR:
                self._elsewhere.add((id(one.owner), one.name))
        self._seen = len(findings.made)
        return (id(owner), name) in self._elsewhere

    def is_contained(self, resource: Node, container: Node) -> bool:
        """Whether a resource is one of those contained in another."""
        inside = self._contained.get(id(container))
        if inside is None:
            contained = container.get("contained")
            inside = {id(one) for one in contained} if isinstance(contained, list) else set()
            self._contained[id(container)] = inside
        return id(resource) in inside

    def value_set(self, canonical: str) -> Codes | None:
        """The codes of a value set; None where they are not known offline."""
        if canonical not in self._sets:
            self._sets[canonical] = terminology.value_set(self.guide, canonical)
        return self._sets[canonical]
