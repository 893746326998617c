"""The network as ``model.pt2``, which runs where there is torch and nothing else."""

import io
import warnings

import torch
import torch.export
from torch.export import Dim

from nas.export.network import ExportedMixture


def serialise(network: ExportedMixture) -> bytes:
    """The content of ``model.pt2``: a program (B, D) -> (B, C) for any B.

    It is differentiable by its inputs as often as its activations are.
    """
    centre = network.centre
    # Two points, at a index where the network was trained. A batch of one would be taken for a
    # constant; and traced without gradients, the program would have none.
    example = torch.stack([centre, centre])
    with warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")  # torch warns of its own future here
        program = torch.export.export(
            network, (example,), dynamic_shapes=({0: Dim("batch", min=1)},)
        )
        for node in program.graph.nodes:
            # These hold the paths of source files on this machine, which are nobody's business.
            node.meta.pop("stack_trace", None)
        content = io.BytesIO()
        torch.export.save(program, content)
    return content.getvalue()
