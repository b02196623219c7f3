"""``python -m fhirkit`` is the command ``fhirkit``."""

from __future__ import annotations

import sys

from fhirkit.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
