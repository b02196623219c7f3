"""The command ``fhirkit``: one module a verb, nothing heavy imported before it is needed."""
