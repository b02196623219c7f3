"""From facts to FHIR R4: one module per resource type, each a pure function.

A resource is a plain dict in the shape of its R4 JSON. Every call makes new dicts, so that a
result may be changed without touching another.
"""
