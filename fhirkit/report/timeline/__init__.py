"""The times of a case on one axis."""
