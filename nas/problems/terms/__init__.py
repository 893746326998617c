"""What a problem demands: one kind of term a file.

A term is a residual that shall vanish, with the points where it is evaluated and a weight. To add
a kind, write a file here with what its users write down (a `Requirement`), the `Term` that it
becomes, and, if its points are of a new kind, their `Source`; then give it a public name in
`nas`.
"""

from nas.problems.terms.condition import Condition
from nas.problems.terms.equations import Equations
from nas.problems.terms.integral import Integral
from nas.problems.terms.observations import Observations
from nas.problems.terms.periodic import Periodic
from nas.problems.terms.requirement import Requirement, Setting, bound
from nas.problems.terms.term import Drawn, Group, PointCounts, Source, Term, grouped, together

__all__ = [
    "Condition",
    "Drawn",
    "Equations",
    "Group",
    "Integral",
    "Observations",
    "Periodic",
    "PointCounts",
    "Requirement",
    "Setting",
    "Source",
    "Term",
    "bound",
    "grouped",
    "together",
]
