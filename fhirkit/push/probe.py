"""Tries on a server what its statement leaves out or gets wrong, and cleans up after itself.

Everything is made under a key of its own and labelled as test data. What was made is deleted at
the end, also after an error or Ctrl-C, and is looked for by its key in case an answer was lost.
Two cautions, for a server may be one where people are treated: nothing more is made unless the
first resource could be deleted again, and nothing is deleted that does not have our key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fhirkit.errors import ServerError
from fhirkit.push.answer import place_of
from fhirkit.push.caller import Request
from fhirkit.push.capabilities import TYPES
from fhirkit.push.exact import write_exact
from fhirkit.push.least import criteria, is_labelled, labelled, least
from fhirkit.push.retry import leaves_doubt
from fhirkit.push.search import GONE, find, read
from fhirkit.push.trials import (
    NOT_TOLD,
    NOT_TRIED,
    ProbeReport,
    Trial,
    created_as,
    keeps_for_ever,
    left_text,
    word,
)
from fhirkit.settings import DEFAULT_IDENTIFIER_SYSTEM as SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fhirkit.push.answer import Reply
    from fhirkit.push.caller import Caller
    from fhirkit.push.capabilities import Capabilities
    from fhirkit.push.least import Resource

_STALE = 'W/"0"'  # a version that no server gives
_STAYS = "it could not be deleted again"
_NO_PATIENT = "no Patient could be made"
_INDEPENDENT = ("Device", "Patient", "Observation", "DocumentReference")  # point at nothing


def probe(
    caller: Caller, capabilities: Capabilities, tell: Callable[[str], None] = lambda _: None
) -> ProbeReport:
    """What the server turns out to do.

    Raises ServerError where it cannot be reached and nothing is left there. ``tell`` is called
    with what is left when the program is stopped meanwhile.
    """
    family = f"fhirkit-probe-{uuid4()}"
    report = ProbeReport(caller.connection.base)
    prober = _Prober(caller, capabilities, family)
    gone: ServerError | None = None
    try:
        report.trials += prober.trials()
    except ServerError as error:
        gone = error
    except BaseException:
        # Should this not be waited for either, the key is all there is to find what was made by.
        tell(f"stopped: cleaning up what has a key {SYSTEM}|{family}-...")
        tell(left_text(_cleaned(prober)))
        raise
    report.left = _cleaned(prober)
    if gone is not None and not report.left:
        raise gone
    report.stopped = str(gone or "")
    return report


def _cleaned(prober: _Prober) -> list[str]:
    try:
        return prober.clean_up()
    except KeyboardInterrupt:  # once more: who stops it wants it to leave nothing
        prober.clean_up()
        raise


class _Prober:
    """Makes, tries and deletes resources whose keys begin with ``family``."""

    def __init__(self, caller: Caller, said: Capabilities, family: str) -> None:
        self._caller = caller
        self._said = said
        self._family = family
        self._made: dict[str, None] = {}  # places, the oldest first
        self._tried: dict[str, str] = {}  # keys to look for, with "" or why they may be there

    def trials(self) -> Iterator[Trial]:
        """One after the other; later ones build upon the first."""
        first = self._delete()
        yield first
        if first.found != "yes":
            return
        for kind in TYPES:
            yield self._type(kind)
        yield self._bundle("transaction")
        yield self._bundle("batch")
        yield self._conditional_update()
        yield self._stale_delete()
        yield self._unknown_element()

    def clean_up(self) -> list[str]:
        """Deletes all that was made, as often as that helps, and gives what is left."""
        left = self._gone(list(reversed(self._made)))
        # Only now: a search that is not answered may use up all patience.
        for key in self._tried:
            found = self._searched(key)
            if found is not None:
                self._tried[key] = ""
                left += [place for place in found if place not in left]
        return self._gone(left) + [f"{key} ({why})" for key, why in self._tried.items() if why]

    def _gone(self, places: list[str]) -> list[str]:
        """Deletes these places and gives those that are left."""
        while places:
            kept = [place for place in places if not self._deleted(place)]
            if len(kept) == len(places):
                break
            places = kept
        return places

    # Trials

    def _delete(self) -> Trial:
        """Whether what is made can be deleted again: before that is known, nothing else is."""
        kinds = [kind for kind in _INDEPENDENT if self._free(kind)]
        if self._said.declared:
            kinds = [kind for kind in kinds if kind in self._said.types]
        declared = word(self._said.allows(kinds[0], "delete") if kinds else False)
        for kind in kinds:
            _, place = self._create(kind, labelled(kind, f"{self._family}-delete"))
            if place is None:
                continue
            if self._deleted(place):
                del self._made[place]
                return Trial("delete", declared, "yes")
            return Trial("delete", declared, "no", "so nothing else was tried")
        why = "nothing could be made" if kinds else "nothing could be deleted again"
        return Trial("delete", declared, NOT_TRIED, f"{why}, so nothing else was tried")

    def _type(self, kind: str) -> Trial:
        declared = created_as(self._said, kind)
        if not self._free(kind):
            return Trial(kind, declared, NOT_TRIED, _STAYS)
        resource = least(
            kind,
            f"{self._family}-{kind}",
            patient=self._place("Patient"),
            device=self._place("Device"),
        )
        if resource is None:
            return Trial(kind, declared, NOT_TRIED, "what it points at could not be made")
        first, place = self._create(kind, resource)
        if place is None:
            return Trial(kind, declared, "not known" if first is None else "no", _status(first))
        second, again = self._create(kind, resource)
        if again is not None and again != place:
            return Trial(kind, declared, "yes, condition ignored", "looked for before it is sent")
        if again is None:
            return Trial(kind, declared, "yes, no second time", _status(second))
        return Trial(kind, declared, "yes, by condition yes", self._findable(kind))

    def _findable(self, kind: str) -> str:
        found = self._found(_key(kind, f"{self._family}-{kind}"))
        return "" if len(found) == 1 else "not found by its key at once"

    def _bundle(self, mode: str) -> Trial:
        declared = word(mode in self._said.system)
        if not (self._free("Patient") and self._free("Observation")):
            return Trial(mode, declared, NOT_TRIED, _STAYS)
        keys = f"{self._family}-{mode}-1", f"{self._family}-{mode}-2"
        url = f"urn:uuid:{uuid4()}"
        second = least("Observation", keys[1], patient=None, device=None) or {}
        if mode == "transaction":
            second["subject"] = {"reference": url}
        entries = [
            self._entry(url, labelled("Patient", keys[0])),
            self._entry(f"urn:uuid:{uuid4()}", second),
        ]
        body = write_exact({"resourceType": "Bundle", "type": mode, "entry": entries})
        reply = self._sent(Request("POST", body=body, safe=False), *map(_key_of, entries))
        places = [self._noted(place) for place in _places(reply)]
        if len(places) < len(entries) or None in places:
            return Trial(mode, declared, "no", _status(reply))
        if mode == "transaction" and not self._points(str(places[1]), str(places[0])):
            return Trial(mode, declared, "yes, references lost", "urn:uuid is not resolved")
        return Trial(mode, declared, "yes")

    def _points(self, place: str, target: str) -> bool:
        subject = (self._read(place) or {}).get("subject")
        reference = subject.get("reference") if isinstance(subject, dict) else None
        return isinstance(reference, str) and target in reference

    def _conditional_update(self) -> Trial:
        name = "conditional update"
        listed = self._said.types.get("Patient")
        declared = word(None if listed is None else listed.conditional_update)
        key = f"{self._family}-Patient"
        place = self._place("Patient")
        if place is None:
            return Trial(name, declared, NOT_TRIED, _NO_PATIENT)
        if self._found(_key("Patient", key)) != [place]:
            # Where the key is not heeded, somebody else's record would be overwritten.
            return Trial(name, declared, NOT_TRIED, "its key does not lead to it alone")
        body = write_exact(labelled("Patient", key) | {"active": False})
        path = f"Patient?{_escaped('Patient', key)}"
        reply = self._sent(Request("PUT", path, body, safe=False), _key("Patient", key))
        if reply is None or not 200 <= reply.status < 300:
            return Trial(name, declared, "no", _status(reply))
        if (self._read(place) or {}).get("active") is not False:
            return Trial(name, declared, "no", f"{_status(reply)}, and nothing changed")
        return Trial(name, declared, "yes")

    def _stale_delete(self) -> Trial:
        """The Patient is deleted under a version that it never had, on a server that minds none."""
        place = self._place("Patient")
        if place is None:
            return Trial("If-Match", NOT_TOLD, NOT_TRIED, _NO_PATIENT)
        request = Request("DELETE", place, headers={"If-Match": _STALE}, versioned=True)
        reply = self._sent(request)
        if self._read(place) is None:
            return Trial("If-Match", NOT_TOLD, "ignored", "undo cannot see an edit in between")
        if reply is not None and reply.status in (409, 412):
            return Trial("If-Match", NOT_TOLD, "yes", _status(reply))
        return Trial("If-Match", NOT_TOLD, "not known", _status(reply))

    def _unknown_element(self) -> Trial:
        name = "unknown elements"
        if not self._free("Patient"):
            return Trial(name, NOT_TOLD, NOT_TRIED, _STAYS)
        resource = labelled("Patient", f"{self._family}-unknown") | {"fhirkitProbe": True}
        reply, place = self._create("Patient", resource)
        if place is None:
            return Trial(name, NOT_TOLD, "refused", _status(reply))
        if "fhirkitProbe" in (self._read(place) or {}):
            return Trial(name, NOT_TOLD, "kept")
        return Trial(name, NOT_TOLD, "dropped", "--verify tells what is dropped")

    # What was made

    def _free(self, kind: str) -> bool:
        """Whether a type may be tried: its resources are not there for ever."""
        return not keeps_for_ever(self._said, kind)

    def _place(self, kind: str) -> str | None:
        return next((place for place in self._made if place.startswith(f"{kind}/")), None)

    def _create(self, kind: str, resource: Resource) -> tuple[Reply | None, str | None]:
        """The answer, and the place of what was made."""
        key = resource["meta"]["tag"][0]["code"]
        headers = {"If-None-Exist": _escaped(kind, key)}
        request = Request("POST", kind, write_exact(resource), headers, safe=False)
        reply = self._sent(request, _key(kind, key))
        if reply is None or not 200 <= reply.status < 300:
            return reply, None
        return reply, self._noted(_place(reply)) or self._noted(self._only(_key(kind, key)))

    def _noted(self, place: str | None) -> str | None:
        """The same place, remembered for the end; None if somebody else's resource is there."""
        if place is None or (place not in self._made and not self._is_ours(place)):
            return None
        self._made.setdefault(place)
        return place

    def _is_ours(self, place: str) -> bool:
        # A server that does not heed the condition may answer with what is not ours.
        resource = self._read(place)
        return resource is not None and is_labelled(resource, self._family)

    def _only(self, key: str) -> str | None:
        found = self._found(key)
        return found[0] if len(found) == 1 else None

    def _found(self, key: str) -> list[str]:
        """Where what has a key is, as far as the server finds it."""
        return self._searched(key) or []

    def _searched(self, key: str) -> list[str] | None:
        """The same; None where the server does not tell."""
        try:
            matches = find(self._caller, key).matches
        except ServerError:
            return None
        return [
            f"{one['resourceType']}/{one['id']}"
            for one in matches
            if is_labelled(one, self._family)
        ]

    def _deleted(self, place: str) -> bool:
        try:
            reply = self._sent(Request("DELETE", place))
        except ServerError:
            return False
        return reply is not None and (200 <= reply.status < 300 or reply.status in GONE)

    # Requests

    def _sent(self, request: Request, *keys: str) -> Reply | None:
        """The answer to what makes resources with these keys. Raises ServerError if not sent."""
        for key in keys:
            self._tried[key] = "stopped before the answer came"
        called = self._caller.call(request)
        if called.never_sent and called.error is not None:
            for key in keys:
                self._tried[key] = ""
            raise called.error
        told = called.reply is not None and not leaves_doubt(called.reply.status)
        for key in keys:
            self._tried[key] = "" if told else "no clear answer came"
        return called.reply

    def _read(self, place: str) -> Resource | None:
        try:
            return read(self._caller, place)
        except ServerError:
            return None

    def _entry(self, url: str, resource: Resource) -> Resource:
        kind = resource["resourceType"]
        condition = criteria(kind, resource["meta"]["tag"][0]["code"])
        request = {"method": "POST", "url": kind, "ifNoneExist": condition}
        return {"fullUrl": url, "resource": resource, "request": request}


