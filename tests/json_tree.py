"""Every value of a JSON tree with the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhirkit.validate.place import Steps


def walk(root: object) -> Iterator[tuple[Steps, object]]:
    """Every value below ``root`` with the way to it, in the order of the text."""
    todo: list[tuple[Steps, object]] = [((), root)]
    while todo:
        steps, node = todo.pop()
        yield steps, node
        if isinstance(node, dict):
            todo += [((*steps, name), child) for name, child in reversed(node.items())]
        elif isinstance(node, list):
            todo += [((*steps, at), child) for at, child in reversed([*enumerate(node)])]
