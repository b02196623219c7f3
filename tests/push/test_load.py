from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.errors import InputError
from fhirkit.push.exact import write_exact
from fhirkit.push.load import Load, read_load
from fhirkit.push.options import OnExisting
from fhirkit.settings import DEFAULT_IDENTIFIER_SYSTEM
from pushing import case, data

URN = "urn:uuid:00000000-0000-4000-8000-00000000000{}"
IDENTIFIER = [{"system": "urn:x", "value": "1"}]


def patient(**more: Any) -> dict[str, Any]:
    """A resource that has a key."""
    return {"resourceType": "Patient", "identifier": IDENTIFIER, **more}


def bundle(*entries: Any, kind: str = "transaction") -> dict[str, Any]:
    """Some entries."""
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def load(*entries: Any, kind: str = "transaction", on_existing: OnExisting = "keep") -> Load:
    """The load of some entries."""
    return read_load("a.json", data(bundle(*entries, kind=kind)), on_existing)


def refusal(*entries: Any, kind: str = "transaction") -> str:
    """Why some entries are not sent."""
    with pytest.raises(InputError) as caught:
        load(*entries, kind=kind)
    return str(caught.value)


# Keys


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"method": "POST", "url": "Patient"}, id="plain-create"),
        pytest.param({"method": "PUT", "url": "Patient/7"}, id="update-by-id"),
        pytest.param({"method": "PUT", "url": "Patient?"}, id="empty-condition"),
        pytest.param({"method": "POST", "url": "Patient", "ifNoneExist": ""}, id="empty-create"),
        pytest.param({}, id="empty"),
        pytest.param(None, id="none"),
    ],
)
def test_without_a_condition_the_identifier_is_the_key(request_: dict[str, Any] | None) -> None:
    """However the entry asks to be stored."""
    made = load({"fullUrl": URN.format(1), "resource": patient(), "request": request_})
    assert made.asked[0].key == "Patient?identifier=urn:x|1"
    assert not made.whole
    assert made.entries[0]["request"] == {
        "method": "POST",
        "url": "Patient",
        "ifNoneExist": "identifier=urn:x|1",
    }


@pytest.mark.parametrize(
    ("request_", "criteria"),
    [
        ({"method": "POST", "url": "Patient", "ifNoneExist": "identifier=a|b"}, "identifier=a|b"),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "?identifier=a|b"}, "identifier=a|b"),
        (
            {"method": "POST", "url": "Patient", "ifNoneExist": "Patient?identifier=a|b"},
            "identifier=a|b",
        ),
        ({"method": "PUT", "url": "Patient?_tag=a|b"}, "_tag=a|b"),
        ({"method": "PUT", "url": "Patient?family=a&given=b"}, "family=a&given=b"),
    ],
)
def test_an_entry_is_known_by_the_condition_it_brings(
    request_: dict[str, Any], criteria: str
) -> None:
    """With the type before it, which servers refuse, or without."""
    tagged = {"meta": {"tag": [{"system": "a", "code": "b"}]}}
    resource = patient(identifier=[{"system": "a", "value": "b"}], **tagged)
    made = load({"fullUrl": URN.format(1), "resource": resource, "request": request_})
    assert made.asked[0].criteria == criteria


@pytest.mark.parametrize("condition", ["identifier=a|c", "_tag=a|b", "identifier=x|b"])
def test_a_condition_that_is_not_its_own_is_told(condition: str) -> None:
    """A server would refuse it, or store it once more with every push."""
    resource = patient(identifier=[{"system": "a", "value": "b"}])
    request_ = {"method": "POST", "url": "Patient", "ifNoneExist": condition}
    with pytest.raises(InputError, match="does not satisfy its own condition"):
        load({"fullUrl": URN.format(1), "resource": resource, "request": request_})


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        ([{"value": "1"}, {"system": "urn:y", "value": "2"}], "identifier=urn:y|2"),
        ({"system": "urn:y", "value": "2"}, "identifier=urn:y|2"),
        ([{"system": "urn:y", "value": "a,b|c d"}], "identifier=urn:y|a%5C%2Cb%5C%7Cc%20d"),
        ([{"system": "urn:y", "value": "ü"}], "identifier=urn:y|%C3%BC"),
    ],
)
def test_the_first_identifier_with_system_and_value_is_taken(identifier: Any, key: str) -> None:
    """Written so that a server understands it."""
    made = load({"resource": {"resourceType": "Patient", "identifier": identifier}})
    assert made.asked[0].criteria == key


