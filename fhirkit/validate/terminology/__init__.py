"""What can be told of codes without a terminology server: forms, check digits, units, systems.

Pure functions over strings. Each ``..._fault`` gives None where nothing is wrong with what it was
asked about, and else a phrase that says what is wrong. A code without a fault may still be none
of its system: whether a code exists, only the system's owner knows.
"""

from fhirkit.validate.terminology.forms import code_fault
from fhirkit.validate.terminology.systems import canonical_system
from fhirkit.validate.terminology.ucum import suggestion

__all__ = ["canonical_system", "code_fault", "suggestion"]
