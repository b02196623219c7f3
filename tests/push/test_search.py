from __future__ import annotations

from typing import Any

import pytest

from fhirkit.errors import Refused, ServerError, Unreachable
from fhirkit.push.answer import Reply
from fhirkit.push.caller import Request
from fhirkit.push.search import Found, answered, find, read, total
from fhirkit.push.tokens import Token, has_key, written
from pushing import Direct, Scripted, calling, json_reply, operation_outcome

KEY = "Patient?identifier=urn:x|1"


def patient(id_: str, value: str = "1", **more: Any) -> dict[str, Any]:
    """A resource as a server shows it."""
    identifier = [{"system": "urn:x", "value": value}]
    return {"resourceType": "Patient", "id": id_, "identifier": identifier, **more}


def shown(*resources: Any, more: bool = False) -> Reply:
    """The answer to a search."""
    links = [{"relation": "self", "url": "x"}] + [{"relation": "next", "url": "y"}] * more
    entries = [{"resource": resource} for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
    return json_reply(200, bundle)


def found(*script: Reply | Exception, key: str = KEY) -> Found:
    """What is found where a server answers so."""
    return find(calling(Scripted(*script)), key)


# Looking for a key


def test_it_finds_what_has_the_key() -> None:
    """And nothing else that is there."""
    server = Direct()
    server.put("Patient", identifier=[{"system": "urn:x", "value": "2"}])
    server.put("Patient", identifier=[{"system": "urn:x", "value": "1"}], gender="male")
    only = find(calling(server), KEY).only
    assert only is not None
    assert only["gender"] == "male"
    assert find(calling(server), "Patient?identifier=urn:x|3") == Found(())


@pytest.mark.parametrize("value", ["a,b", "a|b", "a\\b", "5$", "a b", "aü", "a&b=c", "50%", "#+/?"])
def test_any_value_is_found_by_its_key(value: str) -> None:
    """It is asked for with whatever has a meaning in an address or a search escaped."""
    server = Direct()
    place, _ = server.put("Patient", identifier=[{"system": "urn:x", "value": value}])
    server.put("Patient", identifier=[{"system": "urn:x", "value": value[:1]}])
    only = find(calling(server), f"Patient?{written(Token('identifier', 'urn:x', value))}").only
    assert only is not None
    assert f"Patient/{only['id']}" == place


def test_the_bar_is_escaped_in_the_address_and_no_cache_is_asked() -> None:
    """Some servlet containers refuse it; HAPI remembers searches."""
    connection = Scripted(shown())
    find(calling(connection), "Patient?identifier=http://x|a%20b")
    ((method, address, content, headers),) = connection.sent
    assert (method, content) == ("GET", None)
    assert address.endswith("Patient?identifier=http://x%7Ca%20b")
    assert headers["Cache-Control"] == "no-cache"


def test_several_are_not_one() -> None:
    """Somebody's mistake is not to be chosen from."""
    several = found(shown(patient("a"), patient("b")))
    assert len(several.matches) == 2
    assert several.only is None


def test_what_a_server_shows_besides_is_not_taken() -> None:
    """It may ignore the parameter, or send what belongs to a match."""
    besides = [
        patient("b", "2"),
        {"resourceType": "Patient", "id": "c"},
        {**patient("d"), "resourceType": "Person"},
        {**patient("e"), "id": 5},
        operation_outcome("something"),
        None,
        "x",
    ]
    only = found(shown(*besides, patient("a"))).only
    assert only is not None
    assert only["id"] == "a"
    assert found(shown(*besides)) == Found(())


def test_a_first_page_of_others_says_nothing() -> None:
    """What was looked for may stand on the next one."""
    with pytest.raises(Refused, match="not asked for"):
        found(shown(patient("b", "2"), more=True))
    assert found(shown(more=True)) == Found(())
    assert found(shown(patient("b", "2"), patient("a"), more=True)).only == patient("a")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"<html>", b'{"resourceType":', b"\xff"],
)
def test_an_answer_that_is_no_json_is_told(body: bytes) -> None:
    """It does not mean that there is nothing."""
    with pytest.raises(Refused, match="not FHIR JSON"):
        found(Reply(200, {}, body))


