"""From a case to an R4 Bundle and its JSON."""

from fhirkit.bundle.assemble import to_bundle
from fhirkit.bundle.models import to_models
from fhirkit.bundle.references import check_references, unresolved_references
from fhirkit.bundle.serialise import to_json

__all__ = ["check_references", "to_bundle", "to_json", "to_models", "unresolved_references"]
