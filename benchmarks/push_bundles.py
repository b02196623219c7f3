"""The bundles of the push benchmark: a published case of 20 entries, over and over.

    python benchmarks/push_bundles.py COUNT > FILE

prints one a line. Each has fullUrls and keys of its own, so that no two mean the same
resource, and all have the same number of bytes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

CASE = "benzbromarone-liver-failure"
ENTRIES = 20
RECORDED = "2026-11-22T12:00:00Z"
_URN = re.compile(rb"urn:uuid:[0-9a-f]{8}")
_KEY = re.compile(rb"\|([0-9a-f]{16})-")


class Shape:
    """A bundle cut where its names stand, so that the next one costs two replacements."""

    def __init__(self, bundle: bytes) -> None:
        """Take the case as fhirkit writes it, without the white space and with a time.

        The case does not know when it was recorded and gives a reason instead, which is FHIR but
        more than the models of fhir-kindling take.
        """
        case = json.loads(bundle)
        for entry in case["entry"]:
            if entry["resource"].pop("_recorded", None):
                entry["resource"]["recorded"] = RECORDED
        text = json.dumps(case, separators=(",", ":"), ensure_ascii=False).encode()
        found = _KEY.search(text)
        if found is None:
            raise ValueError("the bundle has no conditional create")
        # What stays of a urn, 24 digits, keeps the entries of one bundle apart.
        self._text = _URN.sub(b"urn:uuid:@urn@", text).replace(found[1], b"@key@")

    def bundle(self, number: int) -> bytes:
        """The bundle of this number."""
        key, urn = b"%016x" % number, b"urn:uuid:%08x" % number
        return self._text.replace(b"@key@", key).replace(b"urn:uuid:@urn@", urn)

    def bundles(self, count: int, start: int = 0) -> Iterator[bytes]:
        """So many bundles, from this number on."""
        return map(self.bundle, range(start, start + count))


def golden() -> Shape:
    """The shape of the published case."""
    path = Path(__file__).resolve().parents[1] / "bundles" / CASE / "bundle.json"
    return Shape(path.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print bundles, one a line."""
    (count,) = sys.argv[1:] if arguments is None else arguments
    write = sys.stdout.buffer.write
    for bundle in golden().bundles(int(count)):
        write(bundle + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
