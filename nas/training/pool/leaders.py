"""Who learns on: the best, and of each kind the best.

Early losses mislead where learning has a plateau: on a shock that is still to be found, a network
of the wrong kind may be ahead. So those that go on are not the best alone, but the best of each
level of each axis as well, as far as there is room.
"""

import math
from collections.abc import Mapping, Sequence

from nas.search_spaces.candidates import AXES, Candidate


def leaders(losses: Mapping[int, float], pool: Sequence[Candidate], keep: int) -> list[int]:
    """The ``keep`` candidates that go on, by rising loss.

    Half of the places are for the least losses. The others go to the best of each level of an
    axis that has no place yet, the least loss first; what is left over, to the least losses again.
    A loss that is not a number is no candidate's while there are others.

    Parameters
    ----------
    losses
        Held-out losses by the index in the pool.
    pool
        The candidates.
    keep
        How many go on, at least 1.

    Examples
    --------
    Both sines are ahead, but one of them alone goes on beside the tanh:

    >>> pool = [Candidate("sine", 2, 16), Candidate("sine", 2, 16), Candidate("tanh", 2, 16)]
    >>> leaders({0: 1e-3, 1: 2e-3, 2: 5e-3}, pool, keep=2)
    [0, 2]
    """
    order = sorted(losses, key=lambda index: (_rank(losses[index]), index))
    chosen = order[: max(1, keep - keep // 2)]
    for index in order:
        waits = index not in chosen and math.isfinite(losses[index])
        if waits and len(chosen) < keep and _new_kind(index, chosen, pool):
            chosen.append(index)
    chosen += [index for index in order if index not in chosen][: max(0, keep - len(chosen))]
    return sorted(chosen, key=order.index)


def _rank(loss: float) -> float:
    return loss if math.isfinite(loss) else math.inf


def _new_kind(index: int, chosen: Sequence[int], pool: Sequence[Candidate]) -> bool:
    """Whether the candidate has a level that none of those chosen has."""
    return any(
        all(getattr(pool[index], axis.name) != getattr(pool[other], axis.name) for other in chosen)
        for axis in AXES
    )
