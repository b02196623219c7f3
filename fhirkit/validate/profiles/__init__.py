"""Whether resources are what the profiles say that they declare, or that FHIR asks of them."""
