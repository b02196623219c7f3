"""What every test may ask for: a clean environment, the benchmark, the checkout."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

pytest_plugins = ["servers.fixtures"]

ROOT = Path(__file__).resolve().parents[1]
EXPECTED_WHEEL = os.environ.get("FHIRKIT_EXPECT_WHEEL")
"""The environment the built wheel is installed in, during the run against it."""

OURS = {
    "FHIRKIT_AXE",
    "FHIRKIT_BENCHMARK",
    "FHIRKIT_EXPECT_WHEEL",
    "FHIRKIT_PACKAGES",
    "FHIRKIT_REQUIRE_ALL",
    "FHIRKIT_SCREENSHOTS",
}
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}

# A slow machine is no failure; the examples are the same on every run.
hypothesis.settings.register_profile("fhirkit", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("fhirkit")

# A shell that starts a job in the background has it ignore Ctrl-C, and what the job starts inherits
# that. What is caught here is not ignored by the programs that tests start and stop.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

Require = Callable[[str], NoReturn]


@pytest.hookimpl(optionalhook=True)  # xdist's
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deals the tests to processes, where the run is spread over several."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Dealt(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _together(nodeid)

    return Dealt(config, log)


def _together(nodeid: str) -> str:
    """What must run in one process: all that shares a server which is a program of its own."""
    if re.search(r"^tests/(servers|contract)/|\[.*(hapi|medplum)", nodeid):
        return "servers"
    return "oracle" if nodeid.startswith("tests/oracle/") else nodeid.partition("::")[0]


def _require(reason: str) -> NoReturn:
    if os.environ.get("FHIRKIT_REQUIRE_ALL") == "1":
        pytest.fail(f"required by FHIRKIT_REQUIRE_ALL: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def require() -> Require:
    """A function to call with the reason when something a test needs is not there.

    It skips the test; with FHIRKIT_REQUIRE_ALL=1, as continuous integration sets it, it fails.
    """
    return _require


@pytest.fixture(scope="session")
def benchmark(require: Require) -> Path:
    """The folder of published cases and corpora, which is no part of the project."""
    folder = Path(os.environ.get("FHIRKIT_BENCHMARK") or ROOT.parent / "shared" / "benchmark")
    if not (folder / "seeds").is_dir():
        require("no benchmark: FHIRKIT_BENCHMARK names no such folder and none is beside us")
    return folder.resolve()


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The project's own root; a test that asks for it is skipped where only the wheel is."""
    if EXPECTED_WHEEL or not (ROOT / "fhirkit").is_dir():
        pytest.skip("reads files of the checkout; this run has only the wheel")
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No proxy, no settings of the person at the keyboard, one terminal width for all."""
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.lower() in PROXIES or (name.startswith("FHIRKIT_") and name not in OURS):
                patch.delenv(name)
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", home)
        patch.setenv("COLUMNS", "80")
        yield
