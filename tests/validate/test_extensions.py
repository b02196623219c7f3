import json
from typing import Any

import pytest

from fhirkit.validate.extensions import check_extension
from fhirkit.validate.findings import Findings
from fhirkit.validate.profiles.guide import Guide
from fhirkit.validate.profiles.run import Run
from fhirkit.validate.scope import Scope
from profile_builder import CORE, URL, element, guide, profile

BIRTHPLACE = {"url": f"{CORE}patient-birthPlace", "valueAddress": {"text": "x"}}
NATIONALITY = f"{CORE}patient-nationality"
DERIVATION = f"{CORE}derivation-reference"
PATIENT = ("Patient", ("Patient", "DomainResource", "Resource"))
ORDER = ("NutritionOrder", ("NutritionOrder", "DomainResource", "Resource"))
NAME = ("Patient.name", ("HumanName", "Element"))


def told(
    extension: Any,
    place: tuple[str, tuple[str, ...]] = PATIENT,
    known: Guide | None = None,
    **how: bool,
) -> list[str]:
    """What is told of an extension, as severity and key, with the place in it."""
    findings = Findings()
    resource = {"resourceType": "Patient", "extension": [extension]}
    path, types = place
    scope = Scope(resource, resource, resource)
    check_extension(extension, scope, findings, Run(known), path=path, types=types, **how)
    return [
        f"{one.severity} {one.rule.key}" + ("" if one.owner is extension else " inside")
        for one in findings.made
    ]


def parts(url: str, *inside: tuple[str, dict]) -> dict:
    """An extension of extensions, each with its url."""
    return {"url": url, "extension": [{"url": name, **value} for name, value in inside]}


@pytest.mark.parametrize(
    ("extension", "place"),
    [
        pytest.param(BIRTHPLACE, PATIENT, id="simple"),
        pytest.param(
            parts(NATIONALITY, ("code", {"valueCodeableConcept": {"text": "x"}})),
            PATIENT,
            id="complex",
        ),
        pytest.param(
            {"url": f"{CORE}data-absent-reason", "valueCode": "unknown"},
            ("Patient.birthDate", ("Element", "date")),
            id="element-everywhere",
        ),
        pytest.param(
            {"url": f"{CORE}data-absent-reason", "valueCode": "unknown"},
            PATIENT,
            id="element-on-a-resource",
        ),
        pytest.param(
            {"url": f"{CORE}patient-birthTime", "valueDateTime": "2020-01-01"},
            ("Patient.birthDate", ("Element", "date")),
            id="path",
        ),
        pytest.param(
            {"url": f"{CORE}humanname-own-name", "valueString": "x"},
            ("HumanName.family", ("Element", "string")),
            id="path-of-a-data-type",
        ),
        pytest.param(
            {"url": f"{CORE}iso21090-EN-use", "valueCode": "SRCH"}, NAME, id="type-of-the-element"
        ),
        pytest.param(
            parts(
                DERIVATION,
                ("reference", {"valueReference": {"reference": "DocumentReference/1"}}),
                ("offset", {"valueInteger": 1}),
                ("length", {"valueInteger": 2}),
            ),
            PATIENT,
            id="what-fhirkit-writes",
        ),
        pytest.param(
            {"url": f"{CORE}structuredefinition-fhir-type", "valueUrl": "string"},
            ("ElementDefinition.type", ("Element",)),
            id="where-the-specification-itself-has-it",
        ),
        pytest.param(
            {"url": f"{CORE}11179-permitted-value-valueset", "valueCanonical": "http://a.org/v"},
            ("ElementDefinition.binding.valueSet", ("Element", "canonical")),
            id="context-through-a-data-type",
        ),
        pytest.param(
            {
                "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.contact.role",
                "valueString": "x",
            },
            PATIENT,
            id="element-of-another-version",
        ),
        pytest.param(
            {"url": "code", "valueString": "x"}, ("Extension", ("Extension", "Element")), id="part"
        ),
        pytest.param({}, PATIENT, id="no-url-is-the-structure-layers"),
        pytest.param({"url": 5}, PATIENT, id="malformed-url"),
        pytest.param({**BIRTHPLACE, "extension": [{"url": "a"}]}, PATIENT, id="both-is-ext-1s"),
        pytest.param({"url": BIRTHPLACE["url"]}, PATIENT, id="neither-is-ext-1s"),
        pytest.param({**BIRTHPLACE, "extension": 5}, PATIENT, id="malformed-parts"),
        pytest.param(parts(NATIONALITY) | {"extension": [5, {"url": 5}]}, PATIENT, id="malformed"),
    ],
)
def test_extensions_without_fault(extension: dict, place: tuple[str, tuple[str, ...]]) -> None:
    """Nothing is told of a known extension in its place with what it has to hold."""
    assert told(extension, place) == []


