"""Whether there are as many conditions as the equations need: a count, axis by axis.

An equation of order k along a coordinate needs k conditions at the ends of that coordinate; of a
system, as many as the orders of its fields add up to. Fewer leave a family of solutions.

Axis legend: S derivatives, B points, D coordinates, C fields, U unknown coefficients.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from nas.calculus.derivatives import Derivative, Laplacian
from nas.calculus.fields import TIMES
from nas.problems import Problem
from nas.problems.ansatz.probing import Probe, probe
from nas.problems.terms import Group, PointCounts, Term, together
from nas.problems.terms.condition import Boundary
from nas.problems.terms.periodic import Pairs

FEW = PointCounts(interior=16, boundary=16)
FACING = 1e-6  # of a normal: along an axis, not just by rounding
CLOSEST, CLOSER = 1e-9, 1e-3  # of an extent, from an end
SINGULAR = 1e-3  # of what a coefficient is further away: at the end it is nothing


def too_few(problem: Problem) -> list[str]:
    """What the conditions of a problem leave open, a line each.

    Where observations, integrals or unknown coefficients stand in it nothing is said: what they
    determine cannot be counted. A problem whose conditions hold by construction is to be given as
    one that demands them.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> thrown = Problem(
    ...     "thrown", Box(t=(0, 1)), lambda u: u.tt + 9.81, [Condition("t_min", lambda u: u)]
    ... )
    >>> for line in too_few(thrown):
    ...     print(line)  # doctest: +NORMALIZE_WHITESPACE
    along t the equations have order 2, and 1 condition stands at its two ends:
    that leaves a family of solutions
    """
    counted = all(isinstance(group.source, Boundary | Pairs) for group in problem.groups[1:])
    if not counted or problem.unknown:
        return []
    if problem.pieces:
        return list(_bare_interfaces(problem))
    return [*_along_axes(problem), *_bare_parts(problem)]


def _bare_interfaces(problem: Problem) -> Iterator[str]:
    """Interfaces with fewer conditions than the fields of both sides need there.

    An equation of second order in each piece needs two: one for the value, one for the flux.
    """
    orders = dict(zip(problem.fields, field_orders(problem), strict=True))
    for interface in getattr(problem.domain, "interfaces", {}):
        sides = interface.split("|")
        own = [max(orders[name]) for name, piece in problem.pieces.items() if piece in sides]
        there = sum(
            len(term.probed)
            for group in problem.groups[1:]
            for term in group.terms
            if interface in term.regions
        )
        if there < sum(own) // 2:
            stand = "1 condition stands" if there == 1 else f"{there or 'no'} conditions stand"
            yield (
                f"on the interface {interface} {stand}, where the equations of both pieces need "
                f"{sum(own) // 2}: that leaves a family of solutions"
            )


def _along_axes(problem: Problem) -> Iterator[str]:
    orders = field_orders(problem)
    for axis, name in enumerate(problem.coordinates):
        # Of several fields in space, such as a pressure, one may be settled along another axis.
        if len(orders) > 1 and name not in TIMES and len(problem.coordinates) > 1:
            continue
        ends = {f"{name}_min", f"{name}_max"}
        if not ends <= problem.domain.parts.keys() or _is_periodic(problem, name):
            continue
        if any(_is_singular(problem, axis, end) for end in problem.domain.bounds[axis]):
            continue  # as at the axis of polar coordinates: finite solutions need nothing there
        needed = sum(of_field[axis] for of_field in orders)
        if needed == 1 and _elsewhere(problem, axis, ends):
            continue  # what comes from there may fill the domain
        there = sum(
            len(term.probed) * len(ends & set(term.regions))
            for group in problem.groups[1:]
            for term in group.terms
        )
        if there < needed:
            stand = "1 condition stands" if there == 1 else f"{there or 'no'} conditions stand"
            yield (
                f"along {name} the equations have order {needed}, and {stand} at its two ends: "
                "that leaves a family of solutions"
            )


def _is_singular(problem: Problem, axis: int, end: float) -> bool:
    """Whether, towards an end, the highest derivative counts for nothing beside all else.

    So it is in u_rr + u_r / r at r = 0, and in x u_xx + u_x at x = 0 (a regular singular point):
    its coefficient over the largest of the others falls with the distance.
    """
    low, high = problem.domain.bounds[axis]
    raw = [coefficient.first for coefficient in problem.unknown.values()]
    for term in problem.groups[0].terms:
        tried = probe(term, problem.domain, len(problem.fields), raw)
        counted = []
        for share in (CLOSEST, CLOSER):
            points = tried.points.clone()
            points[:, axis] = end + share * (high - low if end == low else low - high)
            counted.append(_highest(replace(tried, points=points), axis))
        if any(near < SINGULAR * far for near, far in zip(*counted, strict=True)):
            return True
    return False


def _highest(tried: Probe, axis: int) -> list[float]:
    """Of each equation and field, the highest derivative's coefficient over the largest other."""
    keys = tried.derivatives.keys
    orders = [key[axis] if isinstance(key, tuple) else 2 * (axis in key.axes) for key in keys]
    found = []
    for field in range(tried.fields):
        units = torch.cat([tried.unit(index, field) for index in range(len(keys))])
        for slopes in tried.linear(tried.random(seed=3)[:1], units):
            sizes = slopes.abs().nan_to_num(0.0, math.inf).median(1).values.tolist()
            highest = max((n for n, one in zip(orders, sizes, strict=True) if one), default=0)
            lead = max(
                (one for n, one in zip(orders, sizes, strict=True) if n == highest), default=0
            )
            rest = max(
                (one for n, one in zip(orders, sizes, strict=True) if n < highest), default=0
            )
            found.append(lead / rest if highest and rest else 1.0)
    return found


