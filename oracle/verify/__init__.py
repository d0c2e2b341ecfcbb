"""The derivations of ``reference/`` against PyTorch."""
