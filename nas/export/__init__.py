"""A pruned mixture as a plain network: description, weights, portable program, card; and back."""

from nas.export.exporting import Exported, export
from nas.export.loading import load
from nas.export.network import ExportedMixture
from nas.export.proof import Unproven

__all__ = ["Exported", "ExportedMixture", "Unproven", "export", "load"]
