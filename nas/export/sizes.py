"""Do a description and weights go together? Asked of numbers alone, before a network is made.

A description of a few bytes can ask for more memory than a machine has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from torch import Tensor

from nas import networks
from nas.export.architecture import Architecture
from nas.search_spaces.candidates import Candidate, levels_of

_ROOM = 2  # less than twice as many are compared tensor by tensor, which says more


def complaint(described: Architecture, weights: Mapping[str, Tensor]) -> str:
    """What is described and so large that ``weights`` cannot be of it; empty if nothing is.

    Examples
    --------
    >>> from nas.export import example
    >>> weights = example.network().state_dict()
    >>> complaint(example.architecture(), weights)
    ''
    >>> few = {"experts.0.layers.0.bias": weights["experts.0.layers.0.bias"]}
    >>> complaint(example.architecture(), few)
    '7 numbers are described up to experts.0.candidate, and it holds 2'
    """
    inputs = len(described.problem.coordinates)
    held = sum(tensor.numel() for tensor in weights.values())
    largest = max((size for tensor in weights.values() for size in tensor.shape), default=0)
    count = 0
    for name, candidate, outputs in _networks(described):
        for axis, level in levels_of(candidate).items():
            # Each layer is two tensors, each unit a row.
            if isinstance(level, int) and level > max(largest, len(weights)):
                return (
                    f"{name} has a {axis} of {_short(level)}, more than fits into "
                    f"{len(weights)} tensors of at most {largest} rows"
                )
        count += networks.count_parameters(candidate, inputs, outputs)
        if count > _ROOM * held:
            return f"{_short(count)} numbers are described up to {name}, and it holds {held}"
    return ""


def _networks(described: Architecture) -> Iterator[tuple[str, Candidate, int]]:
    """Name, candidate and number of outputs of each network."""
    fields, gate = len(described.problem.fields), described.gate
    for number, expert in enumerate(described.experts):
        yield f"experts.{number}.candidate", expert.candidate, fields
    for number, correction in enumerate(described.corrections):
        yield f"corrections.{number}.candidate", correction.candidate, fields
    if gate is not None:
        try:
            like = Candidate(**asdict(gate.made), encoding=gate.encoding)
        except (TypeError, ValueError):
            return  # a linear gate, which is small, or one of a kind of its own
        yield "gate", like, len(described.experts)


def _short(number: int) -> str:
    text = str(number)
    return text if len(text) <= 20 else f"{text[:20]}… ({len(text)} digits)"
