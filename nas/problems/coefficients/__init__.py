"""Coefficients known as data: smooth functions through an array, or through scattered points.

They are called in residuals with coordinates, ``k(x, y)``, and have derivatives by these:
``(k(x, y) * u.x).d("x")``.
"""

from nas.problems.coefficients.grid import GridData
from nas.problems.coefficients.scattered import ScatteredData

__all__ = ["GridData", "ScatteredData"]