def _key(kind: str, key: str) -> str:
    return f"{kind}?{criteria(kind, key)}"


def _key_of(entry: Resource) -> str:
    return f"{entry['request']['url']}?{entry['request']['ifNoneExist']}"


def _escaped(kind: str, key: str) -> str:
    # A raw "|" in an address is refused by some servlet containers.
    return criteria(kind, key).replace("|", "%7C")


def _place(reply: Reply) -> str | None:
    """Where a resource is, by the answer's address or by the resource in it."""
    given = place_of(reply.headers.get("location"))
    if given is not None:
        return given[1]
    resource = _object(reply)
    if not isinstance(resource.get("id"), str):
        return None
    found = place_of(f"{resource.get('resourceType')}/{resource['id']}")
    return None if found is None else found[1]


def _places(reply: Reply | None) -> list[str | None]:
    """Where each entry of a bundle is, None where the answer does not tell."""
    if reply is None or not 200 <= reply.status < 300:
        return []
    try:
        given = [place_of(one["response"].get("location")) for one in _object(reply)["entry"]]
    except (LookupError, TypeError, AttributeError):
        return []
    return [None if place is None else place[1] for place in given]


def _object(reply: Reply) -> dict[str, Any]:
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _status(reply: Reply | None) -> str:
    return "no answer" if reply is None else f"HTTP {reply.status}"
