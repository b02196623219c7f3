"""Codes, units, displays, media types and languages that are none, or not of this set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhirkit.validate.definitions import Element, code_system
from oracle.mutants.model import GONE, Edit, ElementSite, Mutant, Node

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ELSEWHERE = "http://example.org/fhir/CodeSystem/other"

_UNITS = {
    "words": "milligrams",
    "case of the prefix": "MG/Dl",
    "mm of mercury": "mmHg",
    "two slashes": "mg//L",
    "slash at the end": "mg/",
    "a space": "mg L",
    "dot at the end": "mg.",
    "prefix without an atom": "k",
    "prefix on what takes none": "k[degF]",
    "IU": "IU/L",
    "micro sign": "\u00b5g",
    "degree sign": "\u00b0C",
    "superscript": "m\u00b2",
    "open bracket": "(mg",
    "open annotation": "mg{dry",
    "power by caret": "m^2",
    "cells": "cells/ul",
    "star": "mg*L",
    "hours": "hrs",
    "percent word": "percent",
}
_DIGITS = {LOINC: ("8480-7", "12345-6"), SNOMED: ("426373006", "22298007", "0123456")}
_NOT_CONCEPTS = {SNOMED: ("37436014", "abc", "12345")}
_MIME = {"no slash": "pdf", "spaces": "text / plain", "words": "plain text", "two": "a/b/c"}
_LANGUAGES = {"a word": "English language", "underscore": "en_US", "one letter": "e"}


def of_element(site: ElementSite) -> Iterator[Mutant]:
    """Every code fault of a bound element, of a Coding, of a Quantity."""
    kind, binding = site.element.type, site.element.binding
    if binding is not None and binding.required:
        yield from _required(site)
    if kind == "Coding" and isinstance(site.value, dict):
        yield from _coding(site)
    if isinstance(site.value, dict) and site.value.get("system") == UCUM and "code" in site.value:
        yield from _units(site)
    yield from _forms(site)


def _required(site: ElementSite) -> Iterator[Mutant]:
    steps, value = site.steps, site.value
    if isinstance(value, str) and site.element.type == "code":
        yield from _wrong(site, steps, value, "code")
    elif isinstance(value, dict) and site.element.type == "CodeableConcept":
        coding = value.get("coding")
        yield Mutant("required set, text only", "codes", steps, (Edit(steps, {"text": "x"}),))
        if isinstance(coding, list) and len(coding) == 1 and "code" in coding[0]:
            inner = (*steps, "coding", 0)
            yield from _wrong(site, (*inner, "code"), coding[0]["code"], "concept")
            other = Edit((*inner, "system"), ELSEWHERE)
            yield Mutant("required set, other system", "codes", steps, (other,))
            bare = Edit((*inner, "system"), GONE)
            yield Mutant("required set, no system", "codes", steps, (bare,))
    elif isinstance(value, dict) and site.element.type in ("Coding", "Quantity"):
        if "code" in value:
            yield from _wrong(site, (*steps, "code"), value["code"], site.element.type)


def _wrong(site: ElementSite, steps: Any, code: str, kind: str) -> Iterator[Mutant]:
    known = _codes(site.element)
    place = site.steps
    for rule, value in (
        ("made up", "fhirkit-none"),
        ("upper case", code.upper()),
        ("first letter large", code.capitalize()),
        ("hyphen as underscore", code.replace("-", "_")),
        ("plural", f"{code}s"),
    ):
        if known is not None and value not in known and value != code:
            name = f"required set, {kind}: {rule}"
            yield Mutant(name, "codes", place, (Edit(steps, value),))


def _codes(element: Element) -> frozenset[str] | None:
    return element.binding.any_code if element.binding else None


def _coding(site: ElementSite) -> Iterator[Mutant]:
    value: Node = site.value
    system = value.get("system")
    known = code_system(system) if isinstance(system, str) else None
    code, steps = (*site.steps, "code"), site.steps
    if known is not None:
        made_up = (Edit(code, "fhirkit-none"), Edit((*steps, "display"), GONE))
        yield Mutant("HL7's system, no such code", "codes", steps, made_up, "any")
        display = (*steps, "display")
        wrong = Edit(display, "Quite another thing")
        yield Mutant("HL7's system, wrong display", "codes", display, (wrong,), "any")
        versioned = Edit((*steps, "system"), f"{system}/none")
        yield Mutant("HL7's system, misspelt", "codes", steps, (versioned,), "any")
    for wrong_code in _DIGITS.get(str(system), ()):
        yield Mutant(f"check digit of {system}", "codes", code, (Edit(code, wrong_code),), "any")
    for wrong_code in _NOT_CONCEPTS.get(str(system), ()):
        yield Mutant(f"no concept of {system}", "codes", code, (Edit(code, wrong_code),), "any")
    if system in (LOINC, SNOMED):
        place = (*steps, "system")
        for rule, wrong_system in (
            ("https", str(system).replace("http:", "https:")),
            ("slash at the end", f"{system}/"),
            ("relative", "LOINC"),
        ):
            edit = Edit(place, wrong_system)
            yield Mutant(f"{rule} in a system", "codes", place, (edit,), "any")


def _units(site: ElementSite) -> Iterator[Mutant]:
    place = (*site.steps, "code")
    for rule, unit in _UNITS.items():
        yield Mutant(f"UCUM: {rule}", "codes", place, (Edit(place, unit),), "any")


def _forms(site: ElementSite) -> Iterator[Mutant]:
    path, steps = site.element.path, site.steps
    if path == "Attachment.contentType":
        for rule, value in _MIME.items():
            yield Mutant(f"media type: {rule}", "codes", steps, (Edit(steps, value),))
    elif path == "Resource.language":
        for rule, value in _LANGUAGES.items():
            yield Mutant(f"language: {rule}", "codes", steps, (Edit(steps, value),), "any")
    elif path == "Attachment.size" and "data" in site.owner.node:
        yield Mutant("size of other data", "codes", steps, (Edit(steps, site.value + 1),), "any")
    elif path == "Attachment.data" and "hash" not in site.owner.node:
        place = site.owner.member("hash")
        edit = Edit(place, "2jmj7l5rSw0yVb/vlWAYkK/YBwk=")
        yield Mutant("hash of other data", "codes", place, (edit,), "any")


def legal(site: ElementSite) -> Iterator[Mutant]:
    """Valid: unusual but right codes and units."""
    value = site.value
    if isinstance(value, dict) and value.get("system") == UCUM and "code" in value:
        # Profiles want certain units for vital signs.
        if site.element.bound_to is None and site.owner.resource_type != "Observation":
            place = (*site.steps, "code")
            for unit in ("mg/dL", "10*3/uL", "[iU]/L", "mm[Hg]", "{score}", "ug/(24.h)", "%"):
                edit = Edit(place, unit)
                yield Mutant("an unusual unit", "codes", place, (edit,), "none", unit)
    if site.element.path == "Attachment.contentType":
        for kind in ("text/plain; charset=UTF-8", "application/fhir+json"):
            edit = Edit(site.steps, kind)
            yield Mutant("a media type with parts", "codes", site.steps, (edit,), "none", kind)
