from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirkit.validate.terminology.identifiers import (
    absolute_uri_fault,
    format_fault,
    language_fault,
    mime_fault,
    oid_fault,
    uri_fault,
    uuid_fault,
)

UUID = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"


@pytest.mark.parametrize("text", ["urn:oid:1.2.3", "urn:oid:2.16.840.1.113883.6.96", "urn:oid:0.0"])
def test_oids(text: str) -> None:
    """An OID after urn:oid: is no fault."""
    assert oid_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *"""1.2.3 oid:1.2.3 urn:oid: urn:oid:1 urn:oid:3.1 urn:oid:1.02 urn:oid:1..2 urn:oid:1.2.
    urn:oid:.1.2 urn:oid:1.2a URN:OID:1.2 urn:oid:1.2.-3 urn:oid:10.2 urn:oid:1.2/""".split(),
        "",
        "urn:oid:1.2\n",
        " urn:oid:1.2",
    ],
)
def test_no_oids(text: str) -> None:
    """Leading zeros, empty arcs and a first arc above two are faults."""
    assert oid_fault(text)


def test_uuids() -> None:
    """A UUID in lower case is no fault, of whatever version."""
    assert uuid_fault(UUID) is None
    assert uuid_fault("urn:uuid:00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        UUID.removeprefix("urn:uuid:"),
        UUID.removeprefix("urn:"),
        UUID[:-1],
        f"{UUID}0",
        f"{UUID}\n",
        UUID.replace("-", ""),
        UUID.replace("c7", "g7"),
        UUID.replace("ec9a-4326", "ec9-a4326"),
        f"urn:uuid:{{{UUID[9:]}}}",
        "urn:uuid:patient-1",
    ],
)
def test_no_uuids(text: str) -> None:
    """Another form is a fault."""
    assert uuid_fault(text) == (
        "a UUID is urn:uuid: and 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between"
    )


@pytest.mark.parametrize("text", [UUID[:9] + UUID[9:].upper(), UUID.upper(), UUID[:-1] + "F"])
def test_uuids_in_capitals(text: str) -> None:
    """Capital letters are told from a wrong form."""
    assert uuid_fault(text) == "a UUID is written in lower case"


RELATIVE = [
    "Patient/1",
    "#p1",
    "",
    "/",
    "Patient?identifier=http://example.org/mrn|1:2",
    "a/b:c",
    "page.html#a:b",
]
ABSOLUTE = [
    "http://example.org",
    "https://example.org:8080/fhir/Patient/1/_history/2",
    "http://hl7.org/fhir/ValueSet/x|4.0.1",
    "HTTPS://EXAMPLE.ORG",
    "mailto:someone@example.org",
    "urn:ietf:bcp:47",
    "urn:iso:std:iso:3166:-2",
    "urn:oid:1.2.3",
    "urn:oid:1.2.3|4.0.1",
    UUID,
    f"{UUID}#part",
    "ftp://example.org/a",
    "x-a.b+c:d",
    "http://[::1]/x",
    "http://exämple.org/ü",
]


@pytest.mark.parametrize("text", [*RELATIVE, *ABSOLUTE, "${host}:80/x", "{scheme}:x"])
def test_uris(text: str) -> None:
    """Addresses, URNs, relative references and what holds a variable are no fault."""
    assert uri_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "http://example.org/a b",
        " http://example.org",
        "http://loinc .org",
        "http://example.org\n",
        "a\u00a0b",
        "urn:oid:1.02",
        "urn:uuid:1",
        "urn:uuid:1|4.0.1",
        "urn:oid:1.02#part",
        f"urn:uuid:{UUID[9:].upper()}",
        "oid:1.2.3",
        "uuid:c757873d-ec9a-4326-a141-556f43239520",
        "http:/example.org",
        "http:example.org",
        "https://",
        "http:///example.org",
        "https://?q",
        "http:",
        "://example.org",
        ":x",
        "1http://example.org",
        "ht_tp://example.org",
        "„http://example.org",
        "<http://example.org>",
    ],
)
def test_no_uris(text: str) -> None:
    """White space, a host or a scheme that is none, OIDs and UUIDs of another form are faults."""
    assert uri_fault(text)
    assert absolute_uri_fault(text) == uri_fault(text)


@pytest.mark.parametrize("text", ABSOLUTE)
def test_absolute_uris(text: str) -> None:
    """What has a scheme is absolute."""
    assert absolute_uri_fault(text) is None


@pytest.mark.parametrize("text", [*RELATIVE, "www.example.org", "example.org/fhir"])
def test_no_absolute_uris(text: str) -> None:
    """What has no scheme is relative."""
    assert absolute_uri_fault(text) == "an absolute URI begins with a scheme, as in https:"


