from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

import fhirkit
from fhirkit.errors import InputError
from fhirkit.facts.jsonform import to_dict
from fhirkit.facts.model import Whose
from fhirkit.report.inputs import is_decisions, subject
from fhirkit.report.page import page
from fhirkit.report.subject import Subject, Way, of_case, of_text
from fhirkit.report.summary import summary

TEXT = (
    "A 40-year-old woman with multiple sclerosis was given 12 mg of alemtuzumab for five days. "
    "Hemoglobin was 7.20 g/dl. Her mother had diabetes. In the literature, "
    "alemtuzumab caused thyroiditis in many patients. Eight months later she developed "
    "autoimmune hemolytic anemia, which was attributed to alemtuzumab and led to admission. She "
    "died.\n"
)
SERIES = (
    "Case 1. A 30-year-old man was treated with nivolumab and developed myocarditis.\n\n"
    "Case 2. A 60-year-old woman was treated with pembrolizumab and developed colitis.\n"
)


def bundle_of(text: str = TEXT, **settings: Any) -> dict[str, Any]:
    """The bundle of a text."""
    return fhirkit.to_bundle(fhirkit.extract(text), fhirkit.Settings(**settings))


def given(bundle: dict[str, Any], way: Way | None = None) -> Subject:
    """The subject of a bundle."""
    return subject("b.json", fhirkit.to_json(bundle).encode(), "b.json", way)


def resource(bundle: dict[str, Any], kind: str, number: int = 0) -> dict[str, Any]:
    """One resource of a bundle, by its type."""
    found = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]
    made: dict[str, Any] = found[number]
    return made


def url(bundle: dict[str, Any], wanted: dict[str, Any]) -> str:
    """The fullUrl of a resource of a bundle."""
    found = [entry["fullUrl"] for entry in bundle["entry"] if entry["resource"] is wanted]
    return str(found[0])


def ids(made: Subject) -> list[str]:
    """The ids of the facts of a subject."""
    return [fact.id for fact in made.case.facts]


def test_a_text_is_read_with_its_reasons() -> None:
    """A narrative gives its facts, why each was read, what was left out and who else is told of."""
    made = of_text("case.txt", TEXT)
    assert made.case == fhirkit.extract(TEXT, explain=True)
    assert made.case.statements
    assert made.name == "case.txt"
    assert made.bundle == bundle_of()
    assert made.altered == frozenset()


def test_the_bundle_is_validated_as_it_would_be_written() -> None:
    """Findings are those of the bundle's own bytes, with their lines."""
    made = of_text("case.txt", TEXT, Way(settings=fhirkit.Settings(seriousness="tho")))
    data = fhirkit.to_json(bundle_of(seriousness="tho")).encode()
    assert list(made.issues) == fhirkit.validate(data)
    assert made.issues


def test_a_text_of_several_patients_is_one_subject() -> None:
    """All patients of a text are on one page, or the one that was asked for."""
    assert {fact.patient for fact in of_text("s", SERIES).case.facts} == {1, 2}
    assert {fact.patient for fact in of_text("s", SERIES, Way(patient=2)).case.facts} == {2}


def test_a_patient_the_text_does_not_have_is_refused() -> None:
    """The error says which patients there are."""
    with pytest.raises(
        InputError, match=r"s\.txt: there is no patient 7 \(patients told of: 1, 2\)"
    ):
        subject("s", SERIES.encode(), "s.txt", Way(patient=7))


def test_facts_get_the_reasons_of_a_reading_that_agrees() -> None:
    """A facts file without reasons has those of today where the text reads the same today."""
    plain = fhirkit.extract(TEXT)
    facts = tuple(replace(fact, rule="", why="") for fact in plain.facts)
    made = of_case("case.json", replace(plain, facts=facts))
    assert made.case == fhirkit.extract(TEXT, explain=True)


def test_facts_keep_their_own_reasons() -> None:
    """What a facts file says was left out stays, whatever a reading of today would say."""
    full = fhirkit.extract(TEXT, explain=True)
    own = replace(full, left_out=full.left_out[:1], statements=())
    assert of_case("case.json", own).case == own


def test_facts_that_differ_get_no_foreign_reasons() -> None:
    """A facts file that somebody changed is shown as it is, without left-out words."""
    plain = fhirkit.extract(TEXT)
    changed = replace(plain, facts=plain.facts[:-1])
    assert of_case("case.json", changed).case == changed


