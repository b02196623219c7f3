"""The project's own files: what they promise is there."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from importlib import metadata, resources
from pathlib import Path

import pytest

import fhirkit

EXPECTED_WHEEL = os.environ.get("FHIRKIT_EXPECT_WHEEL")

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.)}>*])/(?:" + "|".join(["work", "tmp", "root", "home"]) + r")/")
REGISTRY_HOST = re.compile(
    "|".join(["pypi" + r"\.org", "python" + "hosted", "npm" + "js", "maven" + r"\.org"])
)


def tracked(checkout: Path) -> list[Path]:
    """Files that are in version control, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=checkout,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = (checkout / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in names if path.is_file() and not path.is_symlink()]


def requirements(checkout: Path) -> list[str]:
    """Names of all distributions pyproject.toml asks for, extras, groups and build included."""
    declared = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))
    project = declared["project"]
    lines = [*declared["build-system"]["requires"], *project["dependencies"]]
    for more in (project["optional-dependencies"], declared["dependency-groups"]):
        for extra in more.values():
            lines += extra
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines}
    return sorted(names - {project["name"]})


@pytest.mark.skipif(not EXPECTED_WHEEL, reason="only in the run against the wheel")
def test_package_comes_from_the_wheel() -> None:
    """The second run imports the installed wheel and nothing of the checkout."""
    package = Path(fhirkit.__file__).parent
    assert package.is_relative_to(Path(EXPECTED_WHEEL or ""))
    assert "site-packages" in package.parts


@pytest.mark.skipif(bool(EXPECTED_WHEEL), reason="the run against the wheel has its own")
def test_package_comes_from_the_checkout(checkout: Path) -> None:
    """The first run imports the files that are being edited."""
    assert Path(fhirkit.__file__).parent == checkout / "fhirkit"


@pytest.mark.parametrize(
    "name",
    [
        "py.typed",
        "mappings/drugs.csv",
        "mappings/codes.csv",
        "mappings/cues",
        "vocabulary/names.txt",
        "vocabulary/manifest.json",
        "bundles",
    ],
)
def test_package_carries_its_data(name: str) -> None:
    """Types, mappings and golden cases are found beside the code, also in the wheel."""
    found = resources.files("fhirkit").joinpath(name)
    assert found.is_file() or found.is_dir()


def test_golden_cases_are_complete() -> None:
    """Each shipped case has its text, its facts and its bundle."""
    cases = [c for c in resources.files("fhirkit").joinpath("bundles").iterdir() if c.is_dir()]
    assert len(cases) >= 5
    for case in cases:
        assert {"text.txt", "facts.json", "bundle.json"} <= {f.name for f in case.iterdir()}


@pytest.mark.parametrize("name", ["mappings", "bundles"])
def test_data_folder_is_a_relative_symlink(checkout: Path, name: str) -> None:
    """The package's view of a top-level folder is a link that survives moving the checkout."""
    link = checkout / "fhirkit" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..", name)


def test_version_is_written_once(checkout: Path) -> None:
    """pyproject.toml takes the version from the package."""
    declared = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))
    assert declared["project"]["dynamic"] == ["version"]
    assert "version" not in declared["project"]
    assert declared["tool"]["hatch"]["version"]["path"] == "fhirkit/__init__.py"


def test_installed_version_is_the_packages() -> None:
    """The distribution and the package tell the same version."""
    assert metadata.version("fhirkit-cases") == fhirkit.__version__


def test_changelog_has_the_version(checkout: Path) -> None:
    """The changelog has a heading for the version in the package."""
    assert f"## [{fhirkit.__version__}]" in (checkout / "CHANGELOG.md").read_text("utf-8")


def test_readme_commands_exist(checkout: Path) -> None:
    """Every script the README names is there and may be executed."""
    named = set(re.findall(r"\b(?:scripts|\.ci)/\w+", (checkout / "README.md").read_text("utf-8")))
    assert {"scripts/demo", "scripts/test"} <= named
    for script in named | {".ci/run"}:
        assert os.access(checkout / script, os.X_OK), script


def test_local_links_lead_somewhere(checkout: Path) -> None:
    """A link from one page to another file of the project finds it."""
    for page in [p for p in tracked(checkout) if p.suffix == ".md"]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_dependency_is_explained(checkout: Path) -> None:
    """docs/dependencies.md has a row for every distribution pyproject.toml asks for."""
    page = (checkout / "docs" / "dependencies.md").read_text("utf-8")
    assert [name for name in requirements(checkout) if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize(
    "pattern",
    [pytest.param(MACHINE_PATH, id="machine-path"), pytest.param(REGISTRY_HOST, id="registry")],
)
def test_tracked_files_name_no_place(checkout: Path, pattern: re.Pattern[str]) -> None:
    """Nothing in the project depends on one machine's folders or on one registry."""
    found = []
    for path in tracked(checkout):
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(checkout)}:{number}: {line.strip()[:80]}")
    assert found == []
