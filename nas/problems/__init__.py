"""The equations to solve: one a file. A new file in this folder is a new problem."""

from nas.calculus.fields import laplacian
from nas.problems.coefficients import GridData, ScatteredData
from nas.problems.domains import (
    Ball,
    Box,
    Disc,
    Domain,
    Ellipse,
    Mesh,
    Pieces,
    Polygon,
    Ring,
    Solid,
    read_mesh,
)
from nas.problems.loading import load, names
from nas.problems.problem import Problem
from nas.problems.terms import Condition, Integral, Observations, Periodic
from nas.problems.unknown import Unknown

__all__ = [
    "Ball",
    "Box",
    "Condition",
    "Disc",
    "Domain",
    "Ellipse",
    "GridData",
    "Integral",
    "Mesh",
    "Observations",
    "Periodic",
    "Pieces",
    "Polygon",
    "Problem",
    "Ring",
    "ScatteredData",
    "Solid",
    "Unknown",
    "laplacian",
    "load",
    "names",
    "read_mesh",
]
