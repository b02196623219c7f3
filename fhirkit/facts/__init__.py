"""Narrative to facts: proposers, attribution, assembly."""
