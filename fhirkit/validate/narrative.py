"""Narrative XHTML: well-formed, in its namespace, only formatting, and not empty.

What is allowed is the union of FHIR's own XHTML schema (``fhir-xhtml.xsd``) and what HL7's
validator lets pass; how elements may be nested is told only where both object. So stretching the
rules of HTML 4 is no error, and what every other tool refuses is one here too.

Most narratives differ in their words only. The words are taken out, and the judgement of the
bare markup is kept for the next narrative that has the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

# A narrative with a DOCTYPE, which could define entities, is refused before it is read.
from xml.parsers import expat

from fhirkit.issues import Severity
from fhirkit.validate.findings import Rule

if TYPE_CHECKING:
    from fhirkit.validate.findings import Findings, Node
    from fhirkit.validate.scope import Scope

XHTML = "http://www.w3.org/1999/xhtml"
SPEC = "https://hl7.org/fhir/R4/narrative.html"
_XML = "http://www.w3.org/XML/1998/namespace"

MARKUP = Rule(
    key="txt-1",
    code="invariant",
    message="the narrative may hold only the basic formatting elements and attributes of HTML 4.0, "
    "links, images and style attributes; no scripts, forms, frames, events or deprecated elements",
    spec=f"{SPEC}#rules",
)
CONTENT = Rule(
    key="txt-2",
    code="invariant",
    message="the narrative has no content: neither text nor an image",
    spec=f"{SPEC}#rules",
)
WELL_FORMED = Rule(
    key="narrative-xml",
    code="structure",
    message="the narrative is no well-formed XML",
    spec=SPEC,
)
ROOT = Rule(
    key="narrative-div",
    code="structure",
    message="the narrative is one div element, with nothing before or after it",
    expected=f'<div xmlns="{XHTML}">',
    spec=SPEC,
)
NAMESPACE = Rule(
    key="narrative-namespace",
    code="structure",
    message="the narrative is not in the XHTML namespace",
    expected=XHTML,
    spec=SPEC,
)
ENTITY = Rule(
    key="narrative-entity",
    code="structure",
    message="an entity that XML does not know: only amp, lt, gt, quot and apos have names",
    expected="the character itself, or its number as in &#160;",
    spec=SPEC,
)
NESTING = Rule(
    key="narrative-nesting",
    code="structure",
    message="an element of the narrative stands where HTML 4.0 allows none of its kind",
    spec=SPEC,
)
LINK = Rule(
    key="narrative-link",
    code="security",
    message="a link of the narrative runs a script",
    spec=f"{SPEC}#rules",
)
IMAGE = Rule(
    key="narrative-image",
    code="not-found",
    message="an image of the narrative names nothing in the resource",
    severity=Severity.WARNING,
    expected="the id of a contained Binary or Media",
    spec=f"{SPEC}#id",
)
SAME_ID = Rule(
    key="narrative-id",
    code="duplicate",
    message="an id stands twice in the narrative",
    severity=Severity.WARNING,
    spec=f"{SPEC}#id",
)

_INLINE = set(
    "a abbr acronym b bdo big cite code dfn em i kbd q samp small span strong sub sup tt var".split()
)
_ELEMENTS = _INLINE | set(
    "address area blockquote br caption col colgroup dd div dl dt h1 h2 h3 h4 h5 h6 hr img li map "
    "ol p pre table tbody td tfoot th thead tr ul".split()
)
_ATTRIBUTES = set(
    "class dir id lang style title xml:lang xml:space accesskey tabindex "
    # The schema has these for parts of tables; HL7's validator lets them pass anywhere.
    "abbr align axis char charoff colspan headers rowspan scope span valign width".split()
)
_OWN_ATTRIBUTES = {
    "a": set("charset coords href hreflang name rel rev shape type".split()),
    "area": set("alt coords href nohref shape".split()),
    "blockquote": {"cite"},
    "img": set("alt border height ismap longdesc src usemap width".split()),
    "map": {"name"},
    "q": {"cite"},
    "table": set("border cellpadding cellspacing frame rules summary width".split()),
    "td": {"nowrap"},
}
_LINKS = ("href", "src", "cite", "longdesc", "usemap")
_SCRIPTS = ("javascript:", "vbscript:")

_EMPTY = {"area", "br", "col", "hr", "img"}
_ONLY = {
    "dl": {"dd", "dt"},
    "ol": {"li"},
    "table": {"caption", "col", "colgroup", "tbody", "tfoot", "thead", "tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "thead": {"tr"},
    "tr": {"td", "th"},
    "ul": {"li"},
}
_WITHIN = {
    "caption": {"table"},
    "col": {"table", "colgroup"},
    "colgroup": {"table"},
    "dd": {"dl"},
    "dt": {"dl"},
    "li": {"ol", "ul"},
    "tbody": {"table"},
    "td": {"tr"},
    "tfoot": {"table"},
    "th": {"tr"},
    "thead": {"table"},
    "tr": {"table", "tbody", "tfoot", "thead"},
}
# A dd holds lists and tables in HTML 4 and in the schema; only HL7's validator objects.
_LINES = _INLINE | {"address", "caption", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"}
_BLOCKS = {"div", "ol", "pre", "table", "ul"}
_NOT_IN_P = {"blockquote", "p"}

# Text of characters that XML has, without signs that mean something to it.
_ILLEGAL = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ud800-\udfff\ufffe\uffff"
_WORDS = re.compile(
    rf">[ \t\r\n]*+(?:[^ \t\r\n<>&{_ILLEGAL}]|&(?:amp|lt|gt|quot|apos);)"
    rf"(?:[^<>&{_ILLEGAL}]++|&(?:amp|lt|gt|quot|apos);)*+<"
)
_ENTITY = re.compile(r"&(\w{1,32});")
_GAPS = re.compile(r"[\x00-\x20]+")
_LONGEST_KEPT = 4_000


def check_narrative(narrative: Node, scope: Scope, findings: Findings) -> None:
    """Notes what is wrong with the ``div`` of a Narrative, each kind of fault once.

    Checked are txt-1 and txt-2, that the XHTML is well-formed XML with one ``div`` in its
    namespace as root, and that images in the resource exist. Other forms of ``div`` than a
    string are left to the check of structure.

    Source: https://hl7.org/fhir/R4/narrative.html
    """
    div = narrative.get("div")
    if not isinstance(div, str):
        return
    # Inside comments and the like, words are not all that can be wrong.
    markup = div if "<!" in div or "<?" in div else _WORDS.sub(">x<", div)
    judgement = _kept(markup) if len(markup) < _LONGEST_KEPT else _judged(markup)
    for rule, found in judgement.faults:
        findings.add(rule, narrative, "div", found=found)
    for image in judgement.images:
        if not _holds(scope.container, image):
            findings.add(IMAGE, narrative, "div", found=f"#{image}")


@dataclass(frozen=True, slots=True)
class _Judgement:
    """The faults of a narrative's markup, and the ids its images name."""

    faults: tuple[tuple[Rule, str | None], ...]
    images: tuple[str, ...]


