"""Damped Gauss–Newton: direction × control of the damping × length of a step, each exchangeable.

The model is optimistix, where a solver is a descent and a search. A step d of a least-squares
system with residuals r and Jacobian J minimises ‖r + J d‖² + λ ‖d - μ d'‖² with the step d' before
it (Levenberg 1944; the momentum μ: Goldshlager, Abrahamsen & Lin 2024, arXiv 2401.10190).

- `normal_equations`: the *direction*, in the space of the parameters or in that of the residuals;
- `acceleration`: its correction along the curve that the residuals take;
- `line_search`: the *length*;
- `damping`: λ, from how well the linear model predicted the loss;
- `iteration`: all of them together, for many systems side by side.
"""

from nas.training.gauss_newton.acceleration import GeodesicAcceleration
from nas.training.gauss_newton.damping import DampingControl, GainRatio
from nas.training.gauss_newton.iteration import GaussNewton, GaussNewtonSettings
from nas.training.gauss_newton.line_search import LineSearch
from nas.training.gauss_newton.normal_equations import (
    ParameterSpace,
    ResidualSpace,
    Space,
    smaller_space,
)

__all__ = [
    "DampingControl",
    "GainRatio",
    "GaussNewton",
    "GaussNewtonSettings",
    "GeodesicAcceleration",
    "LineSearch",
    "ParameterSpace",
    "ResidualSpace",
    "Space",
    "smaller_space",
]
