from __future__ import annotations

import json
import re
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

import fhirkit
from fhirkit import Settings
from fhirkit.bundle import to_json
from fhirkit.facts.case import Case
from fhirkit.push import push
from fhirkit.review.seen import seen
from fhirkit.serve import INSTALL, inside, running, stored

pytestmark = pytest.mark.server

NARRATIVE = """\
{name}, a 34-year-old woman with multiple sclerosis, received 12 mg of alemtuzumab daily for five
days. Her haemoglobin was 8.40 g/dL. She developed autoimmune haemolytic anaemia caused by
alemtuzumab and recovered.
"""
SERIES = """\
Patient 1. A 41-year-old man took ibuprofen 400 mg and developed a rash.

Patient 2. A 63-year-old woman was given amoxicillin. Her creatinine was 2.1 mg/dL.
"""
HOSTILE = "</pre></nav></h1><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'"


@dataclass(frozen=True)
class Site:
    """A running server, and what a client does with it."""

    base: str
    database: Path

    @property
    def root(self) -> str:
        return self.base.removesuffix("/fhir")

    def push(self, text: str, **settings: Any) -> str:
        """Pushes a case, and gives the id of its narrative."""
        return self.push_case(fhirkit.extract(text), **settings)

    def push_case(self, case: Case, **settings: Any) -> str:
        """The same of facts that were read before."""
        bundle = fhirkit.to_bundle(case, Settings(**settings))
        done = push([to_json(bundle).encode()], self.base)
        assert set(done.counts) <= {"created", "updated", "existed"}
        document = next(r for r in entries(bundle) if r["resourceType"] == "DocumentReference")
        return str(self.find(document)["id"])

    def find(self, resource: Any) -> Any:
        """The stored resource with the identifier of this one."""
        key = resource["identifier"][0]
        kind = resource["resourceType"]
        (found,) = self.search(kind, identifier=f"{key['system']}|{key['value']}")
        return found

    def of_case(self, identity: str, kind: str, name: str) -> Any:
        """The stored resource of a fact, by the id of its case's narrative."""
        document = self.get(f"/fhir/DocumentReference/{identity}").json()
        key = document["identifier"][0]["value"].replace("case.document", name)
        system = document["identifier"][0]["system"]
        return self.find({"resourceType": kind, "identifier": [{"system": system, "value": key}]})

    def search(self, kind: str, **parameters: str) -> list[Any]:
        found = self.get(f"/fhir/{kind}", params={**parameters, "_count": "1000"}).json()
        return entries(found)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A request without proxies."""
        return httpx.get(self.root + path, trust_env=False, timeout=30, **options)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return httpx.request(method, self.root + path, trust_env=False, timeout=30, **options)

    def put(self, resource: Any) -> None:
        """Stores a resource over the one with its id."""
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        assert self.ask("PUT", path, json=resource).status_code in (200, 201)

    def force(self, resource: Any) -> None:
        """Puts a resource where one with its id is, in a form that the server would refuse."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            done = connection.execute(
                "UPDATE resources SET json = ? WHERE type = ? AND id = ?",
                (json.dumps(resource), resource["resourceType"], resource["id"]),
            )
            assert done.rowcount == 1

    def delete(self, resource: Any) -> None:
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        assert self.ask("DELETE", path).status_code == 200


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, require: Callable[[str], None]
) -> Iterator[Site]:
    """One server for all tests of this file: each pushes a text of its own."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    with running(tmp_path_factory.mktemp("cases") / "server.db") as server:
        yield Site(server.base, server.database)


@pytest.fixture
def text(request: pytest.FixtureRequest) -> str:
    """A narrative that no other test has."""
    return NARRATIVE.format(name="Case " + "".join(map(str, map(ord, request.node.name[-9:]))))


def entries(bundle: Any) -> list[Any]:
    """The resources of a bundle."""
    return [entry["resource"] for entry in bundle.get("entry", [])]


def article(html: str, fact: str) -> str:
    """The part of a page that tells of a fact; empty where it has none."""
    found = re.search(rf'<article [^>]*id="f-{fact}".*?</article>', html, re.DOTALL)
    return found[0] if found else ""


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


ALTERED = "the bundle has it otherwise than fhirkit reads it"


def test_a_pushed_case_has_its_page(site: Site, text: str) -> None:
    """It holds the narrative, every fact with its resource, no finding, and nothing is altered."""
    answer = site.get(f"/cases/{site.push(text)}")
    assert answer.status_code == 200
    narrative = re.search(r'<div id="text">(.*?)</div>', answer.text, re.DOTALL)
    assert narrative
    assert plain(narrative[1]) == plain(text)
    for fact in fhirkit.extract(text).facts:
        assert "chip c-made" in article(answer.text, fact.id), fact.id
    assert ALTERED not in answer.text
    assert "not read from the text" not in answer.text
    assert "Validator: no findings." in answer.text
    assert 'href="/cases"' in answer.text


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"bundle_type": "batch"}, id="references-by-identifier"),
        pytest.param({"on_repeat": "update"}, id="updates"),
        pytest.param({"identifier_system": "https://hospital.example/cases"}, id="own-system"),
        pytest.param({"source_url": "https://doi.org/10.1000/1", "test_data": True}, id="labels"),
    ],
)
def test_however_it_was_pushed(site: Site, text: str, settings: dict[str, Any]) -> None:
    """Every way of making a bundle leads to the same page."""
    html = site.get(f"/cases/{site.push(text, **settings)}").text
    for fact in fhirkit.extract(text).facts:
        assert "chip c-made" in article(html, fact.id), fact.id
    assert ALTERED not in html
    assert "not read from the text" not in html


def test_what_was_edited_is_shown_as_the_server_has_it(site: Site, text: str) -> None:
    """After an update through FHIR the page has the new value, marked as not the text's."""
    identity = site.push(text)
    before = article(site.get(f"/cases/{identity}").text, "observation-hemoglobin")
    assert "8.40" in plain(before)
    observation = site.of_case(identity, "Observation", "observation-hemoglobin")
    observation["valueQuantity"]["value"] = 9.9
    site.put(observation)
    html = site.get(f"/cases/{identity}").text
    after = article(html, "observation-hemoglobin")
    assert "9.9 g/dL" in plain(after)
    assert 'data-value="8.40"' in before
    assert "data-value" not in after
    assert ALTERED in after
    assert html.count(ALTERED) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: None, id="nothing"),
        pytest.param(lambda r: r["meta"].update(tag=[{"code": "seen"}]), id="tag"),
        pytest.param(lambda r: r.update(text={"status": "empty", "div": "<div/>"}), id="words"),
        pytest.param(
            lambda r: r["identifier"].append({"system": "urn:x", "value": "7"}), id="identifier"
        ),
        pytest.param(
            lambda r: r["subject"].update(reference=f"{r['subject']['reference']}/_history/1"),
            id="version-of-a-reference",
        ),
    ],
)
def test_what_a_server_or_a_clerk_adds_alters_nothing(
    site: Site, text: str, change: Callable[[Any], None]
) -> None:
    """Another version, a label, a number of the hospital's own are no other statement."""
    identity = site.push(text)
    observation = site.of_case(identity, "Observation", "observation-hemoglobin")
    change(observation)
    site.put(observation)
    html = site.get(f"/cases/{identity}").text
    assert "chip c-made" in article(html, "observation-hemoglobin")
    assert ALTERED not in html


