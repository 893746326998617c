"""How large fields have to be for the sources in their equations.

Axis legend: K functions, S derivatives, B points, D coordinates, C fields.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from nas.problems.ansatz.answers import Answers
from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.sizes import RARE, height, middling, only, size
from nas.problems.ansatz.tolerances import CLOSE

RATIO = 10**0.25
SIZES = RATIO ** np.arange(-48, 49)  # that a field may have
NARROW = 5.0  # times what a few points see of a source: many more find it far larger
_SLOWEST = math.pi / 2  # of waves along [-1, 1]: half of one, as between two ends at zero
_FASTEST = 500.0
_HALVINGS = 10  # of what is between two sizes: three digits
_NEARLY_LINEAR = 2.0  # the answer to a source, over that of the linear part
_STEP = 1e-4  # of a coordinate, in half extents


def asked_by_sources(answers: Sequence[Answers], offsets: Sequence[float]) -> list[float]:
    """How large each field has to be for the sources in its own equations; 0 if there are none.

    The source is what a residual leaves at the offset; waves of the source's own wavelengths
    answer it. An equation is a field's own if no other field stands in it with a higher derivative.
    Where a source is narrow, as exp(-1000 r²), so is its answer, and its height counts.

    Examples
    --------
    >>> from nas.problems import load
    >>> from nas.problems.ansatz.answers import answer
    >>> from nas.problems.ansatz.probing import probe
    >>> burgers = load("burgers")
    >>> asked_by_sources([answer(probe(one, burgers.domain, 1)) for one in burgers.terms], [0.0])
    [0.0]
    """
    found = [0.0] * len(offsets)
    for one in answers:
        denser = one.probe.denser() if one.probe.local else one.probe
        everywhere = denser.residuals(denser.constant(offsets))
        for equation, source in enumerate(one.probe.residuals(one.probe.constant(offsets))):
            if equation in one.valued:
                continue
            is_narrow = height(everywhere[equation]) > NARROW * size(source)
            probe, measure = (denser, height) if is_narrow else (one.probe, size)
            base = probe.constant(offsets)
            if not 0 < measure(probe.residuals(base)[equation]) < math.inf:
                continue
            waves = probe.waves(_signed(_frequencies(probe, base, equation), probe.fields))
            for field in one.own[equation]:
                its = only(waves, field)
                needed = math.sqrt(2) * _answering(probe, base, equation, its, measure)
                if needed > CLOSE * abs(offsets[field]):  # what is left of a balance is rounding
                    found[field] = max(found[field], needed)
    return found


def _answering(
    probe: Probe, base: Tensor, equation: int, waves: Tensor, measure: Callable[[Tensor], float]
) -> float:
    """How many times the ``waves`` an equation's source at ``base`` takes; 0 if none answers it.

    The linear part tells, unless what is not linear has answered before: that of v - v³/3 vanishes
    at v = 1, where a v of a hundred would be asked for, and its cube would drown all else.
    """
    source = probe.residuals(base)[equation]

    def size_of(answered: Tensor) -> float:
        # Beside a pole of a coefficient, as of u.r / r at r = 0, a few points would rule the mean.
        return min(measure(answered), RARE * middling(answered) or math.inf)

    target, reach = measure(source), size_of(probe.linear(base, waves)[equation])
    linear = target / reach if 0 < reach < math.inf else math.inf

    def answer_of(times: float) -> float:
        return size_of(probe.residuals(base + times * waves)[equation] - source)

    if linear < math.inf and answer_of(linear) <= _NEARLY_LINEAR * target:
        return linear
    enough = [one for one in SIZES if one < linear and answer_of(one) >= target]
    if not enough:
        return linear if linear < math.inf else 0.0
    low, high = math.log(enough[0] / RATIO), math.log(enough[0])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if answer_of(math.exp(middle)) >= target else (middle, high)
    return math.exp(high)


def _frequencies(probe: Probe, base: Tensor, equation: int) -> Tensor:
    """How fast a source varies along each scaled coordinate: (D,), by its mean squares."""
    dimension = len(probe.half_extent)
    if not probe.local:
        return torch.full((dimension,), _SLOWEST, dtype=torch.float64)
    rates = []
    whole = size(probe.residuals(base)[equation])
    for axis in range(dimension):
        step = torch.zeros(dimension, dtype=torch.float64)
        step[axis] = _STEP * probe.half_extent[axis]
        ahead = probe.residuals(base, probe.points + step)[equation]
        behind = probe.residuals(base, probe.points - step)[equation]
        rates.append(size(ahead - behind) / (2 * _STEP * whole))
    return torch.tensor(rates, dtype=torch.float64).clamp(_SLOWEST, _FASTEST)


def _signed(frequencies: Tensor, fields: int) -> Tensor:
    """Frequencies (D, 8, C) of all directions, from their sizes (D,)."""
    signs = np.random.default_rng(7).choice([-1.0, 1.0], (len(frequencies), 8, fields))
    return torch.as_tensor(signs) * frequencies[:, None, None]
