"""A Bundle as the typed objects of fhir.resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhirkit.errors import ValidationFailed

if TYPE_CHECKING:
    from fhir.resources.R4B.bundle import Bundle

    from fhirkit.mappers.context import Resource


def to_models(bundle: Resource) -> Bundle:
    """``bundle`` as a fhir.resources R4B Bundle; R4 and R4B are the same for these types.

    Numbers lose trailing zeros there ("0.40" becomes 0.4), nothing else changes. A bundle
    that the models refuse raises ValidationFailed.
    """
    # Imported here: these models cost a third of a second, and most runs never need them.
    from fhir.resources.R4B.bundle import Bundle
    from pydantic import ValidationError

    try:
        return Bundle.model_validate(bundle)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValidationFailed(
            f"fhir.resources R4B refuses the bundle in {error.error_count()} places, "
            f"the first at {where}: {first['type']}",
            detail=str(error),
        ) from None
