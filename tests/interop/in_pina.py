"""Problems written for PINA, and what PINA itself gives for them.

It imports PINA: what uses it skips before where that is missing.

Axis legend: N points, D coordinates, K components of an equation.
"""

from typing import Any

import torch
from pina import Condition, LabelTensor
from pina.domain import CartesianDomain
from pina.operator import grad, laplacian
from pina.problem import SpatialProblem, TimeDependentProblem
from torch import Tensor

from tests.interop.made_up import function

LINE, TIME = CartesianDomain({"x": [-1, 2]}), CartesianDomain({"t": [0, 3]})
WHOLE = LINE.update(TIME)
START = LINE.update(CartesianDomain({"t": 0}))


def made(fields: str = "u", kinds: Any = (), domains: Any = (), **conditions: Any) -> Any:
    """A problem of PINA's on an interval and in time, with its conditions by name."""
    spaces = {"spatial_domain": LINE, "temporal_domain": TIME} | dict(domains)
    own = {"output_variables": list(fields), "conditions": conditions} | spaces
    return type("Own", (SpatialProblem, TimeDependentProblem, *kinds), own)()


def at(domain: Any, equation: Any) -> Any:
    return Condition(domain=domain, equation=equation)


def pinas(equation: Any, names: Any, points: Tensor, fields: Any, unknown: Any = None) -> Tensor:
    """PINA's own residuals (K, N) for `function`."""
    inputs = LabelTensor(points.clone(), list(names)).requires_grad_()
    outputs = LabelTensor(function(inputs.tensor)[:, : len(fields)], list(fields))
    found = equation.residual(inputs, outputs, unknown).tensor.detach()
    # A sum or mean of components has lost its column.
    turned: Tensor = found.reshape(len(points), -1).T
    return turned


def burgers(x: Any, u: Any) -> Any:
    return grad(u, x, d="t") + u * grad(u, x, d=["x"]) - 0.1 * laplacian(u, x, d=["x"])


def points_of(box: Any, seed: int = 0) -> Tensor:
    """Random points (6, D) all over a box; residuals know no sides."""
    low, high = torch.tensor(box.bounds, dtype=torch.float64).T
    generator = torch.Generator().manual_seed(seed)
    unit = torch.rand(6, len(low), generator=generator, dtype=torch.float64)
    points: Tensor = low + (high - low) * unit
    return points
