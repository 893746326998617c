"""The equations to solve: one a file. A new file in this folder is a new problem."""

from nas.calculus.fields import laplacian
from nas.problems.domains import Box, Domain
from nas.problems.loading import load, names
from nas.problems.polygons import Polygon
from nas.problems.problem import Problem
from nas.problems.terms import Condition, Integral, Observations, Periodic
from nas.problems.unknown import Unknown

__all__ = [
    "Box",
    "Condition",
    "Domain",
    "Integral",
    "Observations",
    "Periodic",
    "Polygon",
    "Problem",
    "Unknown",
    "laplacian",
    "load",
    "names",
]