@pytest.mark.parametrize(
    "identifier", [None, [], [{"value": "1"}], [{"system": "urn:x", "value": ""}], ["x"], "x", 1]
)
def test_without_an_identifier_it_gets_a_tag(identifier: Any) -> None:
    """Made from its address, the same each time."""
    resource = {"resourceType": "Patient", "identifier": identifier}
    made = load({"fullUrl": URN.format(1), "resource": resource})
    code = URN.format(1).removeprefix("urn:uuid:")
    assert made.asked[0].criteria == f"_tag={DEFAULT_IDENTIFIER_SYSTEM}|{code}"
    assert made.entries[0]["resource"]["meta"] == {
        "tag": [{"system": DEFAULT_IDENTIFIER_SYSTEM, "code": code}]
    }


def test_another_address_makes_another_tag() -> None:
    """A URL is made a UUID."""
    one, two = (
        load({"fullUrl": f"http://x/Patient/{n}", "resource": {"resourceType": "Patient"}}).asked
        for n in "12"
    )
    assert one[0].key != two[0].key


@pytest.mark.parametrize("url", ["Patient/1", "urn:uuid:abc", "urn:x:1"])
def test_an_address_that_others_may_have_is_told_apart(url: str) -> None:
    """Two patients of two files that have the same id are not one."""
    one, same, other = (
        load({"fullUrl": url, "resource": {"resourceType": "Patient", "gender": gender}}).asked
        for gender in ("male", "male", "female")
    )
    assert one == same != other


@pytest.mark.parametrize("url", ["http://x/Patient/1", "urn:oid:1.2", URN.format("A")])
def test_an_address_of_its_own_is_known_again(url: str) -> None:
    """Whatever else is in the bundle."""
    one, other = (
        load({"fullUrl": url, "resource": {"resourceType": "Patient", "gender": gender}}).asked
        for gender in ("male", "female")
    )
    assert one == other


def test_nothing_to_be_known_by_is_told() -> None:
    """A second push would store it again."""
    assert "neither an identifier" in refusal({"resource": {"resourceType": "Patient"}})


def test_an_id_is_an_address_too() -> None:
    """Where there is no fullUrl."""
    made = load({"resource": {"resourceType": "Patient", "id": "7"}})
    assert made.asked[0].criteria.startswith("_tag=")
    assert "id" not in made.entries[0]["resource"]


@pytest.mark.parametrize(
    ("resource", "request_"),
    [
        pytest.param(
            {"identifier": {"system": "urn:x", "value": "a,b"}},
            {"method": "POST", "url": "AdverseEvent", "ifNoneExist": "identifier=urn:x|other"},
            id="identifier",
        ),
        pytest.param(
            {},
            {
                "method": "POST",
                "url": "AdverseEvent",
                "ifNoneExist": "identifier=urn:x%7Ca%5C%2Cb",
            },
            id="condition",
        ),
    ],
)
def test_an_adverse_event_goes_by_a_tag(resource: Any, request_: Any) -> None:
    """R4 has no search by identifier for it."""
    given = {"resourceType": "AdverseEvent", "meta": {"tag": [{"code": "z"}]}, **resource}
    made = load({"fullUrl": URN.format(1), "resource": given, "request": request_})
    assert made.asked[0].key == "AdverseEvent?_tag=urn:x|a%5C%2Cb"
    (entry,) = made.entries
    assert entry["resource"]["meta"]["tag"] == [{"code": "z"}, {"system": "urn:x", "code": "a,b"}]
    assert entry["request"]["ifNoneExist"] == "_tag=urn:x|a%5C%2Cb"


def test_an_identifier_among_other_conditions_is_no_search_either() -> None:
    """The resource's own identifier becomes its tag."""
    request = {
        "method": "POST",
        "url": "AdverseEvent",
        "ifNoneExist": "date=2020&identifier=urn:x|1",
    }
    given = {"resourceType": "AdverseEvent", "identifier": IDENTIFIER[0]}
    made = load({"fullUrl": URN.format(1), "resource": given, "request": request})
    assert made.asked[0].criteria == "_tag=urn:x|1"


def test_a_condition_that_begins_like_the_type_is_left() -> None:
    """The type ends with a question mark."""
    request = {"method": "POST", "url": "Flag", "ifNoneExist": "Flagged=1"}
    made = load({"resource": {"resourceType": "Flag"}, "request": request})
    assert made.asked[0].criteria == "Flagged=1"