class _StopError(Exception):
    """Reading on would tell nothing more, or not be safe."""


@dataclass(slots=True)
class _Reading:
    """What has been read of a narrative so far."""

    open: list[str] = field(default_factory=list)
    lines: int = 0
    """How many elements are open that hold lines of text."""
    content: bool = False
    namespace: str = XHTML
    """The root's own; told once if it is wrong, and then taken as meant."""
    faults: dict[Rule, str | None] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def fault(self, rule: Rule, found: str | None = None) -> None:
        self.faults.setdefault(rule, found)

    def doctype(self, *_: object) -> None:
        self.fault(ROOT, "a DOCTYPE")
        raise _StopError

    def declaration(self, *_: object) -> None:
        self.fault(ROOT, "an XML declaration")

    def instruction(self, *_: object) -> None:
        self.fault(MARKUP if self.open else ROOT, "a processing instruction")

    def comment(self, _: str) -> None:
        # The characters between the first '>' and the last '<' shall be the content of the div.
        if not self.open:
            self.fault(ROOT, "a comment")

    def start(self, full_name: str, attributes: list[str]) -> None:
        namespace, _, name = full_name.rpartition(" ")
        if self.open:
            self.inner(namespace, name)
        else:
            self.root(namespace, name)
        self.open.append(name)
        self.lines += name in _LINES
        self.content = self.content or name == "img"
        for attribute, value in zip(attributes[::2], attributes[1::2], strict=True):
            self.attribute(name, attribute.replace(f"{_XML} ", "xml:"), value)

    def root(self, namespace: str, name: str) -> None:
        if name != "div":
            self.fault(ROOT, name[:40])
        if namespace != XHTML:
            self.fault(NAMESPACE, namespace[:200] or "no namespace")
            self.namespace = namespace

    def inner(self, namespace: str, name: str) -> None:
        around = self.open[-1]
        if namespace not in (self.namespace, XHTML):
            self.fault(NAMESPACE, namespace[:200] or "no namespace")
        elif name not in _ELEMENTS:
            self.fault(MARKUP, name[:40])
        elif around in _ELEMENTS and not self.may_hold(around, name):
            self.fault(NESTING, f"{name} in {around}")

    def may_hold(self, around: str, name: str) -> bool:
        return (
            around not in _EMPTY
            and name in _ONLY.get(around, _ELEMENTS)
            and around in _WITHIN.get(name, _ELEMENTS)
            and not (self.lines and self.breaks_line(name))
        )

    def breaks_line(self, name: str) -> bool:
        if name in _BLOCKS:
            return True
        return (name in _NOT_IN_P and "p" in self.open) or (name == "a" and "a" in self.open)

    def attribute(self, element: str, name: str, value: str) -> None:
        if name not in _ATTRIBUTES and name not in _OWN_ATTRIBUTES.get(element, ()):
            if element in _ELEMENTS:
                self.fault(MARKUP, f"{name.rpartition(' ')[2][:40]} on {element}")
        elif name in _LINKS:
            if _GAPS.sub("", value).lower().startswith(_SCRIPTS):
                self.fault(LINK, f"{name} on {element}")
            if element == "img" and name == "src" and value.startswith("#"):
                self.images.append(value[1:])
        elif name == "id":
            if value in self.ids:
                self.fault(SAME_ID)
            self.ids.add(value)

    def text(self, words: str) -> None:
        if words.strip(" \t\r\n"):
            self.content = True
            around = self.open[-1]
            if around in _ONLY or around in _EMPTY:
                self.fault(NESTING, f"text in {around}")

    def end(self, _: str) -> None:
        self.lines -= self.open.pop() in _LINES


