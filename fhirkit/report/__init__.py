"""The page on which a clinician checks a case, its plot, and the index of many."""
