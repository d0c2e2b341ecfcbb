"""Holds hand-written gradients against torch.autograd. ``oracle --help`` says how to ask."""

__version__ = "0.1.0"