@pytest.mark.parametrize("entries", [{}, {"entry": None}, {"entry": {}}, {"entry": [1, {}]}])
def test_odd_entries_are_none(entries: dict[str, Any]) -> None:
    """Nor are missing ones."""
    assert found(json_reply(200, {"resourceType": "Bundle", **entries})) == Found(())


def test_a_refusal_tells_the_code_and_keeps_the_words() -> None:
    """The server's words may hold what was searched for: they are not in the message."""
    with pytest.raises(Refused) as caught:
        found(json_reply(400, operation_outcome("no urn:x|1 here", "invalid")))
    assert str(caught.value) == "a search for Patient: HTTP 400, invalid"
    assert "no urn:x|1 here" in caught.value.detail


def test_a_server_that_is_gone_is_told() -> None:
    """By the error of the last attempt."""
    with pytest.raises(ServerError):
        found(Unreachable("the server could not be reached"))


# What has a key


@pytest.mark.parametrize(
    ("resource", "criteria", "has"),
    [
        (patient("a"), "identifier=urn:x|1", True),
        (patient("a"), "identifier=urn:x%7C1", True),
        (patient("a"), "identifier=urn:y|1", False),
        (patient("a"), "identifier=|1", False),
        ({"identifier": {"system": "urn:x", "value": "1"}}, "identifier=urn:x|1", True),
        ({"identifier": [{"value": "1"}]}, "identifier=|1", True),
        ({"identifier": ["x", None]}, "identifier=urn:x|1", False),
        ({}, "identifier=urn:x|1", False),
        (patient("a", "b,c"), "identifier=urn:x|b%5C%2Cc", True),
        (patient("a", "b"), "identifier=urn:x|b%5C%2Cc", False),
        ({"meta": {"tag": [{"system": "s", "code": "c"}]}}, "_tag=s|c", True),
        ({"meta": {"tag": [{"system": "s", "code": "d"}]}}, "_tag=s|c", False),
        ({"meta": {"tag": None}}, "_tag=s|c", False),
        ({"meta": "x"}, "_tag=s|c", False),
        ({}, "_tag=s|c", False),
        ({}, "family=s|c", True),
        ({}, "identifier=1", True),
        ({}, "identifier=s|c,s|d", True),
        ({}, "identifier=s|c&active=true", True),
    ],
)
def test_a_match_is_looked_at(resource: dict[str, Any], criteria: str, has: bool) -> None:
    """By identifier or tag; what else a condition says is the server's to know."""
    assert has_key(resource, criteria) is has


# Reading


def test_what_is_at_an_address_is_read_with_every_digit() -> None:
    """Uncached, as it is compared with what was sent."""
    connection = Scripted(Reply(200, {}, b'{"resourceType":"Observation","value":0.8500}'))
    resource = read(calling(connection), "Observation/1")
    assert resource is not None
    assert resource["value"].endswith("0.8500")
    assert connection.sent[0][3]["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_none(status: int) -> None:
    """Never there, or deleted."""
    assert read(calling(Scripted(json_reply(status, {}))), "Patient/1") is None


def test_what_cannot_be_read_is_told() -> None:
    """That is not the same as gone."""
    with pytest.raises(Refused, match="a read: HTTP 403"):
        read(calling(Scripted(json_reply(403, {}))), "Patient/1")


# Counting


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b'{"total": 3}', 3),
        (b'{"total": "3"}', None),
        (b"{}", None),
        (b"[]", None),
        (b"", None),
        (b"[" * 100_000, None),
    ],
)
def test_a_total_is_a_number_or_unknown(body: bytes, number: int | None) -> None:
    """Some servers do not count."""
    reply = answered(calling(Scripted(Reply(200, {}, body))), Request("GET", "Patient"), "a count")
    assert total(reply) == number