def _judged(markup: str) -> _Judgement:
    reading = _Reading()
    parser = expat.ParserCreate("utf-8", " ")
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.CommentHandler = reading.comment
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.ProcessingInstructionHandler = reading.instruction
    parser.XmlDeclHandler = reading.declaration
    try:
        # White space around the root does no harm in JSON. Half a surrogate pair gets as far as
        # the parser, which refuses it.
        parser.Parse(markup.strip(" \t\r\n").encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        return _Judgement(_unread(markup, error), ())
    except _StopError:
        return _Judgement(tuple(reading.faults.items()), ())
    if not reading.content:
        reading.fault(CONTENT)
    return _Judgement(tuple(reading.faults.items()), tuple(reading.images))


_kept = lru_cache(maxsize=512)(_judged)


def _unread(markup: str, error: expat.ExpatError) -> tuple[tuple[Rule, str | None], ...]:
    known = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        named = (found.group() for found in _ENTITY.finditer(markup) if found.group() not in known)
        return ((ENTITY, next(named, None)),)
    if not markup.lstrip(" \t\r\n").startswith("<"):
        return ((ROOT, "text"),)
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
        return ((ROOT, None),)
    return ((WELL_FORMED, expat.ErrorString(error.code)),)


def _holds(resource: Node, name: str) -> bool:
    """Whether anything in the resource has the id."""
    todo: list[object] = [resource]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if node.get("id") == name:
                return True
            todo += node.values()
        elif isinstance(node, list):
            todo += node
    return False
