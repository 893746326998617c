"""Weights from the problem alone: what makes its residuals comparable before any training.

Axis legend: K functions, B points, C fields.
"""

import math
from collections.abc import Sequence

import torch

from nas.problems.ansatz.probing import Probe
from nas.problems.ansatz.scale import Scale, only, size, to_digits


def factors(probes: Sequence[Probe], scale: Scale) -> list[tuple[float, ...]]:
    """For each term the factor of each of its residuals, to two digits.

    The inverse of E[(Dr(u₀)[scale · N])²], the mean square over points and random functions N of
    the residual's linear part, at random states u₀: how much a step of a network moves the
    residual, which is the trace of its neural tangent kernel (Wang, Yu & Perdikaris 2022, Journal
    of Computational Physics 449) in function space. All residuals then lose their units, and pull
    alike. Factor 1 where no linear part is found.
    """
    scales = torch.tensor(scale.scales, dtype=torch.float64)
    found = []
    for probe in probes:
        base = probe.constant(scale.offsets) + scales * probe.random(seed=1)
        step = scales * probe.random(seed=2)
        moved = [probe.linear(base, only(step, field)) for field in range(probe.fields)]
        # Fields are independent, so that their mean squares add up.
        total = [sum(size(one) ** 2 for one in by_field) for by_field in zip(*moved, strict=True)]
        found.append(tuple(to_digits(1 / one) if 0 < one < math.inf else 1.0 for one in total))
    return found