def test_facts_are_known_by_their_form() -> None:
    """A facts file is recognised whatever it is called."""
    data = json.dumps(to_dict(fhirkit.extract(TEXT))).encode()
    assert subject("notes.txt", data, "notes.txt").case == fhirkit.extract(TEXT, explain=True)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"bundle_type": "batch"},
        {"bundle_type": "collection"},
        {"identifier_system": "https://hospital.example/keys", "source_url": "https://a.example/1"},
        {"seriousness": "tho", "test_data": True},
        {"seriousness": "both", "recorded": "2026-01-01T00:00:00Z"},
    ],
    ids=["plain", "batch", "collection", "systems", "tho", "both"],
)
def test_a_bundle_of_ours_is_not_altered(settings: dict[str, Any]) -> None:
    """Whatever the settings it was made with, a bundle says what its text says."""
    made = given(bundle_of(**settings))
    assert made.case == fhirkit.extract(TEXT, explain=True)
    assert made.altered == frozenset()


def test_a_bundle_of_several_patients_is_not_altered() -> None:
    """Nor is one of several patients, with a document for each."""
    made = given(bundle_of(SERIES))
    assert {fact.patient for fact in made.case.facts} == {1, 2}
    assert made.altered == frozenset()


def test_a_bundle_of_one_of_several_patients_has_only_theirs() -> None:
    """What the text tells of the others is on no page of this bundle."""
    part = fhirkit.extract(SERIES).by_patient()[2]
    made = given(fhirkit.to_bundle(part))
    assert {fact.patient for fact in made.case.facts} == {2}
    assert {item.patient for item in made.case.left_out} <= {2}
    assert made.altered == frozenset()


def test_a_patient_cannot_be_cut_out_of_a_bundle() -> None:
    """--patient needs a bundle of that patient alone."""
    part = fhirkit.to_bundle(fhirkit.extract(SERIES).by_patient()[2])
    assert ids(given(part, Way(patient=2))) == ids(given(part))
    with pytest.raises(InputError, match=r"not of patient 2 alone \(patients in it: 1, 2\)"):
        given(bundle_of(SERIES), Way(patient=2))


def test_what_the_bundle_does_not_say_is_dropped() -> None:
    """A fact whose resource somebody took out is no fact of this page; others' facts stay."""
    bundle = bundle_of()
    gone = resource(bundle, "Observation", -1)
    bundle["entry"] = [e for e in bundle["entry"] if e["resource"] is not gone]
    before, after = of_text("b", TEXT), given(bundle)
    lost = set(ids(before)) - set(ids(after))
    assert len(lost) == 1
    assert any(i["value"].endswith(next(iter(lost))) for i in gone["identifier"])
    assert [f for f in after.case.facts if f.whose is not Whose.PATIENT] == [
        f for f in before.case.facts if f.whose is not Whose.PATIENT
    ]
    # The Provenance still names it.
    assert after.altered == {url(bundle, resource(bundle, "Provenance"))}


def change_value(bundle: dict[str, Any]) -> dict[str, Any]:
    """Another value."""
    found = next(
        e["resource"] for e in bundle["entry"] if "g/dL" in str(e["resource"].get("valueQuantity"))
    )
    found["valueQuantity"]["value"] = 72
    return dict(found)


def change_code(bundle: dict[str, Any]) -> dict[str, Any]:
    """Another code."""
    found = resource(bundle, "Condition")
    found["code"]["coding"] = [{"system": "http://snomed.info/sct", "code": "1"}]
    return found


def change_status(bundle: dict[str, Any]) -> dict[str, Any]:
    """Another certainty."""
    found = resource(bundle, "Condition")
    found["verificationStatus"] = {"coding": [{"code": "refuted"}]}
    return found


def change_subject(bundle: dict[str, Any]) -> dict[str, Any]:
    """Another person."""
    found = resource(bundle, "Condition")
    found["subject"] = {"reference": "Patient/another"}
    return found


def change_words(bundle: dict[str, Any]) -> dict[str, Any]:
    """Other words of the text."""
    found = resource(bundle, "Condition")
    for extension in found["extension"]:
        extension["extension"][2]["valueInteger"] += 1
    return found


