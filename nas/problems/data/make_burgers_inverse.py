"""Make the observations of ``nas/problems/burgers_inverse.py`` (at once)."""

from pathlib import Path

import numpy as np

from nas.problems.burgers import exact
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
