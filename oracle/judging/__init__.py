"""Judging: one case after the other, and a verdict for each gradient."""
