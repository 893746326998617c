"""A pruned mixture as a plain network: description, weights, portable program, card; and back."""

from nas.export.equivalence import NotEquivalent
from nas.export.exporting import Exported, export
from nas.export.finished_run import network_of
from nas.export.loading import load
from nas.export.network import ExportedMixture

__all__ = ["Exported", "ExportedMixture", "NotEquivalent", "export", "load", "network_of"]
