"""The form of what identifies: OIDs, UUIDs, URIs, languages, media types.

Sources: https://hl7.org/fhir/R4/datatypes.html#uri for OIDs, UUIDs and URIs; BCP 47 (RFC 5646) for
languages; BCP 13 (RFC 6838) and RFC 2045 for media types.
"""

from __future__ import annotations

import re

_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_SPACE = re.compile(r"\s")
#: What stands before the first colon, where nothing says that a path or a query has begun.
_BEFORE_COLON = re.compile(r"([^:/?#]*):")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_WEB = re.compile(r"https?:(?!//[^/?#])", re.IGNORECASE | re.ASCII)
#: A canonical URL may go on with a version, any URI with a part of what it names.
_NAMED_ONLY = re.compile(r"[|#]")
#: Variables of test scripts and templates stand for a part that is not there yet.
_VARIABLE = re.compile(r"[${}]")

_LANGUAGE = re.compile(
    r"""(?P<language> [a-z]{2,3} ) (?: -[a-z]{3} ){0,3}
        (?: -[a-z]{4} )?
        (?: - (?: [a-z]{2} | [0-9]{3} ) )?
        (?P<variants> (?: - (?: [a-z0-9]{5,8} | [0-9][a-z0-9]{3} ) )* )
        (?P<extensions> (?: -[a-wy-z0-9] (?: -[a-z0-9]{2,8} )+ )* )
        (?: -x (?: -[a-z0-9]{1,8} )+ )?
      | x (?: -[a-z0-9]{1,8} )+
    """,
    re.VERBOSE,
)
_SINGLETON = re.compile(r"-([a-z0-9])(?=-)")
_TWO_LETTERS = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu
    hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv
    kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr
    nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi
    yo za zh zu
    """.split()
)
#: Registered before the grammar there is now; the others of their kind fit it.
_IRREGULAR = frozenset(
    "en-gb-oed i-ami i-bnn i-default i-enochian i-hak i-klingon i-lux i-mingo i-navajo i-pwn i-tao "
    "i-tay i-tsu sgn-be-fr sgn-be-nl sgn-ch-de".split()
)

_MEDIA_TYPE = re.compile(
    r"""(?P<top> [a-z0-9][a-z0-9!#$&^_.+-]{0,126} ) / [a-z0-9][a-z0-9!#$&^_.+-]{0,126}
        (?: [\ \t]* ; [\ \t]* [a-z0-9!#$%&'*+.^_`|~-]+ = (?: [a-z0-9!#$%&'*+.^_`|~:/-]+
            | " (?: [^"\\] | \\. )* " ) )*
        [\ \t]* (?: ; [\ \t]* )?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_TOP_LEVELS = frozenset(
    "application audio chemical example font haptics image message model multipart text video".split()
)
#: https://hl7.org/fhir/R4/http.html#mime-type: short for FHIR's own types where a format is named.
_FORMATS = frozenset({"json", "ttl", "xml"})


def oid_fault(text: str) -> str | None:
    """What keeps ``text`` from being an OID as FHIR writes it, ``urn:oid:1.2.3``; else None."""
    if _OID.fullmatch(text):
        return None
    return "an OID is urn:oid: and numbers with dots between, the first 0, 1 or 2, none with a zero before it"


def uuid_fault(text: str) -> str | None:
    """What keeps ``text`` from being a UUID as FHIR writes it, ``urn:uuid:`` in lower case; else None."""
    if _UUID.fullmatch(text):
        return None
    if _UUID.fullmatch(text.lower()):
        return "a UUID is written in lower case"
    return "a UUID is urn:uuid: and 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between"


def uri_fault(text: str) -> str | None:
    """What keeps ``text`` from being a URI, absolute or relative; None where nothing is certain.

    OIDs and UUIDs are held to their own form, web addresses to naming a host.
    """
    if _SPACE.search(text):
        return "a URI has no white space"
    if text.startswith("urn:oid:"):
        return oid_fault(_NAMED_ONLY.split(text, maxsplit=1)[0])
    if text.startswith("urn:uuid:"):
        return uuid_fault(_NAMED_ONLY.split(text, maxsplit=1)[0])
    if text.startswith(("oid:", "uuid:")):
        return "OIDs and UUIDs begin with urn: in a URI"
    if _WEB.match(text):
        return "a web address has // and a host after its scheme"
    before = _BEFORE_COLON.match(text)
    if before and not _SCHEME.fullmatch(before[1]) and not _VARIABLE.search(before[1]):
        return "what stands before the first colon of a URI is a scheme, as in https:"
    return None


def absolute_uri_fault(text: str) -> str | None:
    """What keeps ``text`` from being an absolute URI, one with a scheme; else None."""
    if (fault := uri_fault(text)) is not None:
        return fault
    return (
        None if _BEFORE_COLON.match(text) else "an absolute URI begins with a scheme, as in https:"
    )


def language_fault(text: str) -> str | None:
    """What keeps ``text`` from being a language tag of BCP 47; else None.

    The whole grammar is checked, and of the registry the languages of two letters, to which none
    will be added.
    """
    tag = text.lower()
    if tag in _IRREGULAR:
        return None
    match = _LANGUAGE.fullmatch(tag) if text.isascii() else None
    if match is None:
        return "a language is tagged as in BCP 47: de, pt-BR, zh-Hant-TW"
    language = match["language"]
    if language and len(language) == 2 and language not in _TWO_LETTERS:
        return "ISO 639 has no such language"
    variants = (match["variants"] or "").split("-")[1:]
    singletons = _SINGLETON.findall(match["extensions"] or "")
    if len(set(variants)) < len(variants) or len(set(singletons)) < len(singletons):
        return "a variant or an extension stands twice in the language tag"
    return None


def mime_fault(text: str) -> str | None:
    """What keeps ``text`` from being a media type with or without parameters; else None.

    The top level must be a registered one, or begin with ``x-``.
    """
    match = _MEDIA_TYPE.fullmatch(text)
    if match is None:
        return "a media type is written as in BCP 13: text/plain; charset=utf-8"
    top = match["top"].lower()
    if top in _TOP_LEVELS or top.startswith("x-"):
        return None
    return "no registered media type begins like this"


def format_fault(text: str) -> str | None:
    """As :func:`mime_fault`, where FHIR's short forms json, xml and ttl may stand too."""
    return None if text in _FORMATS else mime_fault(text)