@pytest.mark.parametrize(
    "change", [change_value, change_code, change_status, change_subject, change_words]
)
def test_what_is_not_read_from_the_text_is_named(
    change: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    """A resource of other content is named by its fullUrl, alone, and its fact stays."""
    bundle = bundle_of()
    changed = change(bundle)
    urls = [
        e["fullUrl"]
        for e in bundle["entry"]
        if e["resource"].get("identifier") == changed["identifier"]
    ]
    made = given(bundle)
    assert made.altered == set(urls)
    assert ids(made) == ids(of_text("b", TEXT))


def test_a_resource_of_no_fact_is_named() -> None:
    """What somebody added to a bundle is not read from the text."""
    bundle = bundle_of()
    added = {"resourceType": "Condition", "code": {"text": "gout"}}
    bundle["entry"].append({"fullUrl": "urn:uuid:1", "resource": added})
    assert given(bundle).altered == {"urn:uuid:1"}


def test_an_entry_without_a_name_gets_one() -> None:
    """Each resource can be named, even one that came without a fullUrl."""
    bundle = bundle_of()
    bundle["entry"].append({"resource": {"resourceType": "Condition"}})
    made = given(bundle)
    assert made.altered == {made.bundle["entry"][-1]["fullUrl"]}
    assert made.altered != {""}


def as_stored(bundle: dict[str, Any]) -> dict[str, Any]:
    """The bundle as a server gives it back: its own ids, addresses and references."""
    places = {
        entry["fullUrl"]: f"{entry['resource']['resourceType']}/{index}"
        for index, entry in enumerate(bundle["entry"])
    }
    text = fhirkit.to_json(bundle)
    for old, new in places.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    stored: dict[str, Any] = json.loads(text)
    for index, entry in enumerate(stored["entry"]):
        kind = entry["resource"]["resourceType"]
        entry["resource"]["id"] = str(index)
        entry["resource"]["meta"]["versionId"] = "1"
        entry["fullUrl"] = f"https://server.example/fhir/{kind}/{index}"
        entry.pop("request")
    return stored | {"type": "collection"}


def test_a_bundle_from_a_server_is_not_altered() -> None:
    """A server's ids, versions and references make no other statement."""
    made = given(as_stored(bundle_of()))
    assert made.altered == frozenset()
    assert ids(made) == ids(of_text("b", TEXT))


def test_a_sites_own_record_of_the_person_does_not_alter_the_rest() -> None:
    """Where the Patient lies outside of the bundle, all that points at one there is as read."""
    bundle = bundle_of()
    person = resource(bundle, "Patient")
    address = url(bundle, person)
    bundle["entry"] = [e for e in bundle["entry"] if e["resource"] is not person]
    text = fhirkit.to_json(bundle).replace(address, "Patient/4711")
    assert given(json.loads(text)).altered == frozenset()


def test_a_hospitals_own_numbers_hide_no_key() -> None:
    """Identifiers that a site put before ours neither alter a resource nor take it off the page."""
    bundle = bundle_of()
    for entry in bundle["entry"]:
        if isinstance(entry["resource"].get("identifier"), list):
            entry["resource"]["identifier"].insert(0, {"system": "urn:mrn", "value": "4711"})
    made = given(bundle)
    assert made.altered == frozenset()
    own = given(bundle_of())
    assert re.findall(r' id="([\w-]+)"', page(made)) == re.findall(r' id="([\w-]+)"', page(own))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no narrative inside"),
        ([], "no narrative inside"),
        ([{"attachment": {"contentType": "application/pdf", "data": "JVBERi0="}}], "no narrative"),
        ([{"attachment": {"contentType": "text/plain", "data": "?"}}], "no narrative"),
        (
            [{"attachment": {"contentType": "text/plain", "url": "http://a.example"}}],
            "no narrative",
        ),
        ([{"attachment": {"contentType": "text/plain", "data": "/w=="}}], "not UTF-8"),
    ],
)
def test_a_bundle_without_its_narrative_is_refused(content: Any, said: str) -> None:
    """Nothing can be shown beside a text that is not there."""
    bundle = bundle_of()
    resource(bundle, "DocumentReference")["content"] = content
    with pytest.raises(InputError, match=f"b.json: .*{said}"):
        given(bundle)


def test_a_bundle_of_two_texts_is_refused() -> None:
    """A page has one narrative."""
    bundle = bundle_of()
    bundle["entry"] += bundle_of(SERIES)["entry"]
    with pytest.raises(InputError, match="2 narratives inside: give one bundle for each"):
        given(bundle)


def test_another_document_does_not_hide_ours() -> None:
    """A letter that lies beside the narrative is not taken for it."""
    bundle = bundle_of()
    letter = {"contentType": "text/plain", "data": b64encode(b"Dear colleague").decode()}
    bundle["entry"].insert(
        0,
        {
            "fullUrl": "urn:uuid:2",
            "resource": {"resourceType": "DocumentReference", "content": [{"attachment": letter}]},
        },
    )
    made = given(bundle)
    assert made.case.text == TEXT
    assert made.altered == {"urn:uuid:2"}


