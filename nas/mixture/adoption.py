"""Experts take over what those of another mixture have learnt."""

from collections.abc import Mapping

import torch

from nas.mixture.experts import ExpertStack
from nas.mixture.mixture import Mixture


@torch.no_grad()
def adopt(mixture: Mixture, other: Mixture, indices: Mapping[int, int]) -> None:
    """Let experts of ``mixture`` have the parameters of those of the ``other``.

    Parameters
    ----------
    indices
        For each expert that is to have them, by its index in its pool, that of the other's.

    Raises
    ------
    ValueError
        If one of them is not alive.

    Examples
    --------
    >>> from nas.training import example
    >>> mine, other = example.mixture(), example.mixture()
    >>> _ = [parameter.data.zero_() for parameter in mine.parameters()]
    >>> adopt(mine, other, {index: index for index in mine.alive})
    >>> torch.equal(mine.expert_stacks[0].weights[0], other.expert_stacks[0].weights[0])
    True
    """
    for index, its in indices.items():
        (stack, row), (source, its_row) = _place(mixture, index), _place(other, its)
        for own, new in zip(stack.parameters(), source.parameters(), strict=True):
            own[row] = new[its_row].to(own)


def _place(mixture: Mixture, index: int) -> tuple[ExpertStack, int]:
    """The stack of the expert at ``index`` in the pool, and its row there."""
    for stack in mixture.expert_stacks:
        for row, (other, _) in enumerate(stack.members):
            if other == index:
                return stack, row
    raise ValueError(f"expected the expert {index} to be alive, got {mixture.alive}")
