"""What was met in the patient's own sentences and became no fact, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.facts.model import Whose
from fhirkit.report.html import EMPTY, Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhirkit.facts.model import LeftOut


def left_out(items: Sequence[LeftOut]) -> Html:
    """The list of it, each with the reason; nothing where there is none.

    What stands in sentences about others is left to their own reason, which the text shows.
    """
    own = [(number, item) for number, item in enumerate(items) if item.whose is Whose.PATIENT]
    if not own:
        return EMPTY
    count = element("span", str(len(own)), class_="count")
    return element(
        "section",
        element("h3", "Met and left out ", count),
        element("p", "Words in the patient’s own sentences that went into no fact, and why."),
        element("ul", *(_item(number, item) for number, item in own)),
        class_="left-out",
        id="left-out",
    )


def _item(number: int, item: LeftOut) -> Html:
    words = element("a", " ".join(item.span.text.split()), href=f"#t-{item.span.start}")
    name = f" ({item.concept})" if item.concept and item.concept != item.span.text else ""
    return element("li", joined([words, f"{name} – {item.kind}: {item.why}"]), id=f"l-{number}")
