"""The ways to write a derivation, each turned into a ``Subject``."""
