"""Tries on a server what its statement leaves out or gets wrong, and cleans up after itself.

Everything is made under a key of its own and labelled as test data; nothing that was there is
touched. What was made is deleted at the end, also after an error or Ctrl-C; what may have been
made, as no answer came, is looked for by its key. Types whose resources a server says it does not
delete are not tried.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fhirkit.bundle.request import FOUND_BY_TAG
from fhirkit.errors import ServerError
from fhirkit.push.answer import place_of
from fhirkit.push.caller import Request
from fhirkit.push.capabilities import TYPES
from fhirkit.push.exact import write_exact
from fhirkit.push.search import GONE, find, read
from fhirkit.settings import DEFAULT_IDENTIFIER_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.push.answer import Reply
    from fhirkit.push.caller import Caller
    from fhirkit.push.capabilities import Capabilities

Resource = dict[str, Any]

_LABELS = {
    "security": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
            "code": "HTEST",
            "display": "test health data",
        }
    ]
}
_UNKNOWN = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}
_NOT_TRIED = ("not tried", "what is made there could not be deleted")
_UNCLEAR = frozenset({408, 500, 502, 503, 504})
_STALE = 'W/"fhirkit-probe"'


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried: what the statement says of it, what came of it, and how."""

    name: str
    declared: str
    found: str
    how: str = ""


@dataclass(slots=True)
class ProbeReport:
    """All trials; ``left`` are places on the server where something could not be deleted.

    ``stopped`` says why there are no further trials, if the server went away meanwhile.
    """

    server: str
    trials: list[Trial] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def clean(self) -> bool:
        """Whether everything that was made is gone."""
        return not self.left

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "server": self.server,
            "clean": self.clean,
            "left": self.left,
            "stopped": self.stopped or None,
            "trials": [
                {"name": t.name, "declared": t.declared, "found": t.found, "how": t.how or None}
                for t in self.trials
            ],
        }

    def to_text(self) -> str:
        """For people: declared beside found, and what is left."""
        rows = [("tried", "declared", "found", "")]
        rows += [(t.name, t.declared, t.found, t.how) for t in self.trials]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]
            )
            for row in rows
        ]
        if self.stopped:
            lines += ["", f"stopped: {self.stopped}"]
        if self.left:
            lines += ["", "not deleted, for the server did not: " + ", ".join(self.left)]
        else:
            lines += ["", "Everything that was made for this was deleted."]
        return "\n".join(line.rstrip() for line in lines)


def probe(caller: Caller, capabilities: Capabilities) -> ProbeReport:
    """What the server turns out to do.

    Raises ServerError only where it cannot be reached and nothing was left there.
    """
    report = ProbeReport(caller.connection.base)
    prober = _Prober(caller, capabilities, f"fhirkit-probe-{uuid4()}")
    gone: ServerError | None = None
    try:
        for trial in prober.trials():
            report.trials.append(trial)
    except ServerError as error:
        gone = error
    finally:
        try:
            report.left = prober.clean_up()
        except KeyboardInterrupt:  # once more: who stops a trial wants it to leave nothing
            prober.clean_up()
            raise
    if gone is not None and not report.left:
        raise gone
    report.stopped = str(gone or "")
    return report