def _elsewhere(problem: Problem, axis: int, ends: set[str]) -> bool:
    """Whether conditions stand on other parts that face along the axis, such as a hole's rim."""
    for group in problem.groups[1:]:
        others = [region for region in group.regions if region not in ends]
        if others and isinstance(group.source, Boundary):
            drawn = group.source.draw(
                problem.domain, others, FEW, seed=0, draw=0, method="sobol"
            ).values()
            if any(np.abs(found.data[:, axis]).max() > FACING for found in drawn):
                return True
    return False


def _bare_parts(problem: Problem) -> Iterator[str]:
    """Parts of a boundary that is no box's, where an equation of second order has no condition."""
    seen = {region for group in problem.groups[1:] for region in group.regions}
    faces = {f"{name}_{end}" for name in problem.coordinates for end in ("min", "max")}
    orders = field_orders(problem)
    if all(max(of_field, default=0) < 2 for of_field in orders):
        return
    for part in problem.domain.parts:
        if part not in seen | faces:
            yield f"no condition stands on the part {part}: that leaves a family of solutions"


def _is_periodic(problem: Problem, name: str) -> bool:
    return any(name in one.periodic_coordinates for one in problem.requirements)


def field_orders(problem: Problem) -> list[list[int]]:
    """How often the equations differentiate each field by each of the D coordinates.

    Examples
    --------
    >>> from nas.problems import load
    >>> field_orders(load("kovasznay"))  # of u, v and the pressure, by x and y
    [[2, 2], [2, 2], [1, 1]]
    """
    group = problem.groups[0]
    found = [[0] * len(problem.coordinates) for _ in problem.fields]
    for term in group.terms:
        for slope in _slopes(problem, group, term):
            for s, key in enumerate(group.derivatives.keys):
                for c in slope[s].abs().amax(0)[: len(problem.fields)].nonzero().flatten().tolist():
                    orders = _orders(key, len(problem.coordinates))
                    found[c] = [max(pair) for pair in zip(found[c], orders, strict=True)]
    return found


def _slopes(problem: Problem, group: Group, term: Term) -> list[Tensor]:
    """The derivative (S, B, C + U) of each equation by a made-up jet."""
    drawn = together(
        group.source.draw(problem.domain, term.regions, FEW, seed=0, draw=0, method="sobol")
    )
    points = torch.as_tensor(drawn.points)
    shape = (len(group.derivatives), len(points), len(problem.fields) + len(problem.unknown))
    generator = torch.Generator().manual_seed(0)
    jet = (0.5 + torch.rand(shape, generator=generator, dtype=torch.float64)).requires_grad_()
    residuals = term.residuals(jet, group.derivatives, points, torch.as_tensor(drawn.data))
    return [torch.autograd.grad(one.sum(), jet, retain_graph=True)[0] for one in residuals]


def _orders(key: Derivative, dimension: int) -> list[int]:
    if isinstance(key, Laplacian):
        return [2 * (axis in key.axes) for axis in range(dimension)]
    return list(key)
