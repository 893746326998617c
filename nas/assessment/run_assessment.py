"""What a run's answer is worth, and what its user has to be told, before it is recommended.

Nothing here sees a known solution: what an answer is said to be worth on a problem with one is
what would be said without.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from nas.assessment.divergence import no_value
from nas.assessment.doubts import NOT_TRUSTED, doubts, wrong
from nas.assessment.drift import drift
from nas.assessment.error_estimate import Estimate, estimate
from nas.assessment.families import confirmed
from nas.assessment.noise_amplified import amplified
from nas.assessment.noise_fit import too_close
from nas.assessment.noise_spread import Spread, spread
from nas.assessment.telling import (
    TOLERABLE,
    jumps,
    large_error,
    limit,
    loose,
    wrong_coefficients,
)
from nas.assessment.trivial import BEATEN, Trivial, best_trivial, is_affine
from nas.assessment.undetermined import left_open, tells_of_unknown
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.training.collocation import Sampler
from nas.training.least_squares.answer import of_experts, of_mixture
from nas.training.run_result import RunResult

CPU = torch.device("cpu")
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
        What speaks against it, a line each.
    standard_errors
        Of unknown coefficients, by the noise of the observations alone; none without noise, and
        of none that is in doubt.
    doubts
        Of unknown coefficients, why their values, and so their standard errors, say little.
    notes
        What is to be known of it and does not speak against it, a line each.
    by_field
        The estimated error of each field by itself; none without the whole.

    Examples
    --------
    >>> from nas.training import example
    >>> Assessment(0.3, tuple(large_error(example.PROBLEM, 0.3, None, None, 0.0)), {}).warnings
    ('estimated error 30%: the answer is not to be trusted',)
    """

    error_estimate: float | None
    warnings: tuple[str, ...]
    standard_errors: dict[str, float]
    doubts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    by_field: dict[str, float] = field(default_factory=dict)


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
    family = [*confirmed(problem, answer), *left_open(problem)]
    # Where a term has no value matters while networks learn; this run has got past it.
    past = {line for term in problem.terms for line in term.warnings}
    known = [line for line in problem.warnings if line not in past]
    learnt = [
        *_nothing_learnt(trivial, result),
        *_is_trivial(trivial, result.held_out_loss, is_affine(problem, answer, points.interior)),
        *too_close(problem, answer, points),
    ]
    thorough = result.iterations >= LONG
    # Of many solutions no residual can tell which one is meant, and so how far it is.
    equations = None if family else estimate(problem, answer, thorough=thorough)
    noise = spread(problem, result.mixture)
    moved = max(amplified(problem, answer) or 0.0, noise.relative if noise else 0.0)
    error = None if family else _known(result, trivial, equations, moved)
    off = wrong(noise, equations)
    limiting = noise if _is_limit(noise) and not (family or learnt or off) else None
    if limiting is None:
        off |= _far_off(result.unknown, equations)
    elif error is None:
        # Of what is left, which is noise, the equations of the error have nothing to say.
        equations, error = None, math.hypot(moved, limiting.fit.moved)
    large = [*learnt, *([] if family else large_error(problem, error, equations, noise, moved))]
    against = [*(line for line in family if not tells_of_unknown(line)), *large]
    by_noise = {} if noise is None else noise.unknown
    doubted = doubts(list(result.unknown), family, _why(error, against), off, by_noise)
    told = {name: error for name, error in by_noise.items() if name not in doubted}
    coefficients = [*wrong_coefficients(result.unknown, off, doubted), *loose(result.unknown, told)]
    notes = [] if error is None else jumps(problem)
    notes += [] if limiting is None or large else [limit(limiting, moved)]
    by_field = _by_field(error, equations)
    return Assessment(
        error, (*known, *family, *large, *coefficients), told, doubted, tuple(notes), by_field
    )


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


def _known(
    result: RunResult, trivial: Trivial, equations: Estimate | None, by_noise: float
) -> float | None:
    """The estimated error; None where neither equations nor the way tell anything."""
    loss = result.held_out_loss or 0.0
    explained = equations is not None and equations.left < LITTLE
    if not explained and not trivial.solves and loss > HARDLY * trivial.loss:
        return None  # little was learnt
    return combined(equations, drift(result.trail, result.mixture, loss), by_noise)


def combined(
    equations: Estimate | None, moved: float | None, by_noise: float = 0.0
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
    >>> combined(Estimate(3e-3, {"u": 3e-3}, left=0.0), None, by_noise=4e-3)
    0.005
    """
    known = _by_residuals(equations, moved)
    return None if known is None else math.hypot(known, by_noise)


def _by_field(error: float | None, equations: Estimate | None) -> dict[str, float]:
    """The error of each field by its equations, as much larger as the whole is by all else."""
    if error is None or equations is None or not 0 < equations.relative < math.inf:
        return {}
    more = error / equations.relative
    return {name: share * more for name, share in equations.by_field.items()}


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
    known = [loss for loss in losses if loss is not None and math.isfinite(loss)]
    if trivial.solves or not known or min(known) < BEATEN * trivial.loss:
        return []
    return [
        f"nothing was learnt in the warm-up: the best expert's loss, {min(known):.1e}, is that of "
        f"{trivial.name}, {trivial.loss:.1e}; give it more iterations and points, or an encoding "
        "with higher frequencies"
    ]


def _is_trivial(trivial: Trivial, loss: float | None, affine: bool) -> Sequence[str]:
    if loss is None or trivial.solves or trivial.solved_by(loss):
        return []
    if loss >= BEATEN * trivial.loss:
        return [
            f"the answer is no better than {trivial.name}: held-out loss {loss:.1e}, "
            f"without any training {trivial.loss:.1e}"
        ]
    if affine:
        return ["the answer is constant or affine, which does not solve the problem"]
    return []


def _far_off(found: Mapping[str, float], equations: Estimate | None) -> dict[str, float]:
    """Which coefficients training has not got right yet, and by how much they are off."""
    estimated = {} if equations is None else equations.unknown
    return {name: off for name, off in estimated.items() if off > TOLERABLE * abs(found[name])}


def _is_limit(noise: Spread | None) -> bool:
    """Whether the noise of the observations is all that keeps coefficients from being better."""
    return noise is not None and bool(noise.unknown) and noise.is_reached


def _why(error: float | None, against: Sequence[str]) -> str:
    """Why coefficients are in doubt with the whole answer; "" where nothing speaks against it."""
    if not against:
        return ""
    return "the error could not be estimated" if error is None else NOT_TRUSTED
