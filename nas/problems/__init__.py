"""The equations to solve: one a file. A new file in this folder is a new problem."""

from nas.calculus.fields import laplacian
from nas.problems.domains import Box, Domain
from nas.problems.loading import load, names
from nas.problems.polygons import Polygon
from nas.problems.problem import Problem
from nas.problems.terms import Condition

__all__ = ["Box", "Condition", "Domain", "Polygon", "Problem", "laplacian", "load", "names"]
