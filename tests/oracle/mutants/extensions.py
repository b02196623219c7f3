"""Extensions: unknown, of the wrong type, at the wrong place, with parts missing; narratives."""

from __future__ import annotations

from collections.abc import Iterator

from oracle.mutants.model import GONE, Edit, ElementSite, Mutant, Node, ObjectSite

HL7 = "http://hl7.org/fhir/StructureDefinition/"
XHTML = "http://www.w3.org/1999/xhtml"

_FAULTS: dict[str, tuple[Node, str, str]] = {
    # rule: the extension, the element at fault in it, severity
    "extension: value of another type": (
        {"url": f"{HL7}patient-birthPlace", "valueString": "Rome"},
        "",
        "error",
    ),
    "extension: value and parts": (
        {
            "url": "http://example.org/a",
            "valueString": "x",
            "extension": [{"url": "b", "valueString": "y"}],
        },
        "",
        "error",
    ),
    "extension: neither value nor parts": ({"url": "http://example.org/a"}, "", "error"),
    "extension: no url": ({"valueString": "x"}, "url", "error"),
    "extension: empty url": ({"url": "", "valueString": "x"}, "url", "error"),
    "extension: two values": (
        {"url": "http://example.org/a", "valueString": "x", "valueBoolean": True},
        "",
        "error",
    ),
    "extension: value without its type": (
        {"url": "http://example.org/a", "value": "x"},
        "value",
        "error",
    ),
    "extension: unknown of HL7": (
        {"url": f"{HL7}fhirkit-none", "valueString": "x"},
        "",
        "any",
    ),
    "extension: part missing": (
        {
            "url": f"{HL7}patient-nationality",
            "extension": [{"url": "code", "valueString": "x"}],
        },
        "extension[0]",
        "error",
    ),
    "extension: code outside its set": (
        {"url": f"{HL7}data-absent-reason", "valueCode": "fhirkit-none"},
        "",
        "error",
    ),
    "extension: a relative url": ({"url": "a", "valueString": "x"}, "url", "any"),
    "extension: empty parts": ({"url": "http://example.org/a", "extension": []}, "", "error"),
}
_MISPLACED = {
    "Patient": {"url": f"{HL7}observation-bodyPosition", "valueReference": {"display": "x"}},
    "Observation": {"url": f"{HL7}patient-birthPlace", "valueAddress": {"text": "x"}},
    "Condition": {"url": f"{HL7}patient-birthPlace", "valueAddress": {"text": "x"}},
}

_DIVS: dict[str, str] = {
    "no namespace": "<div>x</div>",
    "wrong namespace": '<div xmlns="http://www.w3.org/1999/html">x</div>',
    "empty": f'<div xmlns="{XHTML}"></div>',
    "white space only": f'<div xmlns="{XHTML}"> \n </div>',
    "closed at once": f'<div xmlns="{XHTML}"/>',
    "another root": f'<p xmlns="{XHTML}">x</p>',
    "not closed": f'<div xmlns="{XHTML}"><p>x</div>',
    "no root": "x",
    "script": f'<div xmlns="{XHTML}">x<script>1</script></div>',
    "form": f'<div xmlns="{XHTML}"><form>x</form></div>',
    "input": f'<div xmlns="{XHTML}">x<input/></div>',
    "iframe": f'<div xmlns="{XHTML}">x<iframe src="http://example.org"/></div>',
    "object": f'<div xmlns="{XHTML}">x<object/></div>',
    "link": f'<div xmlns="{XHTML}">x<link href="a"/></div>',
    "style element": f'<div xmlns="{XHTML}"><style>p</style>x</div>',
    "event": f'<div xmlns="{XHTML}"><p onclick="a()">x</p></div>',
    "unknown element": f'<div xmlns="{XHTML}"><blink>x</blink></div>',
    "element in capitals": f'<div xmlns="{XHTML}"><P>x</P></div>',
    "unknown attribute": f'<div xmlns="{XHTML}"><p data-x="1">x</p></div>',
    "entity of HTML": f'<div xmlns="{XHTML}">x&nbsp;y</div>',
    "entity unknown": f'<div xmlns="{XHTML}">x&fhirkit;y</div>',
    "bare ampersand": f'<div xmlns="{XHTML}">x & y</div>',
    "bare less-than": f'<div xmlns="{XHTML}">x < y</div>',
    "attribute without quotes": f'<div xmlns="{XHTML}"><p class=a>x</p></div>',
    "attribute without a value": f'<div xmlns="{XHTML}"><td nowrap>x</td></div>',
    "text after the root": f'<div xmlns="{XHTML}">x</div>y',
    "two roots": f'<div xmlns="{XHTML}">x</div><div xmlns="{XHTML}">y</div>',
    "body": f'<html xmlns="{XHTML}"><body>x</body></html>',
    "document type": f'<!DOCTYPE html><div xmlns="{XHTML}">x</div>',
}
_GOOD_DIVS: dict[str, str] = {
    "a table": f'<div xmlns="{XHTML}"><table border="1"><thead><tr><th>a</th></tr></thead>'
    "<tbody><tr><td>b</td></tr></tbody></table></div>",
    "entities of XML": f'<div xmlns="{XHTML}">&lt;&gt;&amp;&quot;&apos;&#160;&#xA0;</div>',
    "a link": f'<div xmlns="{XHTML}"><a href="http://example.org">x</a></div>',
    "a list": f'<div xmlns="{XHTML}"><ul><li><b>a</b></li><li><i>b</i></li></ul></div>',
    "style and class": f'<div xmlns="{XHTML}"><p class="a" style="color: red">x</p></div>',
    "a comment": f'<div xmlns="{XHTML}"><!-- c -->x</div>',
    "a line break": f'<div xmlns="{XHTML}">x<br/>y<hr/></div>',
    "headings": f'<div xmlns="{XHTML}"><h1>a</h1><h6>b</h6><pre>c</pre></div>',
    "single quotes": f"<div xmlns='{XHTML}'><p id='a'>x</p></div>",
    "a language": f'<div xmlns="{XHTML}" lang="en" xml:lang="en">x</div>',
}


