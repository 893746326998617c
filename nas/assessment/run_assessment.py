"""What a run's answer is worth, and what its user has to be told, before it is recommended.

Nothing here sees a known solution: what an answer is said to be worth on a problem with one is
what would be said without.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from nas.assessment.divergence import no_value
from nas.assessment.drift import drift
from nas.assessment.error_estimate import Estimate, estimate
from nas.assessment.families import confirmed
from nas.assessment.noise_spread import Spread, spread
from nas.assessment.trivial import BEATEN, Trivial, best_trivial, is_affine
from nas.assessment.undetermined import left_open
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.training.collocation import Sampler
from nas.training.least_squares.answer import of_experts, of_mixture
from nas.training.run_result import RunResult

CPU = torch.device("cpu")
TOLERABLE = 0.1  # an estimated error above it is told
LONG = 100  # iterations of fine-tuning, after which its user can wait some seconds more
LITTLE = 0.9  # of the residuals' norm left by the estimated error: it explains little of them
HARDLY = 1e-4  # of a trivial answer's loss: residuals that are a hundredth of that answer's


@dataclass(frozen=True)
class Assessment:
    """What was found of an answer.

    Parameters
    ----------
    error_estimate
        The estimated relative L2 error; None where there is none.
    warnings
        A line each.
    standard_errors
        Of unknown coefficients, by the noise of the observations alone; none without noise.

    Examples
    --------
    >>> from nas.training import example
    >>> Assessment(0.3, tuple(_error(example.PROBLEM, 0.3, None)), {}).warnings
    ('estimated error 30%: the answer is not to be trusted',)
    """

    error_estimate: float | None
    warnings: tuple[str, ...]
    standard_errors: dict[str, float]


def assess(problem: Problem, sampler: Sampler, result: RunResult) -> Assessment:
    """Assess a completed run by its mixture, its held-out loss, and what its experts had learnt.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.training_run import TrainingRun
    >>> result = TrainingRun(example.PROBLEM, example.settings()).run()
    >>> found = assess(example.PROBLEM, example.SAMPLER, result)
    >>> found.error_estimate < 0.1, found.warnings
    (True, ())
    """
    answer, points = of_mixture(result.mixture), sampler.held_out(CPU)
    trivial = best_trivial(problem, points)
    # Where a term has no value matters while networks learn; this run has got past it.
    past = {line for term in problem.terms for line in term.warnings}
    family = [*confirmed(problem, answer), *left_open(problem)]
    warnings = [
        *(line for line in problem.warnings if line not in past),
        *family,
        *_nothing_learnt(trivial, result),
        *_is_trivial(trivial, result.held_out_loss, is_affine(problem, answer, points.interior)),
    ]
    thorough = result.iterations >= LONG
    # Of many solutions no residual can tell which one is meant, and so how far it is.
    equations = None if family else estimate(problem, answer, thorough=thorough)
    noise = spread(problem, result.mixture)
    loss = result.held_out_loss or 0.0
    moved = drift(result.trail, result.mixture, loss)
    error = combined(equations, moved, noise)
    explained = equations is not None and equations.left < LITTLE
    if family or (not explained and not trivial.solves and loss > HARDLY * trivial.loss):
        error = None  # neither equations nor the way tell anything where little was learnt
    errors = {} if noise is None else noise.unknown
    warnings += [
        *([] if family else _error(problem, error, equations)),
        *_wrong(result.unknown, equations),
        *_loose(result.unknown, errors),
    ]
    return Assessment(error, tuple(warnings), errors)


def explain(problem: Problem, sampler: Sampler, result: RunResult, untrained: Mixture) -> str:
    """Why a run diverged, as far as some residual has no value; "" where all have.

    Parameters
    ----------
    untrained
        A mixture as the run began with: if the trained one is itself not finite.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas.training import example
    >>> from nas.training.training_run import TrainingRun
    >>> sorbing = replace(
    ...     example.PROBLEM, residual=lambda u: u.t + (u - 1.2) ** 0.5, balanced=False
    ... )
    >>> result = TrainingRun(sorbing, example.settings()).run()
    >>> result.status, explain(sorbing, example.SAMPLER, result, example.mixture())[:24]
    ('diverged', 'equations: no value (nan')
    """
    answers = [
        answer
        for mixture in (result.mixture, untrained)
        for answer in (of_mixture(mixture), *of_experts(mixture))
    ]
    return no_value(problem, answers, sampler.draw(0, CPU))


def combined(
    equations: Estimate | None, moved: float | None, noise: Spread | None = None
) -> float | None:
    """One estimate: by the equations of the error, by how far the answer has moved, and by noise.

    The first is right where it explains the residuals, and too small where it explains little of
    them. There the second counts, if it is larger: on a scale of powers of ten, each as much as
    residuals are explained, or not. What noise has done is in no residual, and is added: errors
    that have nothing to do with each other add up as squares.

    Examples
    --------
    >>> explained = Estimate(1e-4, {"u": 1e-4}, left=0.0)
    >>> combined(None, 1e-2), combined(explained, None), round(combined(explained, 1e-2), 6)
    (0.01, 0.0001, 0.0001)
    >>> round(combined(Estimate(1e-4, {"u": 1e-4}, left=0.5), 1e-2), 6)  # in the middle
    0.001
    >>> combined(Estimate(3e-3, {"u": 3e-3}, left=0.0), None, Spread(4e-3, {}))
    0.005
    """
    known = _by_residuals(equations, moved)
    return known if known is None or noise is None else math.hypot(known, noise.relative)


def _by_residuals(equations: Estimate | None, moved: float | None) -> float | None:
    """Without what noise has done."""
    if equations is None or not math.isfinite(equations.relative):
        return moved
    first = equations.relative
    if moved is None or not moved > first > 0:
        return first
    return math.exp((1 - equations.left) * math.log(first) + equations.left * math.log(moved))


def _nothing_learnt(trivial: Trivial, result: RunResult) -> Sequence[str]:
    """Whether even the best expert left the warm-up with the loss of a trivial answer."""
    losses = [one.individual_loss for one in result.outcomes.values()]
    known = [loss for loss in losses if loss is not None]
    if trivial.solves or not known or min(known) < BEATEN * trivial.loss:
        return []
    return [
        f"nothing was learnt in the warm-up: the best expert's loss, {min(known):.1e}, is that of "
        f"{trivial.name}, {trivial.loss:.1e}; give it more iterations and points, or an encoding "
        "with higher frequencies"
    ]


def _is_trivial(trivial: Trivial, loss: float | None, affine: bool) -> Sequence[str]:
    if trivial.solves or loss is None:
        return []
    if loss >= BEATEN * trivial.loss:
        return [
            f"the answer is no better than {trivial.name}: held-out loss {loss:.1e}, "
            f"without any training {trivial.loss:.1e}"
        ]
    if affine:
        return ["the answer is constant or affine, which does not solve the problem"]
    return []


def _loose(found: Mapping[str, float], standard_errors: Mapping[str, float]) -> Sequence[str]:
    """Which coefficients the observations leave open, for all their noise."""
    return [
        f"{name} = {found[name]:.3g} with a standard error of {error:.2g} by the noise of the "
        "observations alone; observe more, or where the solution depends on it more"
        for name, error in standard_errors.items()
        if error > TOLERABLE * abs(found[name])
    ]


def _wrong(found: Mapping[str, float], equations: Estimate | None) -> Sequence[str]:
    """Which coefficients training has not got right yet."""
    if equations is None:
        return []
    return [
        f"{name} = {found[name]:.3g} is not to be trusted: estimated to be off by {error:.2g}; "
        "train longer"
        for name, error in equations.unknown.items()
        if error > TOLERABLE * abs(found[name])
    ]


def _error(problem: Problem, error: float | None, equations: Estimate | None) -> Sequence[str]:
    if error is None:
        hidden = (
            "what is left is mostly the noise of the observations"
            if problem.noisy
            else "what is left in equations and conditions looks like no error of the fields, as "
            "where no solution satisfies all of them"
        )
        return [
            f"the error could not be estimated, and the answer may be good or bad: {hidden}; "
            "compare it with that of a longer run, or with values you know"
        ]
    if error > TOLERABLE:
        return [f"estimated error {error:.0%}: the answer is not to be trusted"]
    if equations is None:
        return []
    return [
        f"{name}: the answer is not to be trusted: the estimated error is {share:.0%} of how much "
        f"{name} varies, if {equations.by_field[name]:.1%} of {name} itself"
        for name, share in equations.of_variation.items()
        if share > TOLERABLE
    ]
