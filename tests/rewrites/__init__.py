"""Files that mean the same as a right derivation, and the same with one planted mistake."""