@pytest.mark.parametrize(
    ("extension", "place", "expected"),
    [
        pytest.param(
            {"url": BIRTHPLACE["url"], "valueString": "x"},
            PATIENT,
            ["error extension-value-type"],
            id="type",
        ),
        pytest.param(BIRTHPLACE, NAME, ["error extension-context"], id="context"),
        pytest.param(
            BIRTHPLACE,
            ("Observation", ("Observation", "DomainResource")),
            ["error extension-context"],
            id="another-resource",
        ),
        pytest.param(
            {"url": f"{CORE}patient-birthTime", "valueDateTime": "2020-01-01"},
            PATIENT,
            ["error extension-context"],
            id="on-the-resource-and-not-its-date",
        ),
        pytest.param(
            {"url": NATIONALITY, "valueString": "x"},
            PATIENT,
            ["error extension-no-value"],
            id="value-of-a-complex-one",
        ),
        pytest.param(
            parts(BIRTHPLACE["url"], ("a", {"valueString": "x"})),
            PATIENT,
            ["error extension-no-parts"],
            id="parts-of-a-simple-one",
        ),
        pytest.param(
            parts(NATIONALITY, ("foo", {"valueString": "x"})),
            PATIENT,
            ["error extension-part-unknown inside"],
            id="unknown-part",
        ),
        pytest.param(
            parts(NATIONALITY, ("code", {"valueString": "x"})),
            PATIENT,
            ["error extension-value-type inside"],
            id="type-of-a-part",
        ),
        pytest.param(
            parts(NATIONALITY, *[("period", {"valuePeriod": {"start": "2020"}})] * 2),
            PATIENT,
            ["error extension-part-too-many inside"],
            id="part-twice",
        ),
        pytest.param(
            parts(f"{CORE}cqf-relativeDateTime", ("target", {"valueReference": {}})),
            PATIENT,
            ["error extension-part-missing"],
            id="parts-missing",
        ),
        pytest.param(
            {"url": f"{CORE}data-absent-reason", "valueCode": "none"},
            PATIENT,
            ["error profile-binding"],
            id="binding",
        ),
        pytest.param(
            {"url": f"{CORE}no-such-thing", "valueString": "x"},
            PATIENT,
            ["warning extension-unknown"],
            id="unknown",
        ),
        pytest.param(
            {"url": f"{CORE}bodyweight", "valueString": "x"},
            PATIENT,
            ["warning extension-unknown"],
            id="profile-that-is-no-extension",
        ),
        pytest.param(
            {"url": f"{BIRTHPLACE['url']}|4.0.1", "valueAddress": {}},
            PATIENT,
            ["error extension-url"],
            id="version",
        ),
        pytest.param(
            {"url": "birthPlace", "valueAddress": {}},
            PATIENT,
            ["error extension-url"],
            id="relative",
        ),
    ],
)
def test_extensions_with_fault(
    extension: dict, place: tuple[str, tuple[str, ...]], expected: list[str]
) -> None:
    """One defect is one finding, at the extension or the part at fault."""
    assert told(extension, place) == expected


def test_strict_makes_unknown_extensions_an_error() -> None:
    """What is a warning by default is an error where somebody asks for it."""
    assert told({"url": "http://a.org/x", "valueString": "x"}, strict=True) == [
        "error extension-unknown"
    ]


@pytest.mark.parametrize(
    ("url", "modifier", "expected"),
    [
        pytest.param("http://a.org/x", True, ["error extension-modifier-unknown"], id="unknown"),
        pytest.param(BIRTHPLACE["url"], True, ["error extension-no-modifier"], id="no-modifier"),
        pytest.param(f"{CORE}request-doNotPerform", True, [], id="modifier"),
        pytest.param(
            f"{CORE}request-doNotPerform", False, ["error extension-modifier"], id="plain"
        ),
    ],
)
def test_modifiers(url: str, modifier: bool, expected: list[str]) -> None:
    """A modifier nobody knows must not be passed over; others stand where their kind does."""
    extension = BIRTHPLACE if url == BIRTHPLACE["url"] else {"url": url, "valueBoolean": True}
    place = PATIENT if "patient" in url else ORDER
    assert told(dict(extension), place, modifier=modifier) == expected


def own(*elements: dict, **more: Any) -> Guide:
    """A guide with one extension."""
    contexts = [{"type": "element", "expression": "Patient"}]
    return guide(profile("Extension", *elements, **{"context": contexts, **more}))


@pytest.mark.parametrize(
    ("more", "place", "expected"),
    [
        pytest.param({}, PATIENT, [], id="element"),
        pytest.param({}, NAME, ["error extension-context"], id="other-element"),
        pytest.param({"context": []}, NAME, [], id="no-context"),
        pytest.param(
            {"context": [{"type": "fhirpath", "expression": "Patient"}]}, NAME, [], id="fhirpath"
        ),
        pytest.param(
            {"context": [{"type": "extension", "expression": "http://a.org"}]},
            NAME,
            [],
            id="extension",
        ),
    ],
)
def test_contexts_of_guides(
    more: dict, place: tuple[str, tuple[str, ...]], expected: list[str]
) -> None:
    """Contexts of other kinds than an element cannot be judged and allow it."""
    known = own(**more)
    assert told({"url": URL, "valueString": "x"}, place, known) == expected


def test_rules_of_extensions() -> None:
    """A rule that the definition of an extension has is evaluated."""
    pytest.importorskip("fhirpathpy")
    broken = parts(
        DERIVATION,
        ("reference", {"valueReference": {"reference": "DocumentReference/1"}}),
        ("length", {"valueInteger": 2}),
    )
    assert told(broken) == ["error der-1"]


def test_an_extension_of_a_guide() -> None:
    """What a guide defines is checked as R4's own is."""
    known = own(element("Extension.value[x]", min=1, types=["code"]))
    assert told({"url": URL, "valueCode": "a"}, known=known) == []
    assert told({"url": URL, "valueString": "a"}, known=known) == ["error extension-value-type"]


@pytest.mark.parametrize("value", [None, True, 5, "x", [], {}, [None], {"url": []}])
@pytest.mark.parametrize("url", [BIRTHPLACE["url"], NATIONALITY, DERIVATION, "http://a.org/x"])
def test_malformed_extensions_raise_nothing(url: str, value: object) -> None:
    """Whatever stands in an extension, nothing is raised."""
    for name in ("valueAddress", "valueCode", "extension", "valueNonsense"):
        extension = json.loads(json.dumps({"url": url, name: value}))
        assert all(" " in one for one in told(extension))
