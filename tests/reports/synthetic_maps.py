"""Problems that were never solved, and the maps that their runs would leave."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def _with_experts(
    columns: dict[str, Array], fields: Sequence[str], subset: Sequence[int], x: Array, y: Array
) -> dict[str, Array]:
    """Smooth weights around centres, and experts that are right where their weight is large."""
    rng = np.random.default_rng(1)
    centres = rng.uniform([x.min(), y.min()], [x.max(), y.max()], size=(len(subset), 2))
    score = np.exp(-6 * np.stack([(x - a) ** 2 + (y - b) ** 2 for a, b in centres]))
    weights = score / score.sum(axis=0)
    outside = np.isnan(columns[fields[0]])
    for i, c in enumerate(subset):
        columns[f"weight.{c}"] = np.where(outside, np.nan, weights[i])
        for name in fields:
            wrong = 0.3 * np.nanmax(np.abs(columns[name])) * np.sin(3 * x + i) * (1 - weights[i])
            columns[f"{name}.expert.{c}"] = columns[name] + wrong
    return columns


def _l_shape(rng: np.random.Generator) -> Any:
    facts = {
        "name": "poisson_l_shape", "title": "Poisson equation on an L-shaped domain",
        "equation": "-(u.xx + u.yy) = 1",
    }  # fmt: skip
    x, y = (g.ravel() for g in np.meshgrid(np.linspace(-1, 1, 81), np.linspace(-1, 1, 81)))
    corner = np.minimum(1, np.maximum(-x, -y) + 0.35)
    u = np.where((x > 0) & (y > 0), np.nan, 0.16 * (1 - x**2) * (1 - y**2) * corner)
    made = {"x": x, "y": y, "u": u + 2e-3 * np.sin(9 * x * y) * (1 - x**2), "u.reference": u}
    made["residual.size"] = np.where(np.isnan(u), np.nan, 0.01 + np.exp(-9 * (x**2 + y**2)))
    return facts, lambda subset: _with_experts(made, ["u"], subset, x, y)


def _burgers(rng: np.random.Generator) -> Any:
    facts = {
        "name": "burgers", "title": "Viscous Burgers equation", "coordinates": ["x", "t"],
        "equation": "u.t + u * u.x - nu * u.xx = 0",
    }  # fmt: skip
    x, t = (g.ravel() for g in np.meshgrid(np.linspace(-1, 1, 101), np.linspace(0, 1, 51)))
    u = -np.sin(np.pi * x) * (1 - t) - np.tanh(x * 30) * t * (1 - np.abs(x))
    made = {"x": x, "t": t, "u": u + 0.02 * np.exp(-200 * x**2) * t, "u.reference": u}
    return facts, lambda subset: _with_experts(made, ["u"], subset, x, t)


def _flow(rng: np.random.Generator) -> Any:
    facts = {
        "name": "flow", "title": "A flow with two fields and no reference", "fields": ["u", "p"],
        "equation": "u.x + p.y = 0", "has_reference": False,
    }  # fmt: skip
    x, y = (g.ravel() for g in np.meshgrid(np.linspace(0, 3, 91), np.linspace(0, 1, 31)))
    made = {"x": x, "y": y, "u": 4 * y * (1 - y) + 0.1 * np.sin(4 * x), "p": 120 * (3 - x) + 5 * y}
    made["residual.size"] = 0.1 * np.abs(np.sin(4 * x))
    return facts, lambda subset: _with_experts(made, ["u", "p"], subset, x, y)


def _rod(rng: np.random.Generator) -> Any:
    facts = {"name": "rod", "coordinates": ["x"], "equation": "u.xx + D u = 0"}
    x = np.linspace(0, 1, 61)
    made = {"x": x, "u": np.sin(9 * x) + 0.01 * x, "u.reference": np.sin(9 * x)}
    made["residual.size"] = np.abs(np.sin(20 * x))

    def with_experts(subset: Sequence[int]) -> dict[str, Array]:
        return _with_experts(made, ["u"], subset, x, np.zeros(61))

    return facts, with_experts


def _plate(rng: np.random.Generator) -> Any:
    """Two coordinates of space, and time: of four planes the last misses the domain."""
    facts = {"name": "plate", "coordinates": ["x", "y", "t"], "has_reference": False}
    held = {"t": (0.0, 0.5, 1.0), "y": (0.5,)}
    side = np.linspace(0, 1, 21)
    a, b = (g.ravel() for g in np.meshgrid(side, side))
    planes = [{"x": a, "y": b, "t": np.full(441, t)} for t in held["t"]]
    planes.append({"x": a, "y": np.full(441, 0.5), "t": b})
    made = {name: np.concatenate([plane[name] for plane in planes]) for name in "xyt"}
    made["slice.index"] = np.repeat(np.arange(4), 441)
    outside = made["slice.index"] == 3
    u = np.sin(3 * made["x"]) * made["y"] * (1 + made["t"])
    made |= {"u": np.where(outside, np.nan, u), "residual.size": np.where(outside, np.nan, 0.1 * u)}
    return facts, lambda subset: _with_experts(made, ["u"], subset, made["x"], made["y"])


PROBLEMS = {
    "l_shape": _l_shape, "burgers": _burgers, "flow": _flow, "rod": _rod, "plate": _plate,
}  # fmt: skip
