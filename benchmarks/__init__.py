"""Figures, measured side by side in one run: ``python -m benchmarks.speed`` and its neighbours."""
