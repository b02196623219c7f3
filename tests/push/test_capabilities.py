"""Tests of fhirkit.push.capabilities."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import fhirkit.mappers
from fhirkit.errors import Refused
from fhirkit.push.capabilities import (
    TYPES,
    Capabilities,
    TypeCapabilities,
    read_capabilities,
    to_dict,
    to_text,
)
from fhirkit.serve import Embedded

EPIC = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "format": ["json", "xml"],
    "publisher": "Epic",
    "software": {"name": "Epic", "version": "May 2026"},
    "rest": [
        {
            "mode": "server",
            "security": {
                "service": [{"coding": [{"code": "SMART-on-FHIR"}], "text": "OAuth2"}],
                "extension": [
                    {
                        "url": "http://example.org/StructureDefinition/oauth-uris",
                        "extension": [
                            {"url": "authorize", "valueUri": "https://epic.example/authorize"},
                            {"url": "token", "valueUri": "https://epic.example/token"},
                        ],
                    }
                ],
            },
            "resource": [
                {
                    "type": "Patient",
                    "interaction": [{"code": "create"}, {"code": "read"}, {"code": "search-type"}],
                    "conditionalCreate": False,
                    "conditionalDelete": "not-supported",
                    "updateCreate": False,
                    "versioning": "no-version",
                    "readHistory": False,
                    "searchParam": [{"name": "identifier"}, {"name": "_id"}],
                },
                {
                    "type": "MedicationAdministration",
                    "interaction": [{"code": "read"}],
                    "versioning": "versioned",
                },
                {"type": "Observation"},
            ],
        }
    ],
}


def statement(**changed: Any) -> bytes:
    """The statement above, with other elements."""
    return json.dumps({**EPIC, **changed}).encode()


def test_a_statement_is_read() -> None:
    """Everything that decides how to push stands in the result."""
    capabilities = read_capabilities(statement())
    assert capabilities.fhir_version == "4.0.1"
    assert capabilities.software == ("Epic", "May 2026")
    assert capabilities.formats == ("json", "xml")
    assert capabilities.system == frozenset()
    assert capabilities.declared
    assert capabilities.types["Patient"] == TypeCapabilities(
        interactions=frozenset({"create", "read", "search-type"}),
        conditional_create=False,
        conditional_update=None,
        conditional_delete="not-supported",
        update_create=False,
        versioning="no-version",
        read_history=False,
        search_params=frozenset({"identifier", "_id"}),
    )
    assert capabilities.security.smart
    assert capabilities.security.services == ("SMART-on-FHIR",)
    assert capabilities.security.token_url == "https://epic.example/token"  # noqa: S105


@pytest.mark.parametrize(
    ("kind", "interaction", "allowed"),
    [
        pytest.param("Patient", "create", True, id="declared"),
        pytest.param("MedicationAdministration", "create", False, id="read-only"),
        pytest.param("AdverseEvent", "create", False, id="type-not-listed"),
        pytest.param("Observation", "create", None, id="listed-without-interactions"),
    ],
)
def test_what_a_type_takes(kind: str, interaction: str, allowed: bool | None) -> None:
    """Silence is not the same as no."""
    assert read_capabilities(statement()).allows(kind, interaction) is allowed


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param([], id="no-rest"),
        pytest.param([{"mode": "server", "interaction": [{"code": "transaction"}]}], id="no-types"),
        pytest.param([{"mode": "client", "resource": [{"type": "Patient"}]}], id="a-client's"),
    ],
)
def test_nothing_is_known_of_types_where_none_is_listed(rest: list[Any]) -> None:
    """A statement without types does not forbid all types."""
    capabilities = read_capabilities(statement(rest=rest))
    assert not capabilities.declared
    assert capabilities.allows("Patient", "create") is None
    assert "unknown" in to_text(capabilities)


def test_search_parameters_of_the_whole_server_are_every_types() -> None:
    """Common ones, such as _tag, may stand once."""
    rest = [{"searchParam": [{"name": "_tag"}], "resource": [{"type": "Provenance"}]}]
    types = read_capabilities(statement(rest=rest)).types
    assert types["Provenance"].search_params == {"_tag"}


def test_limits_are_known_by_the_address_that_was_asked() -> None:
    """Hosted services need not name themselves."""
    base = "https://healthlake.us-east-1.amazonaws.com/datastore/x/r4"
    assert read_capabilities(statement(), base=base).limits.max_entries == 160
    assert read_capabilities(statement()).limits.max_entries is None


@pytest.mark.parametrize(
    "element",
    [
        {"software": {"name": "medplum"}},
        {"publisher": "Medplum"},
        {"implementation": {"url": "https://api.medplum.com/fhir/R4/"}},
        {"url": "https://api.medplum.com/fhir/R4/metadata"},
    ],
    ids=lambda element: next(iter(element)),
)
def test_limits_are_known_by_what_the_statement_says(element: dict[str, Any]) -> None:
    """Name, publisher and addresses each tell a server."""
    assert read_capabilities(statement(**element)).limits.max_conditional == 8


@pytest.mark.parametrize("version", ["4.0.0", "4.0.1", "4.0", "4.3.0", "4.3.0-snapshot1"])
def test_r4_and_r4b_fit(version: str) -> None:
    """R4B changed none of the types fhirkit makes."""
    assert read_capabilities(statement(fhirVersion=version)).fhir_version == version


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("1.0.2", "DSTU2 (1.0.2)"),
        ("3.0.2", "STU3 (3.0.2)"),
        ("4.1.0", "FHIR 4.1.0"),
        ("4.6.0", "FHIR 4.6.0"),
        ("5.0.0", "R5 (5.0.0)"),
        ("5.0.0-ballot", "R5 (5.0.0)"),
        ("6.0.0", "R6 (6.0.0)"),
        ("40.3", "FHIR 40.3"),
    ],
)
def test_another_version_is_named_with_what_to_do(version: str, told: str) -> None:
    """The user learns which endpoint to look for."""
    with pytest.raises(Refused, match="R4 endpoint") as caught:
        read_capabilities(statement(fhirVersion=version))
    assert told in str(caught.value)


@pytest.mark.parametrize("version", [None, "", 4, "Jane Doe", [], "x4.0.1"])
def test_what_is_no_version_is_not_repeated(version: object) -> None:
    """A server may have put anything there."""
    with pytest.raises(Refused, match="names no FHIR version") as caught:
        read_capabilities(statement(fhirVersion=version))
    assert "Jane" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "not with JSON", id="empty"),
        pytest.param(b"  <html>Log in, Jane</html>", "HTML or XML", id="html"),
        pytest.param(b"<CapabilityStatement/>", "HTML or XML", id="xml"),
        pytest.param(b"\xff\xfe\x00", "not with JSON", id="no-text"),
        pytest.param(b"[" * 100_000, "not with JSON", id="too-deep"),
        pytest.param(b"9" * 10_000, "not with JSON", id="a-huge-number"),
        pytest.param(b"[]", "not a CapabilityStatement", id="a-list"),
        pytest.param(b"null", "not a CapabilityStatement", id="null"),
        pytest.param(b'{"resourceType":"Patient"}', "not a CapabilityStatement", id="a-patient"),
        pytest.param(b'{"resourceType":"Conformance"}', "DSTU2", id="dstu2"),
    ],
)
def test_what_is_no_statement_is_refused(body: bytes, message: str) -> None:
    """The message says what came instead, without its words."""
    with pytest.raises(Refused, match=message) as caught:
        read_capabilities(body)
    assert "Jane" not in str(caught.value)


KEYS = """
resourceType fhirVersion software name version format rest mode interaction code resource type
security service coding text extension url valueUri searchParam description implementation
publisher conditionalCreate versioning
""".split()
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["server", "create", "Patient", "token", "oauth-uris", "medplum", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
        | st.fixed_dictionaries({"resource": st.lists(inner, max_size=3)})
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
@example({"rest": [{"resource": [{"type": "Patient", "interaction": {"code": "read"}}]}]})
@example({"software": {"name": ["a"], "version": {}}, "format": [1, None]})
def test_any_json_is_read_or_refused(elements: dict[str, Any]) -> None:
    """A server that answers nonsense gets our error, or a result that can be shown."""
    body = json.dumps({**elements, "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
    capabilities = read_capabilities(body.encode())
    assert to_text(capabilities).encode()
    assert json.dumps(to_dict(capabilities), allow_nan=False)


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused(body: bytes) -> None:
    """Nothing but our error leaves the reader."""
    with pytest.raises(Refused):
        read_capabilities(body)


def test_a_servers_words_do_not_move_the_cursor() -> None:
    """Control characters and endless names are cut off."""
    name = "\x1b[2JServer\n" + "x" * 10_000
    text = to_text(read_capabilities(statement(software={"name": name})))
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 250


def test_the_text_shows_what_each_type_takes() -> None:
    """One aligned row for each type fhirkit makes; what is not told is a question mark."""
    lines = to_text(read_capabilities(statement())).splitlines()
    assert lines[0] == "Epic May 2026, FHIR 4.0.1"
    assert lines[1:5] == [
        "bundles  none declared",
        "formats  json, xml",
        "sign-in  SMART-on-FHIR",
        "limits   none known",
    ]
    rows = {line.split()[0]: line.split()[1:] for line in lines[7:-2]}
    assert tuple(rows) == TYPES
    assert rows["Patient"] == "yes no no ? no yes no identifier: yes".split()
    assert rows["Observation"] == "? ? ? ? ? ? ? identifier: ?".split()
    assert rows["MedicationAdministration"] == "no ? no ? no yes yes identifier: ?".split()
    assert rows["AdverseEvent"] == ["-"] * 8
    starts = {
        line.index(cells[0], 24) for line, cells in zip(lines[7:-2], rows.values(), strict=True)
    }
    assert len(starts) == 1


def test_the_text_shows_limits() -> None:
    """Numbers with what they count, and whose they are."""
    text = to_text(read_capabilities(statement(), base="https://api.medplum.com/fhir/R4"))
    assert (
        "8 entries in a transaction with a condition; 50 updates in a transaction; "
        "no ids of the client's (Medplum)"
    ) in text
    text = to_text(read_capabilities(statement(software={"name": "HAPI FHIR Server"})))
    assert "limits   none (HAPI FHIR)" in text


def test_smart_may_be_told_by_its_addresses_alone() -> None:
    """The extension says it, too."""
    extension = [{"url": "http://x/oauth-uris", "extension": []}]
    capabilities = read_capabilities(statement(rest=[{"security": {"extension": extension}}]))
    assert capabilities.security.smart
    assert capabilities.security.token_url is None
    assert "sign-in  SMART-on-FHIR" in to_text(capabilities)


def test_sign_in_may_be_told_in_words() -> None:
    """Where no service has a code, its text stands for it, and else the description."""
    service = {"service": [{"text": "Basic"}]}
    assert read_capabilities(statement(rest=[{"security": service}])).security.services == (
        "Basic",
    )
    words = read_capabilities(statement(rest=[{"security": {"description": "Ask\nus"}}]))
    assert "sign-in  Ask us" in to_text(words)


def test_the_json_form_has_the_same() -> None:
    """Types fhirkit makes, sets sorted, what is not told null."""
    form = to_dict(read_capabilities(statement()))
    assert list(form["types"]) == ["Patient", "Observation", "MedicationAdministration"]
    assert form["types"]["Patient"]["interactions"] == ["create", "read", "search-type"]
    assert form["types"]["Patient"]["conditionalUpdate"] is None
    assert form["security"]["tokenUrl"] == "https://epic.example/token"
    assert form["software"] == {"name": "Epic", "version": "May 2026"}


def test_nothing_said_is_nothing_known() -> None:
    """The default is what a plan starts from when a server has no statement."""
    capabilities = Capabilities(fhir_version="4.0.1")
    assert capabilities.allows("Patient", "create") is None
    assert to_text(capabilities).startswith("A server without a name, FHIR 4.0.1")


def test_types_are_those_the_mappers_make() -> None:
    """A new mapper appears in the table."""
    folder = Path(fhirkit.mappers.__file__).parent
    made = {
        kind
        for path in folder.glob("*.py")
        for kind in re.findall(r'frame\(\s*"([A-Z]\w+)"', path.read_text("utf-8"))
    }
    assert made == set(TYPES)


@pytest.mark.server
def test_the_embedded_servers_statement(server: Embedded) -> None:
    """A real statement: bundles, conditions, and a type it leaves out though it takes it."""
    body = httpx.get(f"{server.base}/metadata").content
    capabilities = read_capabilities(body, base=server.base)
    assert {"transaction", "batch"} <= capabilities.system
    assert capabilities.types["Patient"].conditional_create
    assert capabilities.allows("Patient", "create")
    assert capabilities.allows("AdverseEvent", "create") is False
