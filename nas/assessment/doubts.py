"""Why the standard error of a coefficient would mislead: noise is not the worst of its errors.

A standard error says how far the noise of the observations moves a coefficient about the best fit.
Of an answer that is no such fit, or of a coefficient that nothing tells, it says nothing.
"""

from collections.abc import Mapping, Sequence

from nas.assessment.error_estimate import Estimate
from nas.assessment.noise_spread import Spread
from nas.assessment.undetermined import untold_start

NOT_TRUSTED, UNTOLD = "the answer is not to be trusted", "nothing tells it"
FEW = 3.0  # standard errors, by which another fit of the same noisy observations may differ


def doubts(
    names: Sequence[str],
    untold: Sequence[str],
    against: str,
    wrong: Mapping[str, float],
    by_noise: Mapping[str, float],
) -> dict[str, str]:
    """Of each coefficient that is in doubt, why.

    Parameters
    ----------
    names
        Of the unknown coefficients.
    untold
        What equations and conditions leave open (see `nas.assessment.undetermined`).
    against
        What speaks against the answer as a whole; "" where nothing does.
    wrong
        By how much each is off for want of training (see `wrong`).
    by_noise
        Its standard error besides, by the noise of the observations, where that is known.

    Examples
    --------
    >>> found = doubts(["k", "c"], ["nothing tells the unknown k: equa"], "", {"c": 0.25}, {"c": 1})
    >>> found["k"]
    'nothing tells it'
    >>> found["c"]
    'it may be off by 0.25, as training has not settled, and by some 1 by noise'
    """
    found = {}
    for name in names:
        if any(line.startswith(untold_start(name)) for line in untold):
            found[name] = UNTOLD
        elif against:
            found[name] = against
        elif name in wrong:
            besides = f", and by some {by_noise[name]:.2g} by noise" if name in by_noise else ""
            found[name] = (
                f"it may be off by {wrong[name]:.2g}, as training has not settled{besides}"
            )
    return found


def wrong(noise: Spread | None, equations: Estimate | None) -> dict[str, float]:
    """By how much coefficients are off for want of training, where that is more than by noise.

    The equations of the error are solved anew from the same noisy observations: so what they give
    may differ by some standard errors, and nothing be wrong.

    Examples
    --------
    >>> from nas.assessment.noise_fit import Fit
    >>> noise = Spread(0.1, {"k": 0.01}, Fit(0.9, 0.0, 0.05, {"k": 0.005}))
    >>> wrong(noise, None), wrong(noise, Estimate(0.1, {}, 0.9, unknown={"k": 0.04}))
    ({}, {'k': 0.04})
    """
    if noise is None:
        return {}
    estimated = {} if equations is None else equations.unknown
    found = {}
    for name, error in noise.unknown.items():
        step, by_waves = noise.fit.unknown[name], estimated.get(name, 0.0)
        off = max(step if step > error else 0.0, by_waves if by_waves > FEW * error else 0.0)
        if off:
            found[name] = off
    return found