@pytest.mark.parametrize(
    "entries",
    [None, {}, "x", [None, 1, [], {"resource": []}, {"resource": {"identifier": [[], {}, 1]}}]],
)
def test_what_is_no_entry_is_passed_over(entries: Any) -> None:
    """A bundle of odd things has no narrative; nothing breaks on the way to saying so."""
    with pytest.raises(InputError, match="no narrative inside"):
        given({"resourceType": "Bundle", "entry": entries})


def test_odd_resources_beside_the_case_are_named() -> None:
    """Entries of any shape can lie in a bundle: they are not of this reading."""
    bundle = bundle_of()
    odd: list[Any] = [
        {"resourceType": 5, "identifier": {"value": 1}, "meta": [], "seriousness": {"coding": 1}},
        {"resourceType": "Observation", "meta": {"tag": {}}, "valueQuantity": {"value": 1e999}},
        {"resourceType": "Patient", "identifier": "x", "link": [{"reference": ["a"]}, None]},
    ]
    bundle["entry"] += [{"fullUrl": f"u{i}", "resource": r} for i, r in enumerate(odd)]
    data = fhirkit.to_json(bundle).replace("Infinity", "1e999").encode()
    assert subject("b", data, "b").altered == {"u0", "u1", "u2"}


ODD = [None, True, -1, 1.5, 10**30, "", "</script>", [], {}, [None], [[]], {"x": 1}, [{"x": []}]]


def places(node: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside ``node``."""
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    found = [(*place, name) for name, _ in inner]
    for name in [name for *_, name in found]:
        if isinstance(node[name], dict | list):
            found += places(node[name], (*place, name))
    return found


def test_any_value_may_stand_anywhere() -> None:
    """A bundle of any shape has its page, or is refused; nothing breaks on the way."""
    whole = fhirkit.to_json(bundle_of())
    everywhere = places(json.loads(whole))
    chance = Random(7)
    shown = 0
    for _ in range(100):
        bundle = json.loads(whole)
        *way, last = chance.choice(everywhere)
        node = bundle
        for name in way:
            node = node[name]
        node[last] = chance.choice(ODD)
        try:
            made = subject("b", json.dumps(bundle).encode(), "b")
        except InputError:
            continue
        assert page(made)
        assert summary(made).facts <= len(made.case.facts)
        shown += 1
    assert shown > 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"resourceType": "Patient"}', "no Bundle"),
        ('{"a": 1}', "neither facts nor a bundle"),
        ("{}", "neither facts nor a bundle"),
        ("[1]", "neither facts nor a bundle"),
        ('{"resourceType": "Bundle", "entry": [', "begins like JSON and is none"),
        ('{"a": NaN}', "begins like JSON and is none"),
        ('{"format": "fhirkit-facts/1"}', "facts as JSON: text"),
        ('{"format": "fhirkit-decisions/1"}', "give them with --decisions"),
        ('{"a":' + "[" * 150 + "]" * 150 + "}", "levels deep"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "JSON"),
        ("", "empty"),
        ("a\0b", "NUL"),
        ("%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_case_is_refused(text: str, said: str) -> None:
    """The error names the input and what was expected."""
    with pytest.raises(InputError, match=r"^in\.x: ") as error:
        subject("in.x", text.encode(), "in.x")
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text", ["[Case] A woman had fever.", "{A woman} had fever.", '"A woman had fever."']
)
def test_a_text_may_begin_with_a_bracket(text: str) -> None:
    """What only begins a little like JSON is a narrative."""
    assert subject("t", text.encode(), "t").case.text == text


def test_a_byte_order_mark_does_not_hide_what_a_file_is() -> None:
    """Files of Windows programs are read, too."""
    data = b"\xef\xbb\xbf" + fhirkit.to_json(bundle_of()).encode()
    assert subject("b", data, "b").case.text == TEXT


def test_decisions_are_known_by_their_form() -> None:
    """Decisions lie in the folder of the cases they are about, and are none."""
    assert is_decisions(b'{"format": "fhirkit-decisions/1", "decisions": []}')
    assert not is_decisions(b'{"format": "fhirkit-facts/1", "text": "fhirkit-decisions/1"}')
    assert not is_decisions(b'{"fhirkit-decisions/1')
    assert not is_decisions(b"A text on fhirkit-decisions/1.")
