"""The invariants of the R4 base specification, one function each, by the subject they are about."""
