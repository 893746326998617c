"""A made-up solution, and what the terms of a problem give for it.

Axis legend: B points, D coordinates.
"""

import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.problems import Problem
from nas.problems.ansatz.exact import jet_of
from nas.problems.terms import Term


def function(x: Tensor) -> Tensor:
    """Three outputs (B, 3) at points (B, D) that are smooth and without symmetry."""
    a, b = x[:, 0], x[:, -1]
    first = torch.sin(a + 0.3 * b) + a * b
    return torch.stack([first, torch.exp(0.2 * a) * torch.cos(b), torch.sin(a * b) + b**2], -1)


def residuals(made: Problem, term: Term, points: Tensor, values: Tensor | None = None) -> Tensor:
    """Of a term (R, B) for `function`; ``values`` (U,) of unknown coefficients as they are learnt.

    Normals are those of the side where the first coordinate is highest.
    """
    fields, dimension = len(tuple(made.fields)), len(made.coordinates)
    keys = DerivativeSet(term.derivatives, dimension)
    normals = torch.zeros(len(points), dimension, dtype=torch.float64)
    normals[:, 0] = 1.0
    jet = jet_of(lambda x: function(x)[:, :fields], points, keys)
    if values is not None:
        constant = torch.zeros(*jet.shape[:-1], len(values), dtype=torch.float64)
        constant[0] = values
        jet = torch.cat([jet, constant], dim=-1)
    return torch.stack(term.residuals(jet, keys, points, normals))