def test_a_tag_that_is_there_is_not_put_there_again() -> None:
    """Reading what was made changes nothing."""
    first = load({"fullUrl": URN.format(1), "resource": {"resourceType": "Provenance"}})
    resource = first.entries[0]["resource"]
    assert load({"fullUrl": URN.format(1), "resource": resource}).entries == first.entries


@pytest.mark.parametrize(
    "second",
    [
        pytest.param("identifier=urn:x|1", id="same"),
        pytest.param("identifier=urn:x%7C1", id="percent"),
        pytest.param("identifier=urn%3Ax%7c%31", id="more-percent"),
        pytest.param("Patient?identifier=urn:x|1", id="with-the-type"),
    ],
)
def test_the_same_key_twice_is_refused(second: str) -> None:
    """However it is written: the words name the entries and quote no value."""
    words = refusal(
        *(
            {
                "fullUrl": URN.format(number),
                "resource": patient(),
                "request": {"method": "POST", "url": "Patient", "ifNoneExist": criteria},
            }
            for number, criteria in enumerate(["identifier=urn:x|1", second])
        )
    )
    assert "entries 0 and 1 (Patient) have the same key" in words
    assert "urn:x" not in words


# Whole or written anew


def test_a_bundle_as_we_make_it_is_whole() -> None:
    """Its bytes can be sent as they are."""
    made = read_load("a.json", data(case(1)), "keep")
    assert made.whole
    assert list(made.entries) == case(1)["entry"]
    assert made.addresses == {entry["fullUrl"]: n for n, entry in enumerate(case(1)["entry"])}


def test_the_same_is_written_anew_to_overwrite() -> None:
    """A conditional create becomes a conditional update."""
    made = read_load("a.json", data(case(1, size=1)), "update")
    assert not made.whole
    assert made.entries[0]["request"] == {"method": "PUT", "url": "Patient?identifier=urn:x|1-0"}


def test_updates_by_condition_are_whole_when_asked_for() -> None:
    """And are made creates to keep what is there."""
    entry = {
        "fullUrl": URN.format(1),
        "resource": patient(),
        "request": {"method": "PUT", "url": "Patient?identifier=urn:x|1"},
    }
    assert load(entry, on_existing="update").whole
    kept = load(entry, on_existing="keep")
    assert not kept.whole
    assert kept.entries[0]["request"]["method"] == "POST"


def test_an_id_of_the_bundles_own_is_not_sent_with_an_update() -> None:
    """Servers refuse it, or take it for another's."""
    entry = {
        "fullUrl": URN.format(1),
        "resource": patient(id="7"),
        "request": {"method": "PUT", "url": "Patient?identifier=urn:x|1"},
    }
    made = load(entry, on_existing="update")
    assert not made.whole
    assert "id" not in made.entries[0]["resource"]


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection"])
def test_it_is_read_with_its_type(kind: str) -> None:
    """A collection has no requests, and its entries get them."""
    made = read_load("a.json", data({**case(1), "type": kind}), "keep")
    assert made.kind == kind
    assert made.whole is (kind != "collection")
    assert len(made.entries) == 3


def test_digits_stay_though_it_is_written_anew() -> None:
    """0.8500 is no 0.85."""
    text = b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":'
    text += b'"Observation","identifier":[{"system":"a","value":"b"}],"valueQuantity":{"value":'
    made = read_load("a.json", text + b"0.8500}}}]}", "keep")
    assert b'"value":0.8500}' in write_exact(made.entries[0])


# Addresses


def test_addresses_that_servers_do_not_rewrite_become_uuids() -> None:
    """With every reference to them."""
    addresses = ["http://x/fhir/Patient/1", "urn:uuid:abc", URN.format("A"), "urn:oid:1.2"]
    entries = [
        {"fullUrl": url, "resource": patient(identifier=[{"system": "a", "value": str(n)}])}
        for n, url in enumerate(addresses)
    ]
    said = [*addresses, "Patient/1", "Patient/2", "#a", "http://x/fhir/Patient/1/_history/1"]
    pointing = {
        "resourceType": "Group",
        "identifier": IDENTIFIER,
        "member": [{"entity": {"reference": one}} for one in said],
    }
    *made, last = load(*entries, {"fullUrl": URN.format(1), "resource": pointing}).entries
    urls = [entry["fullUrl"] for entry in made]
    assert len(set(urls)) == len(urls)
    assert all(len(url) == len(URN.format(1)) and url == url.lower() for url in urls)
    found = [member["entity"]["reference"] for member in last["resource"]["member"]]
    assert found == [*urls, urls[0], *said[5:]]