class _Prober:
    def __init__(self, caller: Caller, capabilities: Capabilities, key: str) -> None:
        self._caller = caller
        self._said = capabilities
        self._key = key
        self._made: list[str] = []
        self._lost: set[str] = set()  # keys of what may have been made

    def trials(self) -> Iterator[Trial]:
        """One after the other; later ones build upon the first."""
        for kind in TYPES:
            yield self._type(kind)
        yield self._bundle("transaction")
        yield self._bundle("batch")
        yield self._conditional_update()
        yield self._stale_delete()
        yield self._unknown_element()

    def clean_up(self) -> list[str]:
        """Deletes all that was made, as often as it helps, and gives what is left."""
        lost = [f"{key}, if it was made" for key in sorted(self._lost) if not self._looked_for(key)]
        left = list(reversed(self._made))
        while left:
            kept = [place for place in left if not self._deleted(place)]
            if len(kept) == len(left):
                break
            left = kept
        return [*left, *lost]

    # Trials

    def _type(self, kind: str) -> Trial:
        declared = _word(self._said.allows(kind, "create"))
        listed = self._said.types.get(kind)
        declared += f", by condition {_word(listed.conditional_create if listed else None)}"
        if self._stays(kind):
            return Trial(kind, declared, *_NOT_TRIED)
        resource = self._resource(kind, f"{self._key}-{kind}")
        if resource is None:
            return Trial(kind, declared, "not tried", "what it points at could not be created")
        first, place = self._create(kind, resource)
        if place is None:
            return Trial(kind, declared, "no", _status(first))
        second, again = self._create(kind, resource)
        if again is not None and again != place:
            return Trial(kind, declared, "yes, condition ignored", "made twice: looked for first")
        if again is None and second is not None and second.status >= 300:
            return Trial(kind, declared, "yes, no second time", _status(second))
        return Trial(kind, declared, "yes, by condition yes", self._found_again(kind))

    def _found_again(self, kind: str) -> str:
        try:
            found = find(self._caller, self._named(kind, f"{self._key}-{kind}"))
        except ServerError as error:
            return f"not found by its key: {error}"
        return "" if found.only is not None else "not found by its key at once"

    def _bundle(self, kind: str) -> Trial:
        declared = "yes" if kind in self._said.system else "no"
        if self._stays("Patient") or self._stays("Observation"):
            return Trial(kind, declared, *_NOT_TRIED)
        patient, observation = f"{self._key}-{kind}-1", f"{self._key}-{kind}-2"
        url = f"urn:uuid:{uuid4()}"
        first = self._labelled("Patient", patient)
        second = self._labelled("Observation", observation)
        second |= {"status": "final", "code": {"text": "fhirkit probe"}}
        if kind == "transaction":
            second["subject"] = {"reference": url}
        entries = [
            self._entry(url, first, patient),
            self._entry(f"urn:uuid:{uuid4()}", second, observation),
        ]
        body = write_exact({"resourceType": "Bundle", "type": kind, "entry": entries})
        keys = {self._named("Patient", patient), self._named("Observation", observation)}
        reply = self._asked(Request("POST", body=body, safe=False), keys)
        places = self._places(reply)
        if len(places) < len(entries):
            return Trial(kind, declared, "no", _status(reply))
        self._lost -= keys
        if kind == "batch":
            return Trial(kind, declared, "yes")
        stored = self._read(places[1])
        subject = (stored or {}).get("subject") or {}
        if not str(subject.get("reference", "")).endswith(places[0]):
            return Trial(kind, declared, "yes, references lost", "urn:uuid is not resolved")
        return Trial(kind, declared, "yes")

    def _conditional_update(self) -> Trial:
        listed = self._said.types.get("Patient")
        declared = _word(listed.conditional_update if listed else None)
        if self._stays("Patient"):
            return Trial("conditional update", declared, *_NOT_TRIED)
        key = f"{self._key}-Patient"
        resource = self._labelled("Patient", key) | {"active": False}
        body = write_exact(resource)
        criteria = self._criteria("Patient", key).replace("|", "%7C")
        request = Request("PUT", f"Patient?{criteria}", body, safe=False)
        named = {self._named("Patient", key)}
        reply = self._asked(request, named)
        if self._note(reply) is not None:
            self._lost -= named
        done = reply is not None and 200 <= reply.status < 300
        return Trial(
            "conditional update", declared, "yes" if done else "no", "" if done else _status(reply)
        )

    def _stale_delete(self) -> Trial:
        place = next((place for place in self._made if place.startswith("Patient/")), None)
        if place is None:
            return Trial("If-Match", "not told", "not tried", "no Patient could be created")
        request = Request("DELETE", place, headers={"If-Match": _STALE}, versioned=True)
        reply = self._sent(request)
        if reply is not None and reply.status in (400, 409, 412):
            return Trial("If-Match", "not told", "yes", _status(reply))
        if self._read(place) is None:
            return Trial("If-Match", "not told", "ignored", "undo reads versions before it deletes")
        return Trial("If-Match", "not told", "no delete", _status(reply))

    def _unknown_element(self) -> Trial:
        if self._stays("Patient"):
            return Trial("unknown elements", "not told", *_NOT_TRIED)
        key = f"{self._key}-unknown"
        resource = self._labelled("Patient", key) | {"fhirkitProbe": "unknown element"}
        reply, place = self._create("Patient", resource)
        if place is None:
            return Trial("unknown elements", "not told", "refused", _status(reply))
        kept = "fhirkitProbe" in (self._read(place) or {})
        return Trial(
            "unknown elements",
            "not told",
            "kept" if kept else "dropped without a word",
            "" if kept else "--verify tells of what is dropped",
        )

    # Requests

    def _create(self, kind: str, resource: Resource) -> tuple[Reply | None, str | None]:
        key = resource["meta"]["tag"][0]["code"]
        condition = self._criteria(kind, key).replace("|", "%7C")
        headers = {"If-None-Exist": condition}
        request = Request("POST", kind, write_exact(resource), headers, safe=False)
        named = {self._named(kind, key)}
        reply = self._asked(request, named)
        place = self._note(reply)
        if place is not None:
            self._lost -= named
        return reply, place

    def _sent(self, request: Request) -> Reply | None:
        called = self._caller.call(request)
        if called.never_sent and called.error is not None:
            raise called.error
        return called.reply

    def _note(self, reply: Reply | None) -> str | None:
        """The place of what was made, remembered for the end."""
        if reply is None or not 200 <= reply.status < 300:
            return None
        place = place_of(reply.headers.get("location"))
        location = place[1] if place is not None else _own_place(reply)
        if location is not None and location not in self._made:
            self._made.append(location)
        return location

    def _asked(self, request: Request, keys: set[str]) -> Reply | None:
        """Sends what makes resources with these keys: lost, until the answer says otherwise.

        Noted before it is sent, for Ctrl-C may come before the answer.
        """
        self._lost |= keys
        try:
            reply = self._sent(request)
        except ServerError:  # it was never sent
            self._lost -= keys
            raise
        if reply is not None and reply.status >= 300 and reply.status not in _UNCLEAR:
            self._lost -= keys
        return reply

    def _looked_for(self, key: str) -> bool:
        """Whether it is known now if something has the key; what has it is to be deleted."""
        try:
            found = find(self._caller, key).matches
        except ServerError:
            return False
        places = [f"{one['resourceType']}/{one['id']}" for one in found]
        self._made += [place for place in places if place not in self._made]
        return True

    def _places(self, reply: Reply | None) -> list[str]:
        if reply is None or not 200 <= reply.status < 300:
            return []
        try:
            entries = json.loads(reply.body)["entry"]
            given = [place_of(entry["response"].get("location")) for entry in entries]
        except (ValueError, LookupError, TypeError, AttributeError):
            return []
        places = [place[1] for place in given if place is not None]
        self._made += [place for place in places if place not in self._made]
        return places

    def _read(self, place: str) -> Resource | None:
        try:
            return read(self._caller, place)
        except ServerError:
            return None

    def _deleted(self, place: str) -> bool:
        try:
            reply = self._sent(Request("DELETE", place))
        except ServerError:
            return False
        return reply is not None and (200 <= reply.status < 300 or reply.status in GONE)

    # Resources

    def _stays(self, kind: str) -> bool:
        """Whether the server says that it has such resources and does not delete them."""
        return kind in self._said.types and self._said.allows(kind, "delete") is False

    def _named(self, kind: str, key: str) -> str:
        return f"{kind}?{self._criteria(kind, key)}"

    def _entry(self, url: str, resource: Resource, key: str) -> Resource:
        kind = resource["resourceType"]
        request = {"method": "POST", "url": kind, "ifNoneExist": self._criteria(kind, key)}
        return {"fullUrl": url, "resource": resource, "request": request}

    def _criteria(self, kind: str, key: str) -> str:
        name = "_tag" if kind in FOUND_BY_TAG else "identifier"
        return f"{name}={DEFAULT_IDENTIFIER_SYSTEM}|{key}"

    def _labelled(self, kind: str, key: str) -> Resource:
        tag = {"system": DEFAULT_IDENTIFIER_SYSTEM, "code": key}
        resource: Resource = {"resourceType": kind, "meta": {**_LABELS, "tag": [tag]}}
        identifier = {"system": DEFAULT_IDENTIFIER_SYSTEM, "value": key}
        if kind == "AdverseEvent":
            resource["identifier"] = identifier
        elif kind != "Provenance":
            resource["identifier"] = [identifier]
        return resource

    def _resource(self, kind: str, key: str) -> Resource | None:
        """The least that R4 wants of a type, None where what it must point at is not there."""
        device = next((place for place in self._made if place.startswith("Device/")), None)
        patient = next((place for place in self._made if place.startswith("Patient/")), None)
        about: Resource = {"text": "fhirkit probe"}
        more: Resource = _LEAST.get(kind, {})
        made: Resource = {**self._labelled(kind, key), **more}
        if kind in _ABOUT_PATIENT:
            if patient is None:
                return None
            made["patient" if kind == "Immunization" else "subject"] = {"reference": patient}
        if kind in _CODED:
            made[_CODED[kind]] = about
        if kind == "Provenance":
            if device is None:
                return None
            made["target"] = [{"reference": device}]
            made["agent"] = [{"who": {"reference": device}}]
        return made