def test_what_was_deleted_is_no_longer_shown(site: Site, text: str) -> None:
    """A resource taken from the server is gone from the page, the others stay."""
    identity = site.push(text)
    site.delete(site.of_case(identity, "Observation", "observation-hemoglobin"))
    html = site.get(f"/cases/{identity}").text
    assert "chip c-made" not in article(html, "observation-hemoglobin")
    assert "chip c-made" in article(html, "medication-alemtuzumab")


@pytest.mark.parametrize("kind", ["Device", "Provenance"])
def test_the_loss_of_one_frame_loses_no_fact(site: Site, text: str, kind: str) -> None:
    """Without the Provenance its resources are found by their keys."""
    identity = site.push(text)
    document = site.get(f"/fhir/DocumentReference/{identity}").json()
    key = document["identifier"][0]["value"].partition("-")[0]
    (lost,) = (one for one in site.search(kind) if key in json.dumps(one))
    site.delete(lost)
    html = site.get(f"/cases/{identity}").text
    for fact in fhirkit.extract(text).facts:
        assert "chip c-made" in article(html, fact.id), fact.id


def test_what_provenance_names_is_shown_without_a_key(site: Site, text: str) -> None:
    """A resource whose key was taken away is still of the case: Provenance says so."""
    identity = site.push(text)
    observation = site.of_case(identity, "Observation", "observation-hemoglobin")
    del observation["identifier"]
    site.put(observation)
    html = site.get(f"/cases/{identity}").text
    assert "in the bundle, but not read from the text by fhirkit" in html