def test_a_relative_reference_means_its_own_server() -> None:
    """Where two entries of a bundle have the same id on different ones."""
    entries = [
        {
            "fullUrl": f"http://{base}/{kind}/1",
            "resource": {
                "resourceType": kind,
                "identifier": [{"system": "urn:x", "value": f"{base}{kind}"}],
                "subject": {"reference": "Patient/1"},
            },
        }
        for base in ("a", "b")
        for kind in ("Patient", "Observation")
    ]
    made = load(*entries).entries
    assert made[1]["resource"]["subject"] == {"reference": made[0]["fullUrl"]}
    assert made[3]["resource"]["subject"] == {"reference": made[2]["fullUrl"]}


@pytest.mark.parametrize("url", [URN.format(5), "http://c/Observation/1", None])
def test_a_relative_reference_that_may_mean_two_patients(url: str | None) -> None:
    """Is told: a guess might be another patient."""
    entries = [
        {
            "fullUrl": f"http://{base}/Patient/1",
            "resource": patient(identifier=[{"system": "urn:x", "value": base}]),
        }
        for base in ("a", "b")
    ]
    observation = {
        "resourceType": "Observation",
        "identifier": IDENTIFIER,
        "subject": {"reference": "Patient/1"},
    }
    last = {"resource": observation} | ({"fullUrl": url} if url else {})
    with pytest.raises(InputError, match="one of several entries"):
        _ = load(*entries, last).entries
    (_, made) = load(entries[0], last).entries
    assert made["resource"]["subject"]["reference"].startswith("urn:uuid:")


def test_an_entry_without_fullurl_is_pointed_at_by_its_id() -> None:
    """As in a collection that was put together by hand."""
    observation = {
        "resourceType": "Observation",
        "identifier": IDENTIFIER,
        "subject": {"reference": "Patient/7"},
    }
    made = load({"resource": patient(id="7")}, {"resource": observation}, kind="collection").entries
    assert made[1]["resource"]["subject"]["reference"] == made[0]["fullUrl"]
    assert "fullUrl" not in made[1]


def test_the_same_bytes_give_the_same_uuids() -> None:
    """So that a second push is the same as the first; other bytes give others."""
    entry = {"fullUrl": "http://x/Patient/1", "resource": patient()}
    assert load(entry).entries == load(entry).entries
    other = {"fullUrl": "http://x/Patient/1", "resource": patient(active=True)}
    assert load(entry).entries[0]["fullUrl"] != load(other).entries[0]["fullUrl"]


# What is no bundle to push


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{", "not JSON", id="cut-off"),
        pytest.param(b"\xff", "not JSON", id="no-utf-8"),
        pytest.param(b"[" * 100_000, "not JSON", id="too-deep"),
        pytest.param(b"[]", "no FHIR bundle", id="list"),
        pytest.param(b'{"resourceType":"Patient"}', "no FHIR bundle", id="patient"),
        pytest.param(data(bundle(kind="searchset")), "only bundles of type", id="searchset"),
        pytest.param(data({"resourceType": "Bundle"}), "only bundles of type", id="no-type"),
        pytest.param(data({**bundle(), "type": []}), "only bundles of type", id="type-is-a-list"),
        pytest.param(data(bundle()), "no entries", id="no-entries"),
        pytest.param(data({**bundle(), "entry": {}}), "no entries", id="entries-are-none"),
    ],
)
def test_what_is_no_bundle_is_told(given: bytes, words: str) -> None:
    """With nothing of it in the words."""
    with pytest.raises(InputError, match=words):
        read_load("a.json", given, "keep")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (1, "entry 0 is no object"),
        ({}, "entry 0 has no resource"),
        ({"resource": []}, "entry 0 has no resource"),
        ({"resource": {}}, "entry 0 has no resource with a resourceType"),
        ({"resource": {"resourceType": "Pa tient"}}, "with a resourceType"),
        ({"resource": patient(), "fullUrl": 1.5}, "no string"),
        ({"resource": patient(id=7)}, "no string"),
        ({"resource": patient(), "request": {"method": "DELETE"}}, "neither POST nor PUT"),
        ({"resource": patient(), "request": {"method": "GET"}}, "neither POST nor PUT"),
        ({"resource": patient(), "request": {"method": "PUT", "ifMatch": 'W/"1"'}}, "a version"),
        ({"resource": patient(), "request": {"ifNoneMatch": "*"}}, "a version"),
        ({"resource": patient(), "request": {"ifNoneExist": 1}}, "no string"),
        ({"resource": {"resourceType": "Patient"}, "fullUrl": "\ud800"}, "half a character"),
        ({"resource": patient(identifier=[{"system": "a", "value": "\ud800"}])}, "half"),
    ],
)
def test_an_entry_that_cannot_be_sent_is_named(entry: Any, words: str) -> None:
    """By its position."""
    assert words in refusal(entry)