def of_object(site: ObjectSite) -> Iterator[Mutant]:
    """Extension faults on one object, which has none of its own yet."""
    if "extension" in site.node or site.group.path in ("Extension", "Bundle", "Bundle.entry"):
        return
    if "extension" not in site.group.elements:
        return
    place = site.member("extension")
    for rule, (made, inner, severity) in _FAULTS.items():
        if "patient-" in made.get("url", "") and site.resource_type != "Patient":
            continue
        steps = (*place, 0, *_inner(inner))
        yield Mutant(rule, "extensions", steps, (Edit(place, [made]),), severity)
    if site.resource_type in _MISPLACED:
        edit = Edit(place, [_MISPLACED[site.resource_type]])
        yield Mutant("extension: elsewhere only", "extensions", (*place, 0), (edit,))
    if "modifierExtension" in site.group.elements and "modifierExtension" not in site.node:
        at = site.member("modifierExtension")
        edit = Edit(at, [{"url": "http://example.org/not", "valueBoolean": True}])
        rule = "modifierExtension unknown"
        yield Mutant(rule, "extensions", (*at, 0), (edit,), "any")
    elif "modifierExtension" not in site.group.elements:
        at = site.member("modifierExtension")
        edit = Edit(at, [{"url": "http://example.org/not", "valueBoolean": True}])
        yield Mutant("modifierExtension in a data type", "extensions", at, (edit,))


def of_element(site: ElementSite) -> Iterator[Mutant]:
    """Narratives that are not what XHTML, or FHIR of XHTML, allows."""
    if site.element.path != "Narrative.div":
        return
    for rule, div in _DIVS.items():
        edit = Edit(site.steps, div)
        yield Mutant(f"narrative: {rule}", "narrative", site.steps, (edit,))
    status = site.owner.member("status")
    edit = Edit(status, GONE)
    yield Mutant("narrative: no status", "narrative", status, (edit,))


def legal(site: ElementSite) -> Iterator[Mutant]:
    """Valid: what narratives may hold."""
    if site.element.path == "Narrative.div":
        for rule, div in _GOOD_DIVS.items():
            edit = Edit(site.steps, div)
            yield Mutant(f"narrative: {rule}", "narrative", site.steps, (edit,), "none")


def legal_extensions(site: ObjectSite) -> Iterator[Mutant]:
    """Valid: extensions of HL7 where they may stand."""
    if "extension" in site.node or "extension" not in site.group.elements:
        return
    if site.resource_type == "Patient":
        place = site.member("extension")
        birth_place = {"url": f"{HL7}patient-birthPlace", "valueAddress": {"country": "IT"}}
        nationality = {
            "url": f"{HL7}patient-nationality",
            "extension": [{"url": "code", "valueCodeableConcept": {"text": "x"}}],
        }
        for made in (birth_place, nationality):
            rule = "extension of HL7"
            yield Mutant(rule, "extensions", place, (Edit(place, [made]),), "none", made["url"])


def _inner(text: str) -> tuple[str | int, ...]:
    return ("extension", 0) if text == "extension[0]" else (text,) if text else ()