@pytest.mark.parametrize("settings", [{}, {"bundle_type": "batch"}], ids=["transaction", "batch"])
def test_what_a_reviewer_added_and_corrected(site: Site, text: str, settings: Any) -> None:
    """It is shown, and validated with who said so: their Provenance is found, too."""
    case = fhirkit.extract(text)
    value = next(fact for fact in case.facts if fact.id == "observation-hemoglobin")
    at = text.index("five")
    made = {"by": "A. Reviewer", "at": "2026-11-23T09:58:12+01:00"}
    decisions = {
        "format": "fhirkit-decisions/1",
        "sha256": sha256(text.encode()).hexdigest(),
        "decisions": [
            {
                "fact": value.id,
                "kind": "observation",
                "spans": [[span.start, span.end] for span in value.spans],
                "seen": seen(value),
                "verdict": "correct",
                "changes": {"value": "7.9"},
                **made,
            },
            {
                "fact": f"added-symptom-{at}-{at + 4}",
                "kind": "symptom",
                "spans": [[at, at + 4]],
                "verdict": "add",
                "changes": {"certainty": "affirmed", "whose": "patient"},
                **made,
            },
        ],
    }
    read = fhirkit.read_decisions(json.dumps(decisions).encode())
    decided = fhirkit.decide(case, read)
    assert decided.untouched == ()
    html = site.get(f"/cases/{site.push_case(decided.case, **settings)}").text
    assert "7.9 g/dL" in plain(article(html, "observation-hemoglobin"))
    assert f"-added-symptom-{at}-{at + 4}" in html
    assert "Validator: 1 for information." in html
    assert "a person answers for it" in html


def test_each_patient_of_a_text_has_a_page(site: Site) -> None:
    """The documents of two patients lead to pages of both, with their own resources each."""
    first = site.push(SERIES)
    (other,) = (
        one["id"]
        for one in site.search("DocumentReference")
        if "-p2-case.document" in json.dumps(one)
    )
    assert first != other
    for identity in (first, other):
        html = site.get(f"/cases/{identity}").text
        assert "chip c-made" in article(html, "p1-medication-ibuprofen")
        assert "chip c-made" in article(html, "p2-observation-creatinine")
        assert ALTERED not in html
    listed = plain(site.get("/cases").text)
    assert "patient 1" in listed
    assert "patient 2" in listed


def test_the_table_helps_to_find_a_case(site: Site, text: str) -> None:
    """A line has the first words, sex and age, event, suspect, and how many were made."""
    identity = site.push(text)
    html = site.get("/cases").text
    (row,) = (row for row in html.split("<tr>") if identity in row)
    assert f'href="/cases/{identity}"' in row
    for words in ("a 34-year-old woman", "female, 34 years", "autoimmune haemolytic anaemia"):
        assert words in row
    assert "<li>alemtuzumab</li>" in row
    (provenance,) = (
        one for one in site.search("Provenance") if row.split("<code>")[1][:16] in json.dumps(one)
    )
    assert f"<td>{len(provenance['target'])}</td>" in row


def test_a_deleted_case_is_gone(site: Site, text: str) -> None:
    """Of two cases one is deleted: its line and its page are no more, the other's are."""
    gone, kept = site.push(text), site.push(text.replace("34", "43"))
    assert f"/cases/{gone}" in site.get("/cases").text
    site.delete(site.get(f"/fhir/DocumentReference/{gone}").json())
    listed = site.get("/cases").text
    assert f"/cases/{gone}" not in listed
    assert f"/cases/{kept}" in listed
    assert site.get(f"/cases/{gone}").status_code == 404
    assert site.get(f"/cases/{kept}").status_code == 200


