"""What a user is told of an answer, a line each: what speaks against it, and what limits it."""

from collections.abc import Mapping, Sequence

from nas.assessment.corners import contradictions
from nas.assessment.doubts import NOT_TRUSTED, UNTOLD
from nas.assessment.error_estimate import Estimate
from nas.assessment.noise_spread import Spread
from nas.assessment.singular import unmet
from nas.problems import Problem

TOLERABLE = 0.1  # an estimated error above it is told


def loose(found: Mapping[str, float], standard_errors: Mapping[str, float]) -> Sequence[str]:
    """Which coefficients the observations leave open, for all their noise.

    Examples
    --------
    >>> [line[:59] for line in loose({"k": 2.0, "c": 1.0}, {"k": 0.5, "c": 0.01})]
    ['k = 2 with a standard error of 0.5 by the noise of the obse']
    """
    return [
        f"{name} = {found[name]:.3g} with a standard error of {error:.2g} by the noise of the "
        "observations alone; observe more, or where the solution depends on it more"
        for name, error in standard_errors.items()
        if error > TOLERABLE * abs(found[name])
    ]


def wrong_coefficients(
    found: Mapping[str, float], off: Mapping[str, float], doubted: Mapping[str, str]
) -> Sequence[str]:
    """Coefficients that are far off, but for those that no training mends.

    Examples
    --------
    >>> wrong_coefficients({"k": 2.0, "c": 1.0}, {"k": 0.5, "c": 0.01}, {"k": "it may be off"})
    ['k = 2 is not to be trusted: estimated to be off by 0.5; train longer']
    """
    return [
        f"{name} = {found[name]:.3g} is not to be trusted: estimated to be off by {by:.2g}; "
        "train longer"
        for name, by in off.items()
        if by > TOLERABLE * abs(found[name]) and doubted[name] != UNTOLD
    ]


def limit(noise: Spread, fields: float) -> str:
    """What keeps the answer from being better, and how well coefficients and ``fields`` are known.

    Examples
    --------
    >>> from nas.assessment.noise_fit import Fit
    >>> fit = Fit(misfit=0.8, others=0.01, moved=0.003, unknown={"nu": 2e-5})
    >>> limit(Spread(0.02, {"nu": 1e-4}, fit), fields=0.02).split("; ")[0][-55:]
    'nu to ± 0.0001 (one standard error), the fields to 2.0%'
    """
    known = ", ".join(f"{name} to ± {error:.2g}" for name, error in noise.unknown.items())
    return (
        "what is left of the loss is the noise of the observations, and that limits the answer, "
        f"not its training: {known} (one standard error), the fields to {fields:.1%}; more "
        "observations, or better ones, would tell more"
    )


def jumps(problem: Problem) -> list[str]:
    """Where no smooth answer meets all conditions, so that an estimate may be too small.

    What an answer does there is within less than the distance of two points, where residuals are
    not seen.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> lid, walls = ("y_max", lambda u: u - 1), (("x_min", "x_max", "y_min"), lambda u: u)
    >>> plate = Problem(
    ...     "plate", Box(x=(0, 1), y=(0, 1)), lambda u: u.xy,
    ...     [Condition(*lid), Condition(*walls)],
    ... )
    >>> [line[:61] for line in jumps(plate)]
    ['u is 1 on y_max and 0 on x_min, which meet at x=0, y=1 (and a']
    """
    lines = contradictions(problem)
    more = f" (and at {len(lines) - 1} more)" if len(lines) > 1 else ""
    meet = [f"{lines[0]}{more}: no smooth answer does both"] if lines else []
    others = [f"{line}: no smooth answer does that" for line in unmet(problem)]
    return [
        f"{line}, and the estimated error may be too small close to it" for line in [*meet, *others]
    ]


def large_error(
    problem: Problem,
    error: float | None,
    equations: Estimate | None,
    noise: Spread | None,
    by_noise: float,
) -> Sequence[str]:
    """What an estimated ``error`` says against the answer, or that there is none.

    Parameters
    ----------
    by_noise
        How far the noise of the observations alone moves the fields, as a part of the error.

    Examples
    --------
    >>> from nas.training import example
    >>> large_error(example.PROBLEM, 0.01, None, None, 0.0)
    []
    >>> large_error(example.PROBLEM, 0.3, None, None, 0.0)
    ['estimated error 30%: the answer is not to be trusted']
    """
    if error is None:
        hidden = (
            _beside_noise(noise)
            if problem.noisy
            else "what is left in equations and conditions looks like no error of the fields: "
            "training has not come near a solution yet, or none satisfies all of them"
        )
        return [
            f"the error could not be estimated, and the answer may be good or bad: {hidden}; "
            "compare it with that of a longer run, or with values you know"
        ]
    if error > TOLERABLE:
        why = _amplified(by_noise) if by_noise > TOLERABLE else ""
        return [f"estimated error {error:.0%}: {NOT_TRUSTED}{why}"]
    if equations is None:
        return []
    return [
        f"{name}: {NOT_TRUSTED}: the estimated error is {share:.0%} of how much "
        f"{name} varies, if {equations.by_field[name]:.1%} of {name} itself"
        for name, share in equations.of_variation.items()
        if share > TOLERABLE
    ]


def _beside_noise(noise: Spread | None) -> str:
    """What is left where observations are noisy, and the answer is not as good as that allows."""
    if noise is None:
        return "how much of what is left is the noise of the observations is not known"
    if noise.fit.misfit > 1:
        return "it fits the observations worse than their noise allows"
    if not noise.fit.is_noise:
        return "beside the noise of the observations, much is left in equations and conditions"
    return "what is left is mostly the noise of the observations, but training has not settled"


def _amplified(by_noise: float) -> str:
    """What the noise does to the fields where little else tells of them."""
    return (
        f"; the noise of the observations alone leaves the fields open by {by_noise:.0%}, as "
        "backward in time, or far from where they were observed: observe there, or give a "
        "condition"
    )
