"""Drawings as PNG, with letters of a font that comes along: the same bytes on every machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fhirkit.errors import SettingsError

_FAMILY = "FiraGO"
_FACES = ("figo", "figbo")  # regular and bold
_ZOOM = 2.0  # sharp on paper and on screens of today


def png(svg: str) -> bytes:
    """``svg`` as PNG.

    Raises SettingsError where what draws it is not installed, or its font, without which there
    would be a picture with no letters and no complaint.
    """
    try:
        import pymupdf_fonts  # type: ignore[import-untyped]
        import resvg_py
    except ImportError as error:
        raise SettingsError(
            f"PNG needs {error.name}: pip install 'fhirkit-cases[plot]', or ask for SVG"
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for face in _FACES:
            file = Path(folder, f"{face}.ttf")
            file.write_bytes(pymupdf_fonts.myfont(face))
            files.append(str(file))
        drawn = resvg_py.svg_to_bytes(
            svg,
            skip_system_fonts=True,
            font_files=files,
            font_family=_FAMILY,
            sans_serif_family=_FAMILY,
            zoom=_ZOOM,
        )
    return bytes(drawn)
