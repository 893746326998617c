"""Families of solutions: changes of an answer that equations and conditions do not see.

A change e of an answer u changes the residuals by Dr(u)[e]. Among smooth changes as large as the
fields one is sought that changes them least. Where they hardly move, what is added to a solution
is one, to first order: the answer is one of many, and neither its residuals nor the error that
they tell say anything of it.

Axis legend: R rows, P columns, B points, C fields, U unknown coefficients, K waves.
"""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from nas.assessment.counting import too_few
from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.problems.terms.condition import Boundary
from nas.problems.terms.observations import ObservationTerm
from nas.training.collocation import Points, Sampler
from nas.training.least_squares.features import Answer, Waves
from nas.training.least_squares.linearised import linearise
from nas.training.point_counts import point_counts

WAVES, MANY = {1: 40, 2: 250}, 500  # a field's; of more coordinates than two, many
COLUMNS = 500  # of all fields together
REACHES = {1: (10.0, 30.0), 2: (6.0, 12.0)}  # highest frequencies of waves
FEWER = (4.0,)  # in more dimensions
# Highest frequencies and numbers of waves that are close to a change as fast as sin(7πx) sin(7πy).
FAST = {1: (60.0, 200), 2: (18.0, 500)}
ROWS = 4  # for each wave
DEPENDENT = 1e-11  # of singular values: waves are nearly dependent
UNSEEN = 5e-3  # with too low a count; of well-posed problems that have one 2e-2 is the least
EXACTLY = 1e-7  # where no count says so; of well-posed problems 3e-4 is the least
NEARLY = 1e-6  # of one field's fast changes, to which waves come no closer; 2e-2 is the least


def confirmed(problem: Problem, answer: Answer) -> list[str]:
    """The counts of too few conditions that a change of ``answer`` bears out, a line each.

    A count is not always right: where nothing flows across a boundary nothing is needed there.
    It is told of an answer where some change of it is seen by no equation and no condition.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.training.least_squares.outputs import zero
    >>> thrown = Problem(
    ...     "thrown", Box(t=(0, 1)), lambda u: u.tt + 9.81, [Condition("t_min", lambda u: u)]
    ... )
    >>> confirmed(thrown, zero(thrown))[0][:68]
    'along t the equations have order 2, and 1 condition stands at its tw'
    """
    counted = too_few(demanding(problem))
    if not counted:
        return []
    for reach in REACHES.get(len(problem.coordinates), FEWER):
        seen = least_change(problem, answer, _waves(problem, reach))
        if seen is not None and seen < UNSEEN:
            return counted
    return []


def demanding(problem: Problem) -> Problem:
    """The same problem, with nothing held by construction: each condition is a term again.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> held = Condition("t_min", lambda u: u - 1, exact=True)
    >>> decay = Problem("decay", Box(t=(0, 1)), lambda u: u.t + u, [held])
    >>> len(decay.terms), len(demanding(decay).terms)
    (1, 2)
    """
    if not any(one.exact for one in problem.conditions):
        return problem
    return replace(problem, conditions=[one.relaxed() for one in problem.conditions])


def resonant(problem: Problem, answer: Answer) -> Iterator[str]:
    """Whether a change of ``answer`` is seen by nothing though conditions stand at every end.

    Nothing is said where conditions stand at one end alone: what grows from there may be too small
    there to be told from nothing; nor of observations, between which a change may hide that no
    network would learn.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.training.least_squares.outputs import zero
    >>> swing = Problem(
    ...     "swing", Box(x=(0, 1)), lambda u, x: u.xx + torch.pi**2 * u - x,
    ...     [Condition(("x_min", "x_max"), lambda u: u)],
    ... )
    >>> [line[:51] for line in resonant(swing, zero(swing))]
    ['equations and conditions leave a family of solution']
    """
    demanded = demanding(problem)
    if not _closed(demanded) or too_few(demanded):
        return
    tried = [(slow_waves(problem), EXACTLY)]
    fast = FAST.get(len(problem.coordinates))
    if fast is not None and fast[1] * len(problem.fields) <= COLUMNS:
        tried.append((waves_of(problem, *fast, seed=0), NEARLY))
    seen = [(least_change(problem, answer, waves), bound) for waves, bound in tried]
    if any(change is not None and change < bound for change, bound in seen):
        yield (
            "equations and conditions leave a family of solutions, or have none: there is a smooth "
            f"change of {' and '.join(problem.fields)} that they do not see, such as sin(πx) in "
            "u.xx + π² u = 0 with u = 0 at x = 0 and 1; change a coefficient or a condition, or "
            "say which solution is meant by an nas.Integral"
        )


