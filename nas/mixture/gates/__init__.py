"""Kinds of gates, one a file; `nas.mixture.gate` says what such a file holds."""
