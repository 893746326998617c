"""Make the observations of ``nas/problems/burgers_inverse.py`` (at once)."""

from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from nas.problems.burgers import cole_hopf, exact, nu
from nas.problems.data.series import Array

COUNT, NOISE = 200, 0.01


def observe() -> dict[str, Array]:
    """Values of u with errors, at random points.

    Examples
    --------
    >>> table = observe()
    >>> table["x"].shape, bool(abs(table["u"]).max() < 1.1)
    ((200,), True)
    """
    random = np.random.default_rng(0)
    x, t = random.uniform(-1, 1, COUNT).round(4), random.uniform(0, 1, COUNT).round(4)
    u = exact(x, t) + NOISE * random.standard_normal(COUNT)
    return {"x": x, "t": t, "u": u.round(4)}


def most_likely(table: dict[str, Array]) -> tuple[float, float]:
    """What the observations tell of ν at best: its most likely value, and its standard error.

    With the exact solution in hand, as no network has it: the least squares of the observations,
    and Cramér and Rao's bound NOISE / √Σ (∂u/∂ν)².

    Examples
    --------
    >>> found, error = most_likely(observe())
    >>> round(found / nu - 1, 3), round(error / nu, 3)  # relative to the truth
    (-0.034, 0.025)
    """
    x, t, u = table["x"], table["t"], table["u"]
    bounds = (0.5 * nu, 2 * nu)
    found = minimize_scalar(
        lambda tried: float(np.square(u - cole_hopf(x, t, tried)).sum()),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-6 * nu},
    )
    step = 1e-3 * nu
    slope = (cole_hopf(x, t, nu + step) - cole_hopf(x, t, nu - step)) / (2 * step)
    return float(found.x), NOISE / float(np.sqrt(np.square(slope).sum()))


if __name__ == "__main__":
    table = observe()
    np.savetxt(
        Path(__file__).with_name("burgers_inverse.csv"),
        np.stack(list(table.values()), axis=1),
        fmt="%.4f",
        delimiter=",",
        header=",".join(table),
        comments="",
    )
