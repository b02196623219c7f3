"""FHIR's REST interface over a store in memory, as far as a profile of a server has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, urlencode

from servers.store import Change, Problem, Resource, Store, Version, now

JSON = "application/fhir+json; charset=utf-8"
EVERYTHING = frozenset(
    {"read", "vread", "create", "update", "delete", "search-type", "history-instance"}
)
TYPES = (
    *("AdverseEvent", "AllergyIntolerance", "Bundle", "Composition", "Condition", "Device"),
    *("DiagnosticReport", "DocumentReference", "Encounter", "Immunization", "Location"),
    *("Medication", "MedicationAdministration", "MedicationRequest", "MedicationStatement"),
    *("Observation", "Organization", "Patient", "Practitioner", "PractitionerRole"),
    *("Procedure", "Provenance", "RelatedPerson", "ServiceRequest", "Specimen"),
)
_RANK = {"DELETE": 0, "POST": 1, "PUT": 2}
_REFERENCE = re.compile(rb'"reference"\s*:\s*"(urn:uuid:[^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a server says it can do, and does."""

    name: str
    version: str = "1"
    publisher: str = ""
    types: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: dict.fromkeys(TYPES, EVERYTHING)
    )
    system: frozenset[str] = frozenset({"transaction", "batch"})
    conditions: bool = True
    """Whether If-None-Exist and conditional urls are heeded; else the header counts for nothing."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Bundle types that are refused with a status, whatever the statement says."""
    parameters: frozenset[str] = frozenset({"_id", "_tag", "identifier"})
    """What can be searched by."""
    shows_created: bool = True
    """Whether the answer to a create has the resource; else its place alone."""
    batch_posts: int = 0
    """The status by which each POST within a batch is refused; 0: it is done."""
    holds_references: bool = False
    """Whether what others refer to cannot be deleted."""
    loses: frozenset[str] = frozenset()
    """Elements that are dropped without a word, as lenient servers do."""
    max_entries: int | None = None
    max_bytes: int | None = None


