"""UCUM's table of units, out of a package that ships it.

Its licence (https://ucum.org/license, version 1.0) lets the table be passed on in software, with
its notice, but neither shortened nor changed. So nothing is compiled: the file is shipped as it
was published, and :mod:`fhirkit.validate.terminology.ucum` reads from it what it needs.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from pathlib import Path

#: The table in it is that of UCUM 2.2, of 17 June 2024.
DISTRIBUTION = "ucumvert==0.3.2"
#: What the table is called beside the other definitions.
FILE = "ucum-essence.xml"

_MEMBER = "ucumvert/vendor/ucum-essence.xml"
_DIGEST = "6022a1f4a77d93efa23b941ae50055cb9d3fdcb8bb5db6b85deda004467bb380"


def compile_ucum(wheels: Path) -> str:
    """The text of UCUM's table, unchanged, out of the wheel in the directory ``wheels``.

    Raises ``FileNotFoundError`` where no wheel of the distribution is there, and ``ValueError``
    where its table is another one than the table that was looked through.
    """
    wheel = next(wheels.glob("ucumvert-0.3.2-*.whl"), None)
    if wheel is None:
        raise FileNotFoundError(f"no wheel of {DISTRIBUTION} in {wheels}")
    with ZipFile(wheel) as files:
        data = files.read(_MEMBER)
    digest = hashlib.sha256(data).hexdigest()
    if digest != _DIGEST:
        raise ValueError(f"{_MEMBER} of {wheel.name} is {digest}, not {_DIGEST}")
    return data.decode("ascii")
