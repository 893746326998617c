"""What a run's answer is worth, and what its user has to be told, before it is recommended.

Nothing here sees a known solution: what an answer is said to be worth on a problem with one is
what would be said without.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from nas.assessment.divergence import no_value
from nas.assessment.doubts import NOT_TRUSTED, UNTOLD, doubts, wrong
from nas.assessment.drift import drift
from nas.assessment.error_estimate import Estimate, estimate
from nas.assessment.families import confirmed
from nas.assessment.noise_fit import too_close
from nas.assessment.noise_spread import Spread, spread
from nas.assessment.trivial import BEATEN, Trivial, best_trivial, is_affine
from nas.assessment.undetermined import left_open, tells_of_unknown
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
        What speaks against it, a line each.
    standard_errors
        Of unknown coefficients, by the noise of the observations alone; none without noise, and
        of none that is in doubt.
    doubts
        Of unknown coefficients, why their values, and so their standard errors, say little.
    notes
        What is to be known of it and does not speak against it, a line each.

    Examples
    --------
    >>> from nas.training import example
    >>> Assessment(0.3, tuple(_error(example.PROBLEM, 0.3, None)), {}).warnings
    ('estimated error 30%: the answer is not to be trusted',)
    """

    error_estimate: float | None
    warnings: tuple[str, ...]
    standard_errors: dict[str, float]
    doubts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


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
    error = None if family else _known(result, trivial, equations, noise)
    off = wrong(noise, equations)
    limit = noise if _is_limit(noise) and not (family or learnt or off) else None
    if limit is None:
        off |= _far_off(result.unknown, equations)
    elif error is None:
        # Of what is left, which is noise, the equations of the error have nothing to say.
        equations, error = None, math.hypot(limit.relative, limit.fit.moved)
    large = [*learnt, *([] if family else _error(problem, error, equations, noise))]
    against = [*(line for line in family if not tells_of_unknown(line)), *large]
    doubted = doubts(list(result.unknown), family, _why(error, against), off)
    told = {} if noise is None else {n: e for n, e in noise.unknown.items() if n not in doubted}
    coefficients = [*_wrong(result.unknown, off, doubted), *_loose(result.unknown, told)]
    notes = () if limit is None or large else (_limit(limit),)
    return Assessment(error, (*known, *family, *large, *coefficients), told, doubted, notes)


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
    result: RunResult, trivial: Trivial, equations: Estimate | None, noise: Spread | None
) -> float | None:
    """The estimated error; None where neither equations nor the way tell anything."""
    loss = result.held_out_loss or 0.0
    explained = equations is not None and equations.left < LITTLE
    if not explained and not trivial.solves and loss > HARDLY * trivial.loss:
        return None  # little was learnt
    return combined(equations, drift(result.trail, result.mixture, loss), noise)


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
    >>> from nas.assessment.noise_fit import Fit
    >>> explained = Estimate(1e-4, {"u": 1e-4}, left=0.0)
    >>> combined(None, 1e-2), combined(explained, None), round(combined(explained, 1e-2), 6)
    (0.01, 0.0001, 0.0001)
    >>> round(combined(Estimate(1e-4, {"u": 1e-4}, left=0.5), 1e-2), 6)  # in the middle
    0.001
    >>> noise = Spread(4e-3, {}, Fit(misfit=0.9, others=0.0, moved=0.0, unknown={}))
    >>> combined(Estimate(3e-3, {"u": 3e-3}, left=0.0), None, noise)
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
    known = [loss for loss in losses if loss is not None and math.isfinite(loss)]
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


def _far_off(found: Mapping[str, float], equations: Estimate | None) -> dict[str, float]:
    """Which coefficients training has not got right yet, and by how much they are off."""
    estimated = {} if equations is None else equations.unknown
    return {name: off for name, off in estimated.items() if off > TOLERABLE * abs(found[name])}


def _wrong(
    found: Mapping[str, float], off: Mapping[str, float], doubted: Mapping[str, str]
) -> Sequence[str]:
    """Coefficients that are far off, but for those that no training mends."""
    return [
        f"{name} = {found[name]:.3g} is not to be trusted: estimated to be off by {by:.2g}; "
        "train longer"
        for name, by in off.items()
        if by > TOLERABLE * abs(found[name]) and doubted[name] != UNTOLD
    ]


def _is_limit(noise: Spread | None) -> bool:
    """Whether the noise of the observations is all that keeps coefficients from being better."""
    return noise is not None and bool(noise.unknown) and noise.is_reached


def _limit(noise: Spread) -> str:
    """What keeps the answer from being better, and how well it is known."""
    known = ", ".join(f"{name} to ± {error:.2g}" for name, error in noise.unknown.items())
    return (
        "what is left of the loss is the noise of the observations, and that limits the answer, "
        f"not its training: {known} (one standard error), the fields to {noise.relative:.1%}; more "
        "observations, or better ones, would tell more"
    )


def _beside_noise(noise: Spread | None) -> str:
    """What is left where observations are noisy, and the answer is not as good as that allows."""
    if noise is None:
        return "how much of what is left is the noise of the observations is not known"
    if noise.fit.misfit > 1:
        return "it fits the observations worse than their noise allows"
    if not noise.fit.is_noise:
        return "beside the noise of the observations, much is left in equations and conditions"
    return "what is left is mostly the noise of the observations, but training has not settled"


def _why(error: float | None, against: Sequence[str]) -> str:
    """Why coefficients are in doubt with the whole answer; "" where nothing speaks against it."""
    if not against:
        return ""
    return "the error could not be estimated" if error is None else NOT_TRUSTED


def _error(
    problem: Problem, error: float | None, equations: Estimate | None, noise: Spread | None = None
) -> Sequence[str]:
    if error is None:
        hidden = (
            _beside_noise(noise)
            if problem.noisy
            else "what is left in equations and conditions looks like no error of the fields, as "
            "where no solution satisfies all of them"
        )
        return [
            f"the error could not be estimated, and the answer may be good or bad: {hidden}; "
            "compare it with that of a longer run, or with values you know"
        ]
    if error > TOLERABLE:
        return [f"estimated error {error:.0%}: {NOT_TRUSTED}"]
    if equations is None:
        return []
    return [
        f"{name}: {NOT_TRUSTED}: the estimated error is {share:.0%} of how much "
        f"{name} varies, if {equations.by_field[name]:.1%} of {name} itself"
        for name, share in equations.of_variation.items()
        if share > TOLERABLE
    ]
