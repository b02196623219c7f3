"""Decisions of a reviewer about the facts of a case: their form, and what they change."""
