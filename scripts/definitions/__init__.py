"""Compiles the official FHIR R4 package into the tables that ``fhirkit validate`` reads."""
