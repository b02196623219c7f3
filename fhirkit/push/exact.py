"""JSON that is read, changed and written again without a digit lost: 0.8500 stays 0.8500.

R4 counts the digits of a decimal as part of its value: https://hl7.org/fhir/R4/json.html#decimal.
"""

from __future__ import annotations

import json
import re
from typing import Any

# Numbers go through JSON as strings with this mark, which comes off again with the quotes. No
# UTF-8 holds half a surrogate pair.
_MARK = "\udc00digits:"
_MARKED = re.compile('"\udc00digits:([0-9.eE+-]+)"')


def read_exact(text: str | bytes) -> Any:
    """The value of a JSON text, each decimal as a marked string. Raises ValueError."""
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    try:
        return json.loads(text, parse_float=lambda digits: _MARK + digits)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def write_exact(value: Any) -> bytes:
    """The JSON text of such a value. Raises ValueError for what has none: NaN, lone surrogates."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return _MARKED.sub(r"\1", text).encode()