def test_all_pages_of_a_search_are_read(
    site: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that gives two at a time gives all in the end."""
    identities = [site.push(text.replace("34", str(age))) for age in (51, 52, 53)]
    whole = site.get(f"/cases/{identities[0]}").text
    monkeypatch.setattr(inside, "_PAGE", "2")
    monkeypatch.setattr(inside, "_VALUES", 3)
    listed = site.get("/cases").text
    assert all(f"/cases/{identity}" in listed for identity in identities)
    assert site.get(f"/cases/{identities[0]}").text == whole


@pytest.mark.parametrize(
    "path",
    [
        "/cases/unknown",
        "/cases/..%2fPatient",
        "/cases/a%00b",
        "/cases/a/b",
        "/cases/%3Cscript%3E",
        "/cases/" + "a" * 65,
        "/cases/" + "9" * 5000,
    ],
)
def test_what_is_no_case_is_not_found(site: Site, path: str) -> None:
    """A page says so; what was asked for is not repeated on it."""
    answer = site.get(path)
    assert answer.status_code == 404
    assert "No such case" in answer.text
    assert "aaa" not in answer.text
    assert "<script>s" not in answer.text


@pytest.mark.parametrize("path", ["/casesx", "/case", "/fhir/cases"])
def test_other_addresses_are_the_servers_own(site: Site, path: str) -> None:
    """What only begins like it goes on to the server."""
    answer = site.get(path)
    assert answer.status_code == 404
    assert "text/html" not in answer.headers["content-type"]


def test_a_document_of_others_is_no_case(site: Site) -> None:
    """A letter that somebody stored has no line and no page."""
    letter = {
        "resourceType": "DocumentReference",
        "id": "letter",
        "status": "current",
        "identifier": [{"system": "urn:x", "value": "letter-7"}],
        "content": [{"attachment": {"contentType": "text/plain", "data": "QQ=="}}],
    }
    site.put(letter)
    assert "/cases/letter" not in site.get("/cases").text
    assert site.get("/cases/letter").status_code == 404


def attachment(document: Any) -> Any:
    """The attachment of a narrative."""
    return document["content"][0]["attachment"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda d: d.pop("content"), "missing", id="no-content"),
        pytest.param(lambda d: attachment(d).pop("data"), "missing", id="no-data"),
        pytest.param(lambda d: attachment(d).update(data=7), "missing", id="a-number"),
        pytest.param(
            lambda d: attachment(d).update(contentType="application/pdf"), "plain text", id="pdf"
        ),
        pytest.param(lambda d: attachment(d).update(data="QQ=?"), "damaged", id="no-base64"),
        pytest.param(lambda d: attachment(d).update(data="/w=="), "damaged", id="no-utf-8"),
        pytest.param(lambda d: attachment(d).update(data="QQ=="), "no longer the one", id="other"),
        pytest.param(
            lambda d: attachment(d).update(data=b64encode(b"a " * stored.LONGEST).decode()),
            "too long",
            id="huge",
        ),
    ],
)
def test_a_text_that_cannot_be_read_is_told(
    site: Site, text: str, change: Callable[[Any], Any], words: str
) -> None:
    """What is wrong with it stands on a page, with no word of the text and no traceback."""
    identity = site.push(text)
    document = site.get(f"/fhir/DocumentReference/{identity}").json()
    change(document)
    site.force(document)
    answer = site.get(f"/cases/{identity}")
    assert answer.status_code == 422
    assert words in answer.text
    assert "alemtuzumab" not in answer.text
    assert "Traceback" not in answer.text
    assert site.get("/cases").status_code == 200
    site.delete(document)


def test_a_text_in_lines_of_base64_can_be_read(site: Site, text: str) -> None:
    """White space within the data is no damage."""
    identity = site.push(text)
    document = site.get(f"/fhir/DocumentReference/{identity}").json()
    data = attachment(document)["data"]
    attachment(document)["data"] = f"{data[:76]}\n{data[76:]}\n"
    site.force(document)
    assert site.get(f"/cases/{identity}").status_code == 200


@pytest.mark.parametrize("kind", ["$x", "../ui", "Patient/$everything", "observation", 7, None])
def test_a_reference_cannot_ask_for_anything_else(
    site: Site, text: str, kind: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The type in a reference becomes part of an address only where it can be one of FHIR."""
    identity = site.push(text, bundle_type="batch")
    (provenance,) = (
        one
        for one in site.search("Provenance", **{"entity:identifier": _document_key(site, identity)})
    )
    for target in provenance["target"]:
        target["type"] = kind
    site.force(provenance)
    asked: list[str] = []
    get = inside.Inside._get

    async def noted(self: inside.Inside, url: str) -> Any:
        asked.append(url.removeprefix(self.base))
        return await get(self, url)

    monkeypatch.setattr(inside.Inside, "_get", noted)
    assert site.get(f"/cases/{identity}").status_code == 200
    assert all(
        re.match(r"/[A-Z][A-Za-z]+(\?|/[0-9a-f-]{36}(/\$everything)?$)", url) for url in asked
    )


def _document_key(site: Site, identity: str) -> str:
    """System and value of a narrative's identifier."""
    found = site.get(f"/fhir/DocumentReference/{identity}").json()["identifier"][0]
    return f"{found['system']}|{found['value']}"


@pytest.mark.parametrize(
    "strange",
    [
        {"identifier": "x", "meta": {"tag": {"code": 7}}, "valueQuantity": "much"},
        {"code": [], "subject": 7, "extension": {"url": 1}, "valueQuantity": {"value": "8"}},
        {"code": {"coding": "x", "text": ["y"]}, "status": {}, "valueRange": [None, 1]},
        {"contained": [{"resourceType": 1}], "component": [[[]]], "id-": None},
    ],
)
def test_resources_in_any_form_do_not_break_a_page(
    site: Site, text: str, strange: dict[str, Any]
) -> None:
    """The server takes nearly everything; the page shows what is there, or says it cannot."""
    identity = site.push(text)
    observation = site.of_case(identity, "Observation", "observation-hemoglobin")
    site.force({**observation, **strange})
    answer = site.get(f"/cases/{identity}")
    assert answer.status_code == 200
    assert "chip c-made" in article(answer.text, "medication-alemtuzumab")
    assert site.get("/cases").status_code == 200
    assert site.get(f"/ui/resources/Observation/{observation['id']}").status_code == 200


def test_what_cannot_be_shown_is_told(
    site: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong, a page says that it did, without what was in the way."""
    identity = site.push(text)

    def broken(*_: object, **__: object) -> str:
        raise KeyError("alemtuzumab")

    monkeypatch.setattr("fhirkit.serve.cases.page", broken)
    answer = site.get(f"/cases/{identity}")
    assert answer.status_code == 500
    assert "No page could be made" in answer.text
    assert "alemtuzumab" not in answer.text


def test_hostile_words_stay_words(site: Site, text: str) -> None:
    """A narrative and a name full of markup are shown as they are, wherever they appear."""
    hostile = f"{HOSTILE} {text}"
    identity = site.push(hostile)
    observation = site.of_case(identity, "Observation", "observation-hemoglobin")
    observation["code"] = {"text": HOSTILE}
    site.put(observation)
    event = next(one for one in site.search("AdverseEvent") if identity in json.dumps(one))
    event["event"]["text"] = HOSTILE
    site.put(event)
    for path in (f"/cases/{identity}", "/cases"):
        html = site.get(path).text
        assert "alert(1)" in html
        assert "<script>alert" not in html
        assert "<img" not in html


@pytest.mark.parametrize("path", ["/cases", "/cases/unknown"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_pages_can_only_be_read(site: Site, path: str, method: str) -> None:
    """Any other method is refused, with those that are allowed."""
    answer = site.ask(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_gives_what_would_come_before_the_page(site: Site, text: str) -> None:
    """The same headers, no page."""
    identity = site.push(text)
    for path in ("/cases", f"/cases/{identity}"):
        asked, got = site.ask("HEAD", path), site.get(path)
        assert asked.content == b""
        for name in ("content-length", "content-type", "content-security-policy"):
            assert asked.headers[name] == got.headers[name]


@pytest.mark.parametrize("path", ["/cases", "/cases/unknown"])
@pytest.mark.parametrize(
    "headers", [{"host": "hospital.example"}, {"origin": "https://hospital.example"}]
)
def test_other_sites_are_refused(site: Site, path: str, headers: dict[str, str]) -> None:
    """The pages are under the same guard as the data."""
    answer = site.get(path, headers=headers)
    assert answer.status_code == 403
    assert "case" not in answer.text


def test_what_is_said_with_a_page(site: Site, text: str) -> None:
    """One strict policy, that of the page itself, and headers that keep it where it is."""
    for path in (f"/cases/{site.push(text)}", "/cases", "/cases/unknown"):
        answer = site.get(path)
        policies = answer.headers.get_list("content-security-policy", split_commas=False)
        assert len(policies) == 1
        assert "default-src 'none'" in policies[0]
        assert "frame-ancestors 'none'" in policies[0]
        assert "unsafe" not in policies[0]
        own = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', answer.text)
        assert own
        assert policies[0] == f"{own[1]}; frame-ancestors 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers


def test_nothing_is_written(site: Site, text: str) -> None:
    """Looking at pages leaves no trace on the server."""
    identity = site.push(text)
    before = site.get("/fhir/_history?_count=1").json()["total"]
    for path in ("/cases", f"/cases/{identity}", f"/ui/resources/DocumentReference/{identity}"):
        assert site.get(path).status_code == 200
    assert site.get("/fhir/_history?_count=1").json()["total"] == before


@pytest.mark.parametrize("path", ["/ui", "/ui/resources", "/ui/traffic", "/ui/validate"])
def test_the_servers_own_pages_lead_to_the_cases(site: Site, path: str) -> None:
    """Once, in their menu, under the policy they had."""
    answer = site.get(path)
    assert answer.text.count('<a href="/cases">Cases</a></nav>') == 1
    assert answer.text.count("/cases") == 1
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.text.rstrip().endswith("</html>")
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("DocumentReference", "case.document"),
        ("Patient", "patient-case"),
        ("Observation", "observation-hemoglobin"),
        ("Observation", "patient-case.age"),
    ],
)
def test_a_resource_leads_to_the_page_of_its_case(
    site: Site, text: str, kind: str, name: str
) -> None:
    """Where the server shows a resource of a case, a link goes to where the page shows it."""
    identity = site.push(text)
    resource = site.of_case(identity, kind, name)
    html = site.get(f"/ui/resources/{kind}/{resource['id']}").text
    assert html.count("Page of this case") == 1
    link = re.search(rf'href="(/cases/{identity}(?:#(f-[\w-]+))?)"', html)
    assert link
    assert bool(link[2]) == (name != "case.document")
    if link[2]:
        assert f'id="{link[2]}"' in site.get(link[1].partition("#")[0]).text


def test_other_resources_lead_to_no_page(site: Site, text: str) -> None:
    """A patient of somebody else's, and a case whose narrative was deleted, have no link."""
    site.put({"resourceType": "Patient", "id": "other", "name": [{"text": HOSTILE}]})
    html = site.get("/ui/resources/Patient/other").text
    assert "Page of this case" not in html
    assert html.count("/cases") == 1
    identity = site.push(text)
    observation = site.of_case(identity, "Observation", "observation-hemoglobin")
    site.delete(site.get(f"/fhir/DocumentReference/{identity}").json())
    html = site.get(f"/ui/resources/Observation/{observation['id']}").text
    assert "Page of this case" not in html


@pytest.mark.parametrize(
    "path", ["/fhir/metadata", "/ui/static/style.css", "/ui/nothing", "/ui/resources/Patient/none"]
)
def test_what_is_no_page_of_the_server_stays_as_it_is(site: Site, path: str) -> None:
    """FHIR, styles and errors are not touched."""
    answer = site.get(path)
    assert "Page of this case" not in answer.text
    assert len(answer.content) == int(answer.headers["content-length"])


def test_requests_are_not_logged(site: Site, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not even the ids that are asked for within."""
    identity = site.push(text)
    with caplog.at_level("DEBUG"):
        site.get(f"/cases/{identity}")
    inner = [r for r in caplog.records if r.threadName != "MainThread"]
    assert inner == []


def test_an_empty_server_says_how_to_begin(tmp_path: Path, require: Callable[[str], None]) -> None:
    """No table, but what to type."""
    if find_spec("sekmet") is None:
        require(f"no embedded server: {INSTALL}")
    with running(tmp_path / "empty.db") as server:
        html = httpx.get(server.cases, trust_env=False).text
        assert "No case yet" in html
        assert f"<code>{server.base}</code>" in html
        assert "<table" not in html
