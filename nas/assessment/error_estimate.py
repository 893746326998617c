"""How far an answer is from the solution, without knowing the solution.

The error e of an answer u solves, to first order, the linearised problem Dr(u)[e] = -r(u), in
equations and conditions alike (defect correction: Stetter 1978, Numerische Mathematik 29). It is
solved by least squares in random waves, which the network was not trained with: in its own
directions a trained network has nothing left to gain; and in what solutions are made of at
corners. Which waves, and how far to trust them, is chosen on points that were left out.
A known solution never enters.

Axis legend: B points, D coordinates, C fields, K features.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nas.assessment.error_sizes import ErrorSizes
from nas.assessment.families import least_change, slow_waves, waves_of
from nas.assessment.maximum_principle import has_maximum_principle
from nas.assessment.noise import beyond_noise
from nas.assessment.shifts import Shifts
from nas.calculus.activations import MAX_ORDER
from nas.calculus.derivatives import DerivativeSet
from nas.problems import Problem
from nas.problems.sampling import interior_points
from nas.problems.terms import PointCounts
from nas.training.collocation import HELD_OUT_DRAW, Points, Sample, Sampler
from nas.training.least_squares.anisotropy import own_shapes
from nas.training.least_squares.answer import values
from nas.training.least_squares.corners import CornerFunctions, encoding
from nas.training.least_squares.features import (
    Affine,
    Answer,
    Features,
    Joined,
    Waves,
    with_added,
)
from nas.training.least_squares.linearised import linearise
from nas.training.least_squares.points import points_at_residuals
from nas.training.least_squares.reaches import SIZES, reach, shapes
from nas.training.least_squares.roughness import roughness
from nas.training.least_squares.solution import Solution, solve

WAVES = {1: 200, 2: 400}  # a field's, by the number of coordinates; of more than two, the same
COLUMNS = 600  # of all fields together: what is solved in a fraction of a second
THOROUGH = 2.0, 1.5  # times as many waves, of at most so many times the columns: in ten seconds
POOR = 0.3  # of the residuals' norm: with so much left, more waves are worth their time
ROWS, FINALLY = 3, 8  # for each wave: while waves are chosen, and in the end
SLOW = 10.0  # that of shifts
MOVES = 120  # shifts along all axes
MEASURED = 4096  # points of the norms
UNRESOLVED = 0.995  # of the residuals' norm: so little understood, an error says nothing
SMALL = 1e-6  # residuals' norm, by their weights: an answer that meets all to six digits


@dataclass(frozen=True)
class Estimate:
    """An estimated error.

    Parameters
    ----------
    relative
        ‖e‖ / ‖u + e‖ over the domain, all fields together; so never much above 1.
    by_field
        The same for each field by itself.
    left
        Which share of the residuals' norm e leaves, on points that were left out.
    of_variation
        Of each field: ‖e‖ over how much u + e varies about its mean, or over a hundredth of its
        size where it varies less (of its scale, where it is zero). A temperature of 300 K that
        rises by 10 K may be wrong by 3 % and yet all wrong.
    unknown
        Of each unknown coefficient: by how much it is wrong, in its own unit.

    Examples
    --------
    >>> found = Estimate(relative=0.02, by_field={"u": 0.01, "p": 0.2}, left=0.3)
    >>> max(found.by_field, key=found.by_field.get), found.left < UNRESOLVED
    ('p', True)
    """

    relative: float
    by_field: dict[str, float]
    left: float
    of_variation: dict[str, float] = field(default_factory=dict)
    unknown: dict[str, float] = field(default_factory=dict)

    def towards(self, most: "Estimate | None") -> "Estimate":
        """What is explained counts as it is, and what is left as the ``most`` that it can hide.

        On a scale of powers of ten; unknown coefficients stay as they are.

        Examples
        --------
        >>> small, large = (Estimate(one, {"u": one}, left=0.5) for one in (1e-6, 1e-4))
        >>> found = small.towards(large)
        >>> round(found.relative, 9), {name: round(one, 9) for name, one in found.by_field.items()}
        (1e-05, {'u': 1e-05})
        >>> large.towards(small) == large.towards(None) == large
        True
        """
        if most is None:
            return self

        def between(own: dict[str, float], others: dict[str, float]) -> dict[str, float]:
            return {
                name: least ** (1 - self.left) * others[name] ** self.left
                if others[name] > least > 0
                else least
                for name, least in own.items()
            }

        whole = between({"": self.relative}, {"": most.relative})
        by_field = between(self.by_field, most.by_field)
        of_variation = between(self.of_variation, most.of_variation)
        return Estimate(whole[""], by_field, self.left, of_variation, self.unknown)


def estimate(
    problem: Problem, answer: Answer, seed: int = 0, *, thorough: bool = False
) -> Estimate | None:
    """The estimated error of ``answer``; None where its residuals remain unexplained.

    Parameters
    ----------
    thorough
        Whether to look again, with more waves, where much is left: some ten seconds.

    Examples
    --------
    Of u' + u = 0, u(0) = 1 the answer 1 - t is wrong by 0.37 at the end, and relative to exp(-t)
    by 0.26:

    >>> from dataclasses import replace
    >>> from nas.training import example
    >>> plain = replace(example.PROBLEM, balanced=False)
    >>> def line(points, derivatives):  # 1 - t and its derivatives -1, 0, …
    ...     jet = torch.zeros(len(derivatives), len(points), 1, dtype=torch.float64)
    ...     jet[0], jet[1:2] = 1 - points, -1.0
    ...     return jet
    >>> round(estimate(plain, line).relative, 2)
    0.26
    """
    found = _resolved(problem, answer, _waves(problem), seed)
    if thorough and (found is None or found.left > POOR):
        again = _resolved(problem, answer, _waves(problem, *THOROUGH), seed)
        if found is None or (again is not None and again.left < found.left):
            found = again
    if found is not None and found.left <= POOR:
        return found
    most = _bounded(problem, answer, seed)
    return most if found is None else found.towards(most)


def _bounded(problem: Problem, answer: Answer, seed: int) -> Estimate | None:
    """No more than residuals of that size can hide; None where they are not small.

    Where an answer has been solved for in more waves than are tried here, none of these explains
    what it leaves. But where a maximum principle holds, no error is larger than the residuals by
    more than some factor (Gilbarg & Trudinger 1983, thm 3.7). Of slow errors it is one over
    ``least_change``, in units of the fields' scales, and fast ones are seen by more.
    """
    if problem.noisy or not problem.balanced or not has_maximum_principle(problem):
        return None
    points = _points(problem, answer, ROWS * _waves(problem), seed)[1]
    left = linearise(problem, answer, Affine(problem.domain.bounds), points).residuals.norm()
    if not left < SMALL:
        return None
    seen = least_change(problem, answer, slow_waves(problem))
    if seen is None or not seen > 0:
        return None
    x = torch.as_tensor(interior_points(problem.domain, MEASURED, seed=seed, draw=HELD_OUT_DRAW))
    right = values(problem, answer, x)
    scales = [row["scale"] for row in problem.describe_fields()]
    off = torch.tensor(scales).to(right) * (left / seen)
    sizes = ErrorSizes.of(problem, right, off.expand(right.shape), x)
    return Estimate(sizes.relative, sizes.by_field, 1.0, sizes.of_variation)


def _resolved(problem: Problem, answer: Answer, count: int, seed: int) -> Estimate | None:
    """With so many waves a field; None where they explain next to nothing."""
    found = _estimate(problem, answer, count, seed, noisy=True)
    if found is None or found.left < UNRESOLVED:
        return found
    # Noise that no error can explain hides what else is left, and has not moved the answer.
    again = _estimate(problem, answer, count, seed, noisy=False) if problem.noisy else None
    return again if again is not None and again.left < UNRESOLVED else None


def _estimate(
    problem: Problem, answer: Answer, count: int, seed: int, *, noisy: bool
) -> Estimate | None:
    """The estimated error, whatever is left; with the noise of observations or without."""
    shifts = _shifts(problem, answer, seed)
    found = _best(problem, answer, shifts, count, seed, noisy)
    if found is None:
        return None
    features, solution = found
    points = interior_points(problem.domain, MEASURED, seed=seed, draw=HELD_OUT_DRAW)
    x = torch.as_tensor(points)
    before = values(problem, answer, x)
    width = len(problem.fields) * len(features) + len(problem.unknown)
    by_features, by_shifts = solution.coefficients.tensor_split([width])
    changed = with_added(answer, features, by_features)
    if shifts is not None:
        changed = shifts.added(changed, by_shifts)
    by_unknown = by_features[len(by_features) - len(problem.unknown) :]
    sizes = ErrorSizes.of(problem, before, values(problem, changed, x) - before, x)
    return Estimate(
        sizes.relative,
        sizes.by_field,
        solution.left,
        sizes.of_variation,
        _of_unknown(problem, answer(x[:1], DerivativeSet([], x.shape[1])), by_unknown),
    )


def _of_unknown(problem: Problem, jet: Tensor, moved: Tensor) -> dict[str, float]:
    """By how much each coefficient changes where its raw value in a ``jet`` is ``moved`` (U,)."""
    raw = jet[0, 0, len(problem.fields) :].double()
    return {
        name: abs(float(one.value(raw[number] + moved[number]) - one.value(raw[number])))
        for number, (name, one) in enumerate(problem.unknown.items())
    }


def _best(
    problem: Problem, answer: Answer, shifts: Shifts | None, count: int, seed: int, noisy: bool
) -> tuple[Features, Solution] | None:
    """The features that explain most of the residuals, and how; solved again at more points."""
    points = _points(problem, answer, ROWS * count, seed)
    periodic = [problem.coordinates.index(name) for name in problem.periodic]
    beside = (CornerFunctions(problem),) if encoding(problem) else ()
    best: tuple[Features, Solution] | None = None
    for by_axis in _reaches(problem, answer, points[0].samples[0], count):
        waves = Waves.drawn(problem.domain.bounds, by_axis, count, seed, periodic)
        features = Joined((waves, *beside)) if beside else waves
        solution = _solved(problem, answer, features, shifts, points, noisy)
        if solution is not None and (best is None or solution.left < best[1].left):
            best = features, solution
    if best is None:
        return None
    points = _points(problem, answer, FINALLY * count, seed + 1)
    solution = _solved(problem, answer, best[0], shifts, points, noisy)
    return best if solution is None else (best[0], solution)


def _solved(
    problem: Problem,
    answer: Answer,
    features: Features,
    shifts: Shifts | None,
    points: Sequence[Points],
    noisy: bool,
) -> Solution | None:
    """How features explain the residuals; None where these, or their slopes, have no value."""
    rows = [linearise(problem, answer, features, one, shifts) for one in points]
    if not all(bool(one.matrix.isfinite().all() & one.residuals.isfinite().all()) for one in rows):
        return None
    if not noisy:
        rows = [beyond_noise(problem, *pair) for pair in zip(points, rows, strict=True)]
    return solve(*rows)


def _shifts(problem: Problem, answer: Answer, seed: int) -> Shifts | None:
    """Slow shifts of the answer; None where they would need derivatives that no jet has.

    Between a value and a derivative on one side fields are as √r: the derivative of that, 1/√r,
    meets equations and conditions all around, and would explain whatever is left.
    """
    if any(corner.mixed for corner in problem.corners):
        return None
    if max(group.derivatives.order for group in problem.groups) >= MAX_ORDER:
        return None
    slow = waves_of(problem, SLOW, MOVES // len(problem.coordinates), seed)
    return Shifts(answer, len(problem.fields), slow)


def _waves(problem: Problem, more: float = 1.0, columns: float = 1.0) -> int:
    """How many a field has; ``more`` times as many of so many times the ``columns``."""
    wanted = WAVES.get(len(problem.coordinates), max(WAVES.values()))
    return int(min(more * wanted, columns * COLUMNS // len(problem.fields)))


def _points(problem: Problem, answer: Answer, rows: int, seed: int) -> tuple[Points, Points]:
    return points_at_residuals(Sampler(problem, PointCounts(1, 1), "sobol", seed), answer, rows)


def _reaches(
    problem: Problem, answer: Answer, sample: Sample, count: int
) -> Iterator[Sequence[float]]:
    """Highest frequencies (D,) to try: as many as ``count`` waves can span, and fewer."""
    own = own_shapes(problem, answer, sample)
    for shape in shapes(roughness(problem, answer, sample), own):
        for size in SIZES:
            yield reach(count, shape, size)
