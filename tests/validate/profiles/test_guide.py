import io
import json
import tarfile
from pathlib import Path

import pytest

from fhirkit.errors import InputError
from fhirkit.validate.profiles import guide as guides
from fhirkit.validate.profiles.guide import load_guide, merged
from profile_builder import CORE, URL, element, guide, profile

PROFILE = profile("Patient", element("Patient.gender", min=1), version="2.0.0")
SET = {"resourceType": "ValueSet", "url": "http://example.org/v", "status": "active"}


def packed(path: Path, files: dict[str, bytes]) -> Path:
    """An archive of these files."""
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def data(value: object) -> bytes:
    """The JSON of a value."""
    return json.dumps(value).encode()


def test_an_npm_package(tmp_path: Path) -> None:
    """Definitions of the package itself are read, examples and other folders are not."""
    path = packed(
        tmp_path / "p.tgz",
        {
            "package/package.json": b'{"name": "p"}',
            "package/StructureDefinition-p.json": data(PROFILE),
            "package/ValueSet-v.json": data(SET),
            "package/.index.json": data({"files": [{"resourceType": "ValueSet", "url": "x"}]}),
            "package/Bundle-b.json": data(
                {"entry": [{"resource": SET}], "resourceType": "Bundle", "url": "http://a.org/b"}
            ),
            "package/example/ValueSet-w.json": data({**SET, "url": "http://example.org/w"}),
        },
    )
    found = load_guide(path)
    assert found.profile(URL).type == "Patient"
    assert found.profile(f"{URL}|2.0.0").version == "2.0.0"
    assert set(found.definitions["ValueSet"]) == {"http://example.org/v"}


@pytest.mark.parametrize("folder", ["", "package"])
def test_a_directory(tmp_path: Path, folder: str) -> None:
    """Loose files are read, or those of package/ where there is one."""
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "StructureDefinition-p.json").write_bytes(data(PROFILE))
    assert load_guide(tmp_path).profile(URL).root.part("gender").least == 1


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({"package/package.json": b"{}"}, "no FHIR package", id="no-definition"),
        pytest.param(
            {"other/ValueSet-v.json": data(SET)}, "no FHIR package", id="no-package-folder"
        ),
        pytest.param({"package/../../ValueSet-v.json": data(SET)}, "no FHIR package", id="way-out"),
        pytest.param(
            {"package/a.json": b'{"resourceType": "ValueSet", "url": '}, "a.json: no JSON", id="cut"
        ),
        pytest.param(
            {"package/p.json": data({**PROFILE, "snapshot": None})},
            f"profile {URL} has no snapshot",
            id="no-snapshot",
        ),
    ],
)
def test_packages_that_cannot_be_used(
    tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    """What is no package of FHIR is refused, with its name and the reason."""
    with pytest.raises(InputError, match=message):
        load_guide(packed(tmp_path / "p.tgz", files))


def test_files_that_are_no_archive(tmp_path: Path) -> None:
    """A file of another kind and a missing one are told apart."""
    (tmp_path / "p.tgz").write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"neither a \.tgz nor a directory"):
        load_guide(tmp_path / "p.tgz")
    with pytest.raises(InputError, match="no such file"):
        load_guide(tmp_path / "q.tgz")


def test_a_package_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops where a package grows beyond the limit, whatever its packed size."""
    monkeypatch.setattr(guides, "LARGEST", 1000)
    large = data({**SET, "description": "x" * 2000})
    with pytest.raises(InputError, match="larger than"):
        load_guide(packed(tmp_path / "p.tgz", {"package/v.json": large}))
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "v.json").write_bytes(large)
    with pytest.raises(InputError, match="larger than"):
        load_guide(tmp_path / "loose")


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in an archive leads nowhere, so that no file outside is read."""
    with tarfile.open(tmp_path / "p.tgz", "w:gz") as archive:
        member = tarfile.TarInfo("package/v.json")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(InputError, match="no FHIR package"):
        load_guide(tmp_path / "p.tgz")


def test_of_two_packages_the_first_counts() -> None:
    """A url that two packages have is that of the package given first."""
    first, second = guide(PROFILE), guide(profile("Observation"), SET)
    both = merged([first, second])
    assert both.profile(URL).type == "Patient"
    assert both.definition("ValueSet", SET["url"]) == SET


@pytest.mark.parametrize(
    ("canonical", "known"),
    [
        pytest.param(f"{CORE}bodyweight", True, id="r4"),
        pytest.param(f"{CORE}bodyweight|4.0.1", True, id="r4-with-version"),
        pytest.param("http://example.org/no", False, id="nowhere"),
    ],
)
def test_r4_stands_behind_every_guide(canonical: str, known: bool) -> None:
    """What packages do not have is looked for in R4."""
    assert (guide(PROFILE).profile(canonical) is not None) is known


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({**PROFILE, "snapshot": {"element": [{"path": "A"}, {"path": 5}]}}, id="path"),
        pytest.param({**PROFILE, "snapshot": {"element": ["x"]}}, id="element"),
        pytest.param(
            {**PROFILE, "snapshot": {"element": [{"path": "A"}, {"path": "B.c"}]}}, id="order"
        ),
        pytest.param({**PROFILE, "derivation": "specialization"}, id="no-profile"),
    ],
)
def test_malformed_profiles_are_not_known(definition: dict) -> None:
    """A definition that makes no sense is as good as none, and raises nothing."""
    assert guide(definition).profile(URL) is None
