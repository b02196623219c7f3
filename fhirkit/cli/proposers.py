"""``--proposer``: how ``extract`` and ``convert`` read a text."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from fhirkit.cli.outputs import notice

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from fhirkit.report.subject import Reader

#: For the end of a verb's help.
KEYS = """\
A server that --proposer names gets its key from the environment only:
  FHIRKIT_LLM_KEY_FILE  a file with the key (FHIRKIT_LLM_KEY: the key)
  FHIRKIT_LLM_TIMEOUT   seconds to wait for an answer (default: 120)
"""


def add_proposer(parser: argparse.ArgumentParser) -> None:
    """The argument that names who else is asked for names."""
    parser.add_argument(
        "--proposer",
        metavar="NAME",
        help="also find names no mapping has: 'learned' by the weights that ship with fhirkit, "
        "'openai:MODEL@URL' by asking a language model; every text is then sent to URL "
        "(default: nothing is sent)",
    )


@contextmanager
def reader(spec: str | None, mappings: Path | None) -> Iterator[Reader]:
    """How texts are read: by rules, with the proposals of whom ``spec`` names.

    Says so where texts leave the machine. Raises SettingsError for a spec or environment that
    cannot be used, before anything is sent.
    """
    from fhirkit.facts.learned import LearnedProposer
    from fhirkit.facts.read import extract

    if spec is None:
        yield partial(extract, mappings=mappings)
        return
    if spec == LearnedProposer.name:
        yield partial(extract, mappings=mappings, proposers=[LearnedProposer()])
        return
    from fhirkit.llm.client import Client
    from fhirkit.llm.endpoint import endpoint, key, patience
    from fhirkit.llm.reader import ModelReader

    asked = endpoint(spec)
    with Client(asked, key(os.environ), patience(os.environ)) as client:
        if not asked.is_here:
            notice(asked.name, f"every text is sent to {asked.base}: it leaves this machine")
        yield ModelReader(asked.name, client.ask, mappings).read