@pytest.mark.parametrize(
    "text",
    """de en fr pt-BR de-DE de-CH-1901 sr-Latn-RS sl-rozaj-biske-1994 zh-Hant-TW zh-cmn-Hans-CN
    zh-yue-HK es-419 gsw und mul zxx qaa hy-Latn-IT-arevela
    en-US-u-islamcal de-DE-u-co-phonebk az-Arab-x-AZE-derbend x-whatever x-1 i-klingon en-GB-oed
    sgn-BE-FR zh-min-nan art-lojban cel-gaulish no-bok EN-us DE-de mn-Cyrl-MN sh iw
    """.split(),
)
def test_languages(text: str) -> None:
    """Well formed tags are no fault, whatever their case, and neither are the old ones."""
    assert language_fault(text) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("xx", "ISO 639 has no such language"),
        ("uk-xx-XX", "a language is tagged as in BCP 47: de, pt-BR, zh-Hant-TW"),
        ("zz-DE", "ISO 639 has no such language"),
        ("de-DE-1901-1901", "a variant or an extension stands twice in the language tag"),
        ("en-a-bbb-a-ccc", "a variant or an extension stands twice in the language tag"),
    ],
)
def test_what_is_wrong_with_a_language(text: str, wrong: str) -> None:
    """An unknown language and a repetition are told from a wrong form."""
    assert language_fault(text) == wrong


@pytest.mark.parametrize(
    "text",
    [
        *"""e english German Deutsch eng-lish-x en_US en- -en en--US a-DE x x- de-419-DE de-DE-DE
    en-US-GB de-a en-a-b de-x i-nonsense ar-a-aaa-b-bbb-a-ccc-x dé de.DE en/US 12 en-1 * latn
    """.split(),
        "",
        "\u212aa",
        "en US",
        "en\n",
        "e" * 9,
    ],
)
def test_no_languages(text: str) -> None:
    """Words, underscores and parts out of order are faults."""
    assert language_fault(text)


@pytest.mark.parametrize(
    "text",
    [
        "text/plain",
        "text/plain; charset=utf-8",
        "text/plain;charset=UTF-8",
        "TEXT/HTML",
        'text/html; charset="utf-8"',
        r'text/plain; title="a \" b; c"',
        "application/fhir+json; fhirVersion=4.0",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "multipart/related; boundary=abc; type=text/xml",
        "chemical/x-pdb",
        "x-conference/x-cooltalk",
        "font/woff2",
        "image/svg+xml",
        "application/dicom",
        "application/pdf;",
    ],
)
def test_media_types(text: str) -> None:
    """Types with and without parameters are no fault."""
    assert mime_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pdf",
        "json",
        "/pdf",
        "application/",
        "application",
        "application/pdf/x",
        "application pdf",
        "application\\pdf",
        "image/*",
        "*/*",
        "text/plain charset=utf-8",
        "text/plain; charset",
        "text/plain; charset=",
        "text/plain; =utf-8",
        'text/plain; charset="utf-8',
        "text/plain, text/html",
        "text/pläin",
        "te\u017ft/plain",
        "\u212aext/plain",
        " text/plain",
        "application/" + "a" * 128,
        ".pdf",
        "data:text/plain",
        "text/plain\n",
        "text/plain;\ncharset=utf-8",
    ],
)
def test_no_media_types(text: str) -> None:
    """Another form is a fault."""
    assert mime_fault(text) == "a media type is written as in BCP 13: text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "text", ["foo/bar", "aplication/pdf", "applications/pdf", "pdf/pdf", "xa/b"]
)
def test_media_types_of_no_kind(text: str) -> None:
    """A top level that is not registered is told from a wrong form."""
    assert mime_fault(text) == "no registered media type begins like this"


def test_formats() -> None:
    """Where FHIR's formats are named, their short forms may stand, and nothing else besides types."""
    assert [format_fault(text) for text in ("json", "xml", "ttl", "text/plain")] == [None] * 4
    assert all(format_fault(text) for text in ("", "JSON", "html", "fhir+json", "json;a=b"))


@given(st.text(alphabet='aeduxrn-:/;=.0129 "\\${}#?é\n', max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    """No text is an exception."""
    for check in (oid_fault, uuid_fault, uri_fault, absolute_uri_fault, language_fault, mime_fault):
        found = check(text)
        assert found is None or found


@pytest.mark.parametrize(
    "text",
    [
        "a/b" + " " * 300_000 + "x",
        "a/b" + ";a=b" * 100_000 + "(",
        'a/b;a="' + "\\" * 300_000,
        "en" + "-abcde" * 60_000 + "-!",
        "en" + "-a-bb" * 60_000 + "-!",
        "urn:oid:1" + ".1" * 150_000 + "x",
        "x" * 300_000,
        "-" * 300_000,
    ],
    ids=["spaces", "parameters", "quoted", "variants", "extensions", "arcs", "letters", "hyphens"],
)
def test_long_ones_take_linear_time(text: str) -> None:
    """What is 300,000 characters long is answered like anything else."""
    assert all(check(text) for check in (oid_fault, uuid_fault, language_fault, mime_fault))
