"""From where on numbers are taken for the same: what rounding leaves of a difference.

All of it is in float64, whose numbers are 1e-16 of their size apart.
"""

CLOSE = 1e-9  # of the size of values: after sums and derivatives of them
ON = 1e-12  # of a length: a point is where it was put, but for a few roundings