def test_what_looked_well_and_is_no_json_is_told_when_it_is_read() -> None:
    """A glance does not see all of it."""
    made = read_load("a.json", data(case(1)).replace(b'"final"', b"final"), "keep")
    with pytest.raises(InputError, match="not JSON"):
        _ = made.entries


def test_half_a_character_in_an_address_is_told_when_it_is_read() -> None:
    """It has no bytes to make a UUID of."""
    made = load({"fullUrl": "http://x/\ud800", "resource": patient()})
    with pytest.raises(InputError, match="half a character"):
        _ = made.entries


def test_a_byte_order_mark_is_no_matter() -> None:
    """Some editors write one; it is not sent."""
    made = read_load("a.json", b"\xef\xbb\xbf" + data(case(1)), "keep")
    assert not made.whole
    assert list(made.entries) == case(1)["entry"]


# Anything

TEXTS = st.sampled_from(
    [
        "Patient",
        "identifier=a|b",
        "http://x/Patient/1",
        "urn:uuid:a",
        "Patient/1",
        "|",
        "?",
        "",
        "1",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=4)
NAMES = st.sampled_from(
    "resourceType type entry fullUrl resource request method url ifNoneExist identifier system "
    "value id meta tag code reference extension".split()
)
ANYTHING = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=4),
    max_leaves=12,
)


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What is expected, and now and then anything."""
    return st.integers(0, 9).flatmap(lambda n: ANYTHING if n == 9 else strategy)


def parts(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with some of these."""
    return st.fixed_dictionaries({}, optional={name: mostly(one) for name, one in given.items()})


TOKENS = parts(system=TEXTS, value=TEXTS | st.text(max_size=3), code=TEXTS)
ENTRIES = st.fixed_dictionaries(
    {
        "resource": mostly(
            st.builds(
                lambda kind, rest: {"resourceType": kind, **rest},
                st.sampled_from(["Patient", "AdverseEvent", "Provenance"]),
                parts(
                    id=TEXTS,
                    identifier=TOKENS | st.lists(TOKENS, max_size=2),
                    meta=parts(tag=st.lists(TOKENS, max_size=2)),
                    subject=parts(reference=TEXTS),
                ),
            )
        )
    },
    optional={
        "fullUrl": mostly(TEXTS),
        "request": parts(
            method=st.sampled_from(["POST", "PUT"]), url=TEXTS, ifNoneExist=TEXTS | st.text()
        ),
    },
)
BUNDLES = st.builds(
    lambda kind, entries: bundle(*entries, kind=kind),
    st.sampled_from(["transaction", "batch", "collection"]),
    st.lists(mostly(ENTRIES), min_size=1, max_size=3),
)


@given(mostly(BUNDLES), st.sampled_from(["keep", "update"]))
def test_only_inputerror_leaves(given: Any, on_existing: OnExisting) -> None:
    """Whatever is read; what is taken has a key for each entry, and each entry is conditional."""
    try:
        made = read_load("a.json", json.dumps(given).encode(), on_existing)
        assert len(made.entries) == len(made.asked)
    except InputError:
        return
    assert [one.position for one in made.asked] == list(range(len(given["entry"])))
    keys = [unquote(one.key) for one in made.asked]
    assert len(set(keys)) == len(keys)
    for one, entry in zip(made.asked, made.entries, strict=True):
        assert one.type == entry["resource"]["resourceType"]
        asked = entry["request"]
        condition = asked.get("ifNoneExist") or asked["url"].partition("?")[2]
        assert condition == one.criteria != ""


@given(BUNDLES, st.sampled_from(["keep", "update"]))
def test_what_was_written_anew_is_whole(given: Any, on_existing: OnExisting) -> None:
    """Reading it again gives the same keys."""
    try:
        made = read_load("a.json", json.dumps(given).encode(), on_existing)
        text = write_exact(bundle(*made.entries))
    except (InputError, ValueError):
        return
    again = read_load("a.json", text, on_existing)
    assert again.asked == made.asked
    assert again.entries == made.entries
