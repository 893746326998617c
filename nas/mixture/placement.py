"""Which device each stack of experts is on, where a mixture has several.

Only the weights λ couple the experts (Bischof & Kraus 2022): each stack is evaluated where it is,
and its jets come to the gate, which is on the first device with all else.
"""

from collections.abc import Iterator, Sequence

import torch

from nas.mixture.experts import Changes, ExpertStack


def balance(stacks: Sequence[ExpertStack], devices: Sequence[torch.device]) -> Changes:
    """Put each stack on one of the ``devices``, if there are several, by its count of numbers.

    Returns what stands in place of each parameter that was moved.

    Examples
    --------
    >>> from nas.training import example
    >>> stacks, cpu = example.mixture().expert_stacks, torch.device("cpu")
    >>> balance(stacks, [cpu, cpu]), [stack.slot for stack in stacks]  # where they were already
    ({}, [0, 1])
    """
    changes: Changes = {}
    if len(devices) > 1:
        parameters = [(*stack.weights, *stack.biases) for stack in stacks]
        costs = [sum(one.numel() for one in of_stack) for of_stack in parameters]
        for stack, slot in zip(stacks, slots(costs, len(devices)), strict=True):
            changes |= stack.move(slot, devices[slot])
    return changes


def followed(first: Changes, then: Changes) -> Changes:
    """Both changes, one after the other, from the parameters before to those after.

    Examples
    --------
    >>> a, b, c = (torch.nn.Parameter(torch.zeros(2)) for _ in range(3))
    >>> first, both = torch.tensor([0]), torch.tensor([0, 1])
    >>> (old, (new, rows)), = followed({a: (b, first)}, {b: (c, both)}).items()
    >>> old is a, new is c, rows.tolist()
    (True, True, [0])
    """
    later = dict(then)
    found: Changes = {}
    for old, (new, rows) in first.items():
        moved = None if new is None else later.pop(new, None)
        found[old] = (new if moved is None else moved[0], rows)
    return found | later


def slots(costs: Sequence[int], devices: int) -> list[int]:
    """The device of each stack, by number, so that the busiest has as little to do as can be.

    Neighbours share a device, since stacks of one family are evaluated in one go: the row of
    stacks is cut at most ``devices`` - 1 times. The first is always on the first.

    Parameters
    ----------
    costs
        Of each stack, at least 1.

    Examples
    --------
    >>> slots([4, 1, 1, 2, 4], devices=2)
    [0, 0, 0, 1, 1]
    >>> slots([4, 1, 1, 2, 4], devices=3)
    [0, 1, 1, 1, 2]
    """
    # The least load under which the cuts suffice, by bisection: a larger one always does, too.
    low, high = max(costs, default=0), sum(costs)
    while low < high:
        load = (low + high) // 2
        if max(_filled(costs, load)) < devices:
            high = load
        else:
            low = load + 1
    return list(_filled(costs, low))


def _filled(costs: Sequence[int], load: int) -> Iterator[int]:
    """The device of each stack, if each takes as many as ``load`` allows."""
    device, left = 0, load
    for cost in costs:
        if cost > left:
            device, left = device + 1, load
        left -= cost
        yield device