_ABOUT_PATIENT = frozenset(
    {
        "AdverseEvent",
        "Condition",
        "Immunization",
        "MedicationAdministration",
        "MedicationStatement",
        "Procedure",
    }
)
_CODED = {
    "Condition": "code",
    "DiagnosticReport": "code",
    "Immunization": "vaccineCode",
    "MedicationAdministration": "medicationCodeableConcept",
    "MedicationStatement": "medicationCodeableConcept",
    "Observation": "code",
    "Procedure": "code",
}
_LEAST: dict[str, Resource] = {
    "AdverseEvent": {"actuality": "actual"},
    "Condition": {
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                    "code": "active",
                }
            ]
        }
    },
    "DiagnosticReport": {"status": "final"},
    "DocumentReference": {
        "status": "current",
        "content": [{"attachment": {"contentType": "text/plain", "data": "Zmhpcmtp"}}],
    },
    "Encounter": {
        "status": "unknown",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
    },
    "Immunization": {"status": "completed", "occurrenceString": "unknown"},
    "MedicationAdministration": {"status": "unknown", "effectivePeriod": _UNKNOWN},
    "MedicationStatement": {"status": "unknown"},
    "Observation": {"status": "final"},
    "Procedure": {"status": "unknown"},
    "Provenance": {"_recorded": _UNKNOWN},
}


def _own_place(reply: Reply) -> str | None:
    try:
        resource = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(resource, dict) or not isinstance(resource.get("id"), str):
        return None
    return f"{resource.get('resourceType')}/{resource['id']}"


def _status(reply: Reply | None) -> str:
    return "no answer" if reply is None else f"HTTP {reply.status}"


def _word(said: bool | None) -> str:  # noqa: FBT001 - the value shown
    return "not told" if said is None else "yes" if said else "no"
