"""From what a finished run leaves to the plain network: its description and its weights."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from nas.errors import UserError
from nas.export.architecture import (
    Architecture,
    ExpertShape,
    Figures,
    GateShape,
    ProblemFacts,
    Scaling,
)
from nas.mixture import gate
from nas.mixture.experts import Stack
from nas.mixture.mixture import Mixture
from nas.training import trained

State = dict[str, Tensor]


def read_mixture(path: Path, problem: ProblemFacts) -> Mixture:
    """The mixture that a finished run of ``problem`` left at ``path``.

    Raises
    ------
    UserError
        If the file is missing, damaged, or of another problem.
    """
    try:
        return trained.load(path, problem.bounds, len(problem.fields))
    except (UserError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise UserError(
            f"{path}: expected the network of a finished run, got a file that is missing, damaged "
            f"or cut short; delete the folder {path.parent} and run `nas search` on this campaign "
            "again, which trains this run anew, or name another run"
        ) from error


def describe(
    mixture: Mixture, problem: ProblemFacts, importance: dict[int, float | None], figures: Figures
) -> Architecture:
    """The description of the plain network; ``importance`` by index in the pool."""
    experts = [(index, mixture.pool[index]) for index in mixture.alive]
    return Architecture(
        problem=problem,
        # As the networks saw it: a search in float32 rounded these numbers.
        scaling=Scaling(centre=tuple(mixture.centre.tolist()), scale=tuple(mixture.scale.tolist())),
        gate=_gate(mixture.gate.shape) if len(experts) > 1 else None,
        experts=tuple(
            ExpertShape(
                index=index,
                activation=candidate.activation,
                depth=candidate.depth,
                width=candidate.width,
                importance=importance.get(index),
            )
            for index, candidate in experts
        ),
        figures=figures,
    )


def _gate(shape: gate.GateShape) -> GateShape:
    return GateShape(depth=shape.depth, width=shape.width, activation=shape.activation)


@torch.no_grad()
def plain_state(mixture: Mixture) -> State:
    """The weights under the names of `nas.export.network.ExportedMixture`.

    The stacked matrices act from the right, those of ``torch.nn.Linear`` from the left.
    """
    state: State = {}
    rows = ((stack, row) for stack in _stacks(mixture) for row in range(len(stack.members)))
    for expert, (stack, row) in enumerate(rows):
        for layer, (weight, bias) in enumerate(zip(stack.weights, stack.biases, strict=True)):
            state |= _linear(f"experts.{expert}.layers.{layer}", weight[row].T, bias[row])
    if len(mixture.alive) > 1:
        last = len(mixture.gate.weights)
        for layer, (weight, bias) in enumerate(
            zip(mixture.gate.weights, mixture.gate.biases, strict=True)
        ):
            state |= _linear(f"gate.layers.{layer}", weight.T, bias)
        state |= _linear(f"gate.layers.{last}", mixture.gate.out_weight, mixture.gate.out_bias)
    return state


def _linear(name: str, weight: Tensor, bias: Tensor) -> State:
    return {
        f"{name}.weight": weight.clone(memory_format=torch.contiguous_format),
        f"{name}.bias": bias.clone(),
    }


def _stacks(mixture: Mixture) -> Iterator[Stack]:
    return (stack for stack in mixture.stacks if isinstance(stack, Stack))