def least_change(problem: Problem, answer: Answer, waves: Waves) -> float | None:
    """The least root mean square change of the residuals, of 1 of the fields and them together.

    Fields count in units of their scale, and residuals by their weights, by which smooth changes
    as large as the fields change each by about 1. None where a slope has no value.

    Examples
    --------
    >>> from nas.training.least_squares.answer import of_mixture
    >>> from nas.training import example
    >>> waves = Waves.drawn([(0.0, 1.0)], reach=[10.0], count=40, seed=0)
    >>> 0.1 < least_change(example.PROBLEM, of_mixture(example.mixture()), waves) < 1
    True
    """
    problem, answer = _balanced(problem, answer)
    equations = sum(len(term.probed) for term in problem.groups[0].terms)
    interior = ROWS * len(waves) * len(problem.fields) // equations
    counts = point_counts(problem, interior, share=1 / 3)
    points = Sampler(problem, counts, "sobol", 0).draw(0, torch.device("cpu"))
    matrix = linearise(problem, answer, waves, points).matrix
    if not matrix.isfinite().all():
        return None
    both = torch.cat([matrix, _fields(problem, waves, points)])
    size = both.norm(dim=0)
    upper = torch.linalg.qr(both / torch.where(size > 0, size, 1.0))
    u, s, _ = torch.linalg.svd(upper.R)
    changes = upper.Q[: len(matrix)] @ u[:, s > DEPENDENT * s[0]]
    return float(torch.linalg.svdvals(changes)[-1])


def _balanced(problem: Problem, answer: Answer) -> tuple[Problem, Answer]:
    """Both with fields and residuals in units of their own, if they are not yet."""
    if problem.balanced:
        return problem, answer
    made = replace(problem, balanced=True)
    units = [(row["offset"], row["scale"]) for row in made.describe_fields()]
    offsets, scales = torch.tensor(units, dtype=torch.float64).unbind(-1)

    def scaled(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = answer(points, derivatives).double().clone()
        jet[0, ..., : len(scales)] -= offsets
        jet[..., : len(scales)] /= scales
        return jet

    return made, scaled


def slow_waves(problem: Problem) -> Waves:
    """Those over a problem's domain that smooth changes are made of.

    Examples
    --------
    >>> from nas.problems import load
    >>> len(slow_waves(load("burgers")))
    250
    """
    return _waves(problem, REACHES.get(len(problem.coordinates), FEWER)[0])


def _waves(problem: Problem, reach: float) -> Waves:
    count = min(WAVES.get(len(problem.coordinates), MANY), COLUMNS // len(problem.fields))
    return waves_of(problem, reach, count, seed=0)


def waves_of(problem: Problem, reach: float, count: int, seed: int) -> Waves:
    """Waves over a problem's domain, as fast as ``reach`` along each axis, and as periodic as it.

    Examples
    --------
    >>> from nas.problems import load
    >>> len(waves_of(load("burgers"), reach=2.0, count=4, seed=1))
    4
    """
    bounds = problem.domain.bounds
    periodic = [problem.coordinates.index(name) for name in problem.periodic]
    return Waves.drawn(bounds, [reach] * len(bounds), count, seed, periodic)


def _fields(problem: Problem, waves: Waves, points: Points) -> Tensor:
    """How the fields change (B·C, C·K + U) with the waves of each, in units of their scale."""
    at, only_values = points.interior, DerivativeSet([], len(problem.coordinates))
    width = len(problem.fields) + len(problem.unknown)
    jets = torch.zeros(len(waves) + 1, 1, len(at), width, dtype=torch.float64)
    jets[:-1, 0] = waves.jet(at, only_values)[0].T[..., None]
    values = problem.physical(jets, only_values, at)[:, 0]
    moved = (values[:-1] - values[-1:]).permute(1, 0, 2)  # (B, K, C + U)
    found = []
    for number, row in enumerate(problem.describe_fields()):
        name = row["field"]
        rows = torch.as_tensor(problem.domain_of(name).contains(at.numpy()))
        of_field = moved[rows, :, number] / row["scale"] / max(int(rows.sum()), 1) ** 0.5
        before = number * len(waves)
        after = len(problem.fields) * len(waves) + len(problem.unknown) - before - len(waves)
        found.append(torch.nn.functional.pad(of_field, (before, after)))
    return torch.cat(found)


def _closed(problem: Problem) -> bool:
    """Whether a boundary condition stands at both ends of each coordinate, or it is periodic.

    And nothing is observed.
    """
    if any(isinstance(term, ObservationTerm) for term in problem.terms):
        return False
    on = {
        region
        for group in problem.groups[1:]
        if isinstance(group.source, Boundary)
        for region in group.regions
    }
    repeated = {name for one in problem.requirements for name in one.periodic_coordinates}
    return all(
        name in repeated or {f"{name}_min", f"{name}_max"} & problem.domain.parts.keys() <= on
        for name in problem.coordinates
    )
