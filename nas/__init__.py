"""Architecture search for physics-informed neural networks by gated mixtures of experts."""

__version__ = "0.1.0"
