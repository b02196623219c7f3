"""How bundles will travel to a server: from what it says of itself and what was asked for.

No I/O: a :class:`Plan` is a value, and the same statement and options give the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fhirkit.push.options import Mode, PushOptions
from fhirkit.push.split import Room

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fhirkit.push.capabilities import Capabilities

# The types that many bundles may share.
SHARED = frozenset(
    {
        "Device",
        "HealthcareService",
        "Location",
        "Medication",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Substance",
    }
)
_BELOW = {Mode.TRANSACTION: Mode.BATCH, Mode.BATCH: Mode.SINGLE}


@dataclass(frozen=True, slots=True)
class Taking:
    """Whether a server takes a type; None where only trying would tell."""

    taken: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How bundles travel: ``why`` says in words what led to the mode.

    ``room`` is what one request may hold. ``types`` are those looked at so far. ``bundles``,
    ``entries`` and ``requests`` are counted where bundles were given.
    """

    server: str
    capabilities: Capabilities
    options: PushOptions
    mode: Mode
    why: str
    room: Room
    types: Mapping[str, Taking] = field(default_factory=dict)
    bundles: int = 0
    entries: int = 0
    requests: int = 0
    problems: tuple[str, ...] = ()

    def taking(self, resource_type: str) -> Taking:
        """Whether the server takes a type, as far as its statement and the options say."""
        if resource_type in self.options.takes:
            return Taking(True, "as you say")
        said = self.capabilities
        wanted = "update" if self.options.on_existing == "update" else "create"
        if said.declared and resource_type not in said.types:
            return Taking(None, "its statement does not name the type")
        if said.allows(resource_type, "create") is False:
            return Taking(False, "its statement says it is not created there")
        if said.allows(resource_type, wanted) is False:
            return Taking(False, "its statement says it is not updated there")
        return Taking(True)

    def looks_up(self, resource_type: str) -> bool:
        """Whether to search for the key of an entry before it is sent.

        Where the server does not say that it goes by conditions, it may ignore them and store
        the same thing twice. In a transaction its silence is taken for a yes.
        """
        listed = self.capabilities.types.get(resource_type)
        if listed is None:
            return self.mode is not Mode.TRANSACTION and self.capabilities.declared
        said = listed.conditional_create
        if said is not False and self.options.on_existing == "update":
            said = listed.conditional_update
        return said is False or (said is None and self.mode is not Mode.TRANSACTION)

    def downgraded(self, why: str) -> Plan | None:
        """The plan with the next plainer mode, None below single requests or if one was asked."""
        below = _BELOW.get(self.mode)
        if below is None or self.options.mode is not None:
            return None
        return replace(
            self, mode=below, why=why, room=_room(self.capabilities, below, self.options)
        )

    def shrunk(self, entries: int, why: str) -> Plan:
        """The plan with less room in a request."""
        return replace(self, room=replace(self.room, entries=max(1, entries)), why=why)

    def to_text(self) -> str:
        """For people: what will be sent, how, and why so."""
        name = " ".join(filter(None, self.capabilities.software)) or "unnamed software"
        lines = [
            f"server    {self.server} ({name}, FHIR {self.capabilities.fhir_version})",
            f"mode      {self.mode.value}: {self.why}",
            f"request   {_room_text(self.room, self.mode)}",
            f"existing  {self.options.on_existing}: {_EXISTING[self.options.on_existing]}",
        ]
        lines += [f"{label}{text}" for label, text in _labelled("types", self._types_text())]
        if self.bundles:
            lines.append(
                f"input     {self.bundles} bundles, {self.entries} entries: "
                f"{self.requests} requests without repeated ones"
            )
        lines += [f"{label}{text}" for label, text in _labelled("not sent", self.problems)]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        name, version = self.capabilities.software
        return {
            "server": self.server,
            "software": {"name": name, "version": version},
            "fhirVersion": self.capabilities.fhir_version,
            "mode": self.mode.value,
            "why": self.why,
            "maxEntries": self.room.entries,
            "maxBytes": self.room.octets,
            "onExisting": self.options.on_existing,
            "unsupported": self.options.unsupported,
            "types": {
                kind: {
                    "taken": taking.taken,
                    "why": taking.why or None,
                    "lookedUp": self.looks_up(kind),
                }
                for kind, taking in sorted(self.types.items())
            },
            "bundles": self.bundles,
            "entries": self.entries,
            "requests": self.requests,
            "problems": list(self.problems),
        }

    def _types_text(self) -> list[str]:
        sent = sorted(kind for kind, taking in self.types.items() if taking.taken)
        looked_up = [kind for kind in sent if self.looks_up(kind)]
        lines = [", ".join(sent)] if sent else []
        if looked_up:
            lines.append(
                "looked for before they are sent, since the server does not say that it goes by "
                f"conditions: {', '.join(looked_up)}"
            )
        for kind, taking in sorted(self.types.items()):
            if taking.taken is None:
                lines.append(f"{kind}: to be asked for: {taking.why}")
            elif not taking.taken:
                lines.append(f"{kind}: {_UNSUPPORTED[self.options.unsupported]}: {taking.why}")
            elif taking.why:
                lines.append(f"{kind}: sent: {taking.why}")
        return lines


_EXISTING = {
    "keep": "what the server has under the same key stays as it is",
    "update": "what the server has under the same key is overwritten",
}
_UNSUPPORTED = {
    "refuse": "bundles with it are refused (--unsupported refuse)",
    "skip": "left out (--unsupported skip)",
    "document": "kept in the DocumentReference alone (--unsupported document)",
}


def make_plan(server: str, capabilities: Capabilities, options: PushOptions) -> Plan:
    """The plan for a server that says this of itself."""
    mode, why = _mode(capabilities, options)
    return Plan(
        server=server,
        capabilities=capabilities,
        options=options,
        mode=mode,
        why=why,
        room=_room(capabilities, mode, options),
    )


def _mode(capabilities: Capabilities, options: PushOptions) -> tuple[Mode, str]:
    if options.mode is not None:
        return Mode(options.mode), "as you say"
    for mode in (Mode.TRANSACTION, Mode.BATCH):
        if mode.value in capabilities.system:
            return mode, f"the server's statement declares {mode.value}"
    if not capabilities.system and not capabilities.declared:
        return Mode.TRANSACTION, "the server's statement declares nothing: this is tried first"
    return Mode.SINGLE, "the server's statement declares neither transaction nor batch"


def _room(capabilities: Capabilities, mode: Mode, options: PushOptions) -> Room:
    limits = capabilities.limits
    if mode is Mode.SINGLE:
        return Room(1, None)
    known = [limits.max_entries]
    if mode is Mode.TRANSACTION:
        # Every entry has a condition.
        known.append(limits.max_conditional)
        if options.on_existing == "update":
            known.append(limits.max_puts)
    entries = options.max_entries or min((k for k in known if k is not None), default=None)
    return Room(entries, options.max_bytes or limits.max_bytes)


def _room_text(room: Room, mode: Mode) -> str:
    if mode is Mode.SINGLE:
        return "one entry"
    limits = []
    if room.entries is not None:
        limits.append(f"at most {room.entries} entries")
    if room.octets is not None:
        limits.append(f"at most {room.octets} bytes")
    return ", ".join(limits) or "a whole bundle, whatever its size"


def _labelled(label: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"{label if number == 0 else '':<10}", line) for number, line in enumerate(lines)]