@dataclass(frozen=True)
class Request:
    """A request: the path below the base, without a slash in front."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in lower case."""
    body: bytes = b""

    @cached_property
    def document(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Service:
    """A FHIR server without a network; may be asked by several threads."""

    def __init__(self, profile: Profile, base: str) -> None:
        self.profile = profile
        self.base = base
        self.store = Store()
        self._lock = RLock()

    def answer(self, request: Request) -> Reply:
        """What a server with this profile answers."""
        try:
            with self._lock:
                return self._answered(request)
        except Problem as problem:
            return refusal(problem)
        except (AttributeError, KeyError, TypeError, ValueError):
            return refusal(Problem(400, "structure", "the request is not as FHIR has it"))

    def _answered(self, request: Request) -> Reply:
        path = request.path.strip("/")
        if path == "metadata":
            return _reply(200, statement(self.profile, self.base))
        if not path:
            return self._bundle(request)
        parts = path.split("/")
        if request.method == "GET":
            return self._read(parts, request.query)
        if request.method == "POST" and parts[1:] == ["_search"]:
            return self._search(parts[0], request.body.decode())
        return self._write(path, request)

    # Reading

    def _read(self, parts: list[str], query: str) -> Reply:
        kind = parts[0]
        if kind == "_history":
            return self._versions(reversed(self.store.log), query, "_history")
        self._may(kind, "search-type" if len(parts) == 1 else "read")
        if len(parts) == 1:
            return self._search(kind, query)
        if parts[1] == "_history":
            log = [version for version in reversed(self.store.log) if version.kind == kind]
            return self._versions(log, query, f"{kind}/_history")
        place = "/".join(parts[:2])
        if len(parts) == 2:
            return self._shown(200, self.store.read(place))
        self._may(kind, "history-instance")
        versions = self.store.history.get(place)
        if not versions or parts[2] != "_history":
            raise Problem(404, "not-found", "there is no such resource")
        if len(parts) == 3:
            return self._versions(reversed(versions), query, f"{place}/_history")
        matching = [version for version in versions if str(version.number) == parts[3]]
        if not matching:
            raise Problem(404, "not-found", "there is no such version")
        if matching[0].resource is None:
            raise Problem(410, "deleted", "it was deleted")
        return self._shown(200, matching[0])

    def _search(self, kind: str, query: str) -> Reply:
        self._may(kind, "search-type")
        asked = {name.partition(":")[0] for name in parse_qs(query)}
        if asked & {"_id", "_tag", "identifier"} - self.profile.parameters:
            raise Problem(400, "not-supported", f"{kind} cannot be searched by this")
        found = self.store.found(kind, query)
        if parse_qs(query).get("_summary") == ["count"]:
            return _reply(200, {"resourceType": "Bundle", "type": "searchset", "total": len(found)})
        entries = [
            {
                "fullUrl": f"{self.base}/{version.place}",
                "resource": version.shown(),
                "search": {"mode": "match"},
            }
            for version in _page(found, query)
        ]
        return self._listed("searchset", entries, len(found), kind, query)

    def _versions(self, versions: Iterable[Version], query: str, path: str) -> Reply:
        listed = list(versions)
        entries = []
        for version in _page(listed, query):
            deleted = version.resource is None
            method = "DELETE" if deleted else "POST" if version.number == 1 else "PUT"
            entry: Resource = {
                "fullUrl": f"{self.base}/{version.place}",
                "request": {"method": method, "url": version.place},
                "response": {
                    "status": "204" if deleted else "200",
                    "lastModified": version.updated,
                },
            }
            entries.append(entry if deleted else {**entry, "resource": version.shown()})
        return self._listed("history", entries, len(listed), path, query)

    def _listed(
        self, kind: str, entries: list[Resource], total: int, path: str, query: str
    ) -> Reply:
        bundle: Resource = {"resourceType": "Bundle", "type": kind, "total": total}
        bundle["link"] = [{"relation": "self", "url": f"{self.base}/{path}?{query}"}]
        asked = parse_qs(query)
        after = int(asked.get("_offset", ["0"])[0]) + len(entries)
        if entries and after < total:
            following = urlencode({**asked, "_offset": after}, doseq=True)
            bundle["link"].append({"relation": "next", "url": f"{self.base}/{path}?{following}"})
        return _reply(200, {**bundle, "entry": entries} if entries else bundle)

    def _shown(self, status: int, version: Version) -> Reply:
        return _reply(status, version.shown(), _version_headers(version))

    # Writing

    def _write(self, path: str, request: Request) -> Reply:
        url = f"{path}?{request.query}" if request.query else path
        headers = request.headers
        if "$" in path:
            raise Problem(404, "not-supported", "there are no operations")
        change = self._planned(
            request.method,
            url,
            self._resource(request),
            headers.get("if-none-exist"),
            headers.get("if-match"),
        )
        version = self.store.carry_out(change, {}, now())
        if version is None or change.method == "DELETE":
            return Reply(204)
        said = _version_headers(version) if self._keeps_versions(version.kind) else {}
        if change.status == 201:
            place = f"{self.base}/{version.place}"
            named = self._keeps_versions(version.kind)
            said["Location"] = f"{place}/_history/{version.number}" if named else place
        shown = change.status != 201 or self.profile.shows_created
        if not shown or "return=minimal" in headers.get("prefer", ""):
            return Reply(change.status, b"", said)
        return _reply(change.status, version.shown(), said)

    def _resource(self, request: Request) -> Resource | None:
        if request.method == "DELETE":
            return None
        if not isinstance(request.document, dict):
            raise Problem(400, "structure", "the body is no JSON object")
        return request.document

    def _planned(
        self,
        method: str,
        url: str,
        resource: Resource | None,
        if_none_exist: str | None = None,
        if_match: str | None = None,
    ) -> Change:
        kind = re.split(r"[/?]", url, maxsplit=1)[0]
        names = {"POST": "create", "PUT": "update", "DELETE": "delete"}
        if method not in names:
            raise Problem(405, "not-supported", f"no {method} here")
        self._may(kind, names[method])
        if not self.profile.conditions:
            if_none_exist = None
            if "?" in url:
                raise Problem(400, "not-supported", "no conditions here")
        if resource is not None and self.profile.loses:
            kept = {name: one for name, one in resource.items() if name not in self.profile.loses}
            resource = kept
        change = self.store.plan(
            method, url, resource, if_none_exist=if_none_exist, if_match=if_match
        )
        if method == "DELETE" and change.before and self.profile.holds_references:
            referrers = self.store.referrers(change.before.place)
            if referrers:
                raise Problem(409, "conflict", f"{referrers[0]} refers to it")
        return change

    def _keeps_versions(self, kind: str) -> bool:
        return "vread" in self.profile.types[kind]

    def _may(self, kind: str, interaction: str) -> None:
        allowed = self.profile.types.get(kind)
        if allowed is None:
            raise Problem(404, "not-supported", f"there is no type {kind[:40]}")
        if interaction not in allowed:
            raise Problem(405, "not-supported", f"{interaction} of {kind} is not supported")

    # Bundles

    def _bundle(self, request: Request) -> Reply:
        bundle = request.document
        if request.method != "POST" or not isinstance(bundle, dict):
            raise Problem(400, "invalid", "a bundle must be posted here")
        kind, entries = bundle.get("type"), bundle.get("entry") or []
        refused = self.profile.refused.get(str(kind))
        if refused or kind not in {"transaction", "batch"}:
            raise Problem(refused or 400, "not-supported", f"no bundles of type {kind}")
        if kind not in self.profile.system and not refused:
            raise Problem(405, "not-supported", f"no {kind} here")
        if self.profile.max_entries is not None and len(entries) > self.profile.max_entries:
            raise Problem(413, "too-costly", "there are too many entries")
        if self.profile.max_bytes is not None and len(request.body) > self.profile.max_bytes:
            raise Problem(413, "too-long", "there are too many bytes")
        if kind == "batch" or (entries and all(map(_reads, entries))):
            answered = [self._batched(entry) for entry in entries]
        else:
            answered = self._transacted(entries, request.body)
        return _reply(
            200, {"resourceType": "Bundle", "type": f"{kind}-response", "entry": answered}
        )

    def _transacted(self, entries: list[Resource], body: bytes) -> list[Resource]:
        order = sorted(
            range(len(entries)), key=lambda at: _RANK.get(entries[at]["request"]["method"], 3)
        )
        changes: dict[int, Change] = {}
        links: dict[str, str] = {}
        for at in order:
            entry = entries[at]
            asked = entry["request"]
            change = changes[at] = self._planned(
                asked["method"],
                asked["url"],
                entry.get("resource"),
                asked.get("ifNoneExist"),
                asked.get("ifMatch"),
            )
            if change.method != "DELETE":
                links[entry.get("fullUrl", "")] = f"{change.kind}/{change.id}"
        _without_repeats(changes.values())
        loose = {one.decode() for one in _REFERENCE.findall(body)} - links.keys()
        if loose:
            raise Problem(400, "not-found", f"{len(loose)} references lead nowhere")
        at_once = now()
        done = {at: self.store.carry_out(changes[at], links, at_once) for at in order}
        return [_response(changes[at], done[at]) for at in range(len(entries))]

    def _batched(self, entry: Resource) -> Resource:
        asked = entry.get("request", {})
        method, url = asked.get("method", ""), asked.get("url", "")
        try:
            if method == "POST" and self.profile.batch_posts:
                raise Problem(self.profile.batch_posts, "not-supported", "no POST in a batch")
            if method == "GET":
                path, _, query = url.partition("?")
                reply = self._read(path.split("/"), query)
                return {"response": {"status": "200"}, "resource": json.loads(reply.body)}
            change = self._planned(
                method, url, entry.get("resource"), asked.get("ifNoneExist"), asked.get("ifMatch")
            )
            return _response(change, self.store.carry_out(change, {}, now()))
        except Problem as problem:
            said = outcome(problem.code, problem.words)
            return {"response": {"status": str(problem.status), "outcome": said}}


def _reads(entry: Resource) -> bool:
    """Whether an entry changes nothing, so that it does not matter what else becomes of a bundle."""
    return bool(entry["request"]["method"] == "GET")


def statement(profile: Profile, base: str) -> Resource:
    """The CapabilityStatement of a profile."""
    resources: list[Resource] = []
    for name in sorted(profile.types):
        given: Resource = {
            "type": name,
            "interaction": [{"code": code} for code in sorted(profile.types[name])],
            "versioning": "versioned" if "vread" in profile.types[name] else "no-version",
            "searchParam": [
                {"name": one, "type": "token"} for one in ("_id", "_tag", "identifier")
            ],
        }
        if profile.conditions:
            given |= {"conditionalCreate": True, "conditionalUpdate": True, "updateCreate": True}
            given["conditionalDelete"] = "single"
        resources.append(given)
    rest: Resource = {"mode": "server", "resource": resources}
    if profile.system:
        rest["interaction"] = [{"code": code} for code in sorted(profile.system)]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-05-01",
        **({"publisher": profile.publisher} if profile.publisher else {}),
        "kind": "instance",
        "software": {"name": profile.name, "version": profile.version},
        "implementation": {"description": profile.name, "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [rest],
    }


def refusal(problem: Problem) -> Reply:
    """The answer that says no."""
    return _reply(problem.status, outcome(problem.code, problem.words))


def outcome(code: str, words: str, severity: str = "error") -> Resource:
    """An OperationOutcome with one issue."""
    issue = {"severity": severity, "code": code, "diagnostics": words}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _reply(status: int, document: Resource, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(document).encode(), {"Content-Type": JSON, **(headers or {})})


def _version_headers(version: Version) -> dict[str, str]:
    updated = datetime.fromisoformat(version.updated)
    return {
        "ETag": f'W/"{version.number}"',
        "Last-Modified": format_datetime(updated, usegmt=True),
    }


def _response(change: Change, version: Version | None) -> Resource:
    if version is None or change.method == "DELETE":
        return {"response": {"status": "204 No Content"}}
    response = {
        "status": "201 Created" if change.status == 201 else "200 OK",
        "location": f"{version.kind}/{version.id}/_history/{version.number}",
        "etag": f'W/"{version.number}"',
        "lastModified": version.updated,
    }
    return {"response": response}


def _without_repeats(changes: Iterable[Change]) -> None:
    seen: set[str] = set()
    for change in changes:
        names = {f"{change.kind}/{change.id}", change.key} - {""}
        if names & seen:
            raise Problem(400, "duplicate", "two entries are about one resource")
        seen |= names


def _page(versions: list[Version], query: str) -> list[Version]:
    asked = parse_qs(query)
    first = int(asked.get("_offset", ["0"])[0])
    return versions[first : first + int(asked.get("_count", ["50"])[0])]
