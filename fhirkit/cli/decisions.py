"""Decisions of a reviewer, from files: matched to their texts, applied, and told where not."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fhirkit.cli.outputs import notice
from fhirkit.errors import InputError
from fhirkit.narrative.source import STDIN, check_paths, read_documents

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from fhirkit.facts.case import Case
    from fhirkit.narrative.source import Source
    from fhirkit.review.decisions import Decisions

_SUFFIX = ".decisions.json"


def add_decisions(parser: argparse.ArgumentParser) -> None:
    """The argument that names the decisions of a reviewer."""
    parser.add_argument(
        "--decisions",
        action="append",
        metavar="FILE",
        help="apply what a reviewer decided, as saved from the page of 'fhirkit report': a file, "
        "or a folder of *.decisions.json; may be given several times, each file goes to the text "
        "it was made on",
    )


class Reviewed:
    """Files of decisions, each for one of the texts given."""

    def __init__(
        self, paths: Sequence[str] | None, narratives: Sequence[str], mappings: Path | None
    ) -> None:
        """Reads the files. InputError for one that cannot be, or that is of none of the texts.

        That is told before anything is written; where a text comes from standard input beside
        others it is told at the end.
        """
        self._mappings = mappings
        self._decisions = by_text(paths or ())
        self._unused = {digest: path for digest, (path, _) in self._decisions.items()}
        self._is_alone = list(narratives) == [STDIN]
        self._untouched = 0
        if self._decisions and STDIN not in narratives:
            check_paths(narratives)
            for source in read_documents(narratives, None):
                self._unused.pop(digest_of(source.text), None)
            self._check_used()

    def decided(self, source: Source, case: Case) -> Case:
        """``case`` as its reviewer decided; as it is where nobody did."""
        found = self._decisions.get(digest_of(source.text))
        self._unused.pop(digest_of(source.text), None)
        if self._is_alone:
            self._check_used()
        if found is None:
            return case
        from fhirkit.review.apply import decide

        path, decisions = found
        try:
            result = decide(case, decisions, self._mappings)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
        for message in result.untouched:
            notice(source.origin, message)
        self._untouched += len(result.untouched)
        return result.case

    def told(self) -> int:
        """The exit code: 1 if a decision was not applied, else 0. InputError for a file left."""
        self._check_used()
        return 1 if self._untouched else 0

    def _check_used(self) -> None:
        for path in self._unused.values():
            raise InputError(
                f"{path}: these decisions were made on none of the texts given: name the text that "
                "was reviewed, as it was"
            )


def by_text(paths: Iterable[str]) -> dict[str, tuple[str, Decisions]]:
    """The decisions in files and folders, with their file, by the SHA-256 of their text."""
    from fhirkit.review.jsonform import read_decisions

    found: dict[str, tuple[str, Decisions]] = {}
    for path in _files(paths):
        try:
            decisions = read_decisions(path.read_bytes())
        except OSError as error:
            raise InputError(f"--decisions {path}: {error.strerror}") from None
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
        other, _ = found.setdefault(decisions.sha256, (str(path), decisions))
        if other != str(path):
            raise InputError(f"{other} and {path} are decisions on one text: give one of them")
    return found


def _files(paths: Iterable[str]) -> Iterator[Path]:
    for given in dict.fromkeys(paths):
        path = Path(given)
        if not path.is_dir():
            yield path
            continue
        files = sorted(path.glob(f"*{_SUFFIX}"))
        if not files:
            raise InputError(f"--decisions {path}: no *{_SUFFIX} in this folder")
        yield from files


def digest_of(text: str) -> str:
    """The SHA-256 by which decisions know their text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
