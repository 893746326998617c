"""The contract of a requirement: what a user demands, and the term that it becomes in a problem.

Axis legend: D coordinates.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nas.calculus.jets import Laplacian
from nas.problems.domains import Domain
from nas.problems.terms.term import Term
from nas.problems.unknown import Unknown


@dataclass(frozen=True)
class Setting:
    """What a requirement has to know of its problem in order to become a term.

    Parameters
    ----------
    name
        The problem's, for errors.
    domain, fields, unknown
        The problem's.
    orders
        How often the equations differentiate by each coordinate, at most; empty while unknown.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> setting = Setting("rod", Box(x=(0, 1)), ("u",))
    >>> Condition("x_min", lambda u: u).bind(setting).regions
    ('x_min',)
    >>> Condition("top", lambda u: u).bind(setting)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: rod: condition on 'top': no such part of the boundary; ...
    """

    name: str
    domain: Domain
    fields: tuple[str, ...]
    unknown: Mapping[str, Unknown] = field(default_factory=dict)
    orders: tuple[int, ...] = ()


class Requirement(ABC):
    """What a user demands of the solution, such as a `nas.Condition`.

    A kind says what it demands, and what term that becomes. All else that may be asked of it has a
    default, for kinds that mean nothing by it.

    Examples
    --------
    >>> from nas.problems import Observations, Periodic
    >>> Periodic("x").periodic_coordinates, Periodic("x").exact, Periodic("x").noise
    (('x',), False, 0.0)
    >>> Observations({"x": [0.5], "u": [2.0]}, noise=0.1).noise
    0.1
    """

    @abstractmethod
    def describe(self) -> str:
        """What is demanded, and where, in words."""

    @abstractmethod
    def bind(self, setting: Setting) -> Term:
        """The term that it becomes in a problem.

        Raises
        ------
        UserError
            If it does not fit the problem.
        """

    @property
    def noise(self) -> float:
        """By how much its data are off: their standard deviation, in units of the residual."""
        return 0.0

    @property
    def periodic_coordinates(self) -> tuple[str, ...]:
        """Along which coordinates the solution is to repeat itself."""
        return ()

    @property
    def exact(self) -> bool:
        """Whether it holds by construction, so that nothing has to be trained for it.

        Networks then repeat themselves along its `periodic_coordinates`, and take the values that
        it demands `by_part`.
        """
        return False

    def by_part(self) -> "Mapping[str, Requirement]":
        """What it demands on each part of the boundary, the parts by their names."""
        return {}

    def quantities(self, setting: Setting) -> tuple[str, ...]:
        """The names of what its residuals are of, one each; nothing where they have none."""
        return ()

    def relaxed(self) -> "Requirement":
        """The same demand, to be trained for: not ``exact``."""
        return self


def bound(requirements: Sequence[Requirement], setting: Setting) -> tuple[Term, ...]:
    """The terms of all ``requirements``, in their order; those after the first know its orders.

    Examples
    --------
    >>> from nas.problems import Box, Condition
    >>> from nas.problems.terms import Equations
    >>> wanted = [Equations(lambda u: u.xx), Condition("x_min", lambda u: u)]
    >>> [term.regions for term in bound(wanted, Setting("rod", Box(x=(0, 1)), ("u",)))]
    [('interior',), ('x_min',)]
    """
    terms: list[Term] = []
    for one in requirements:
        terms.append(one.bind(setting))
        if len(terms) == 1:
            setting = replace(setting, orders=orders(terms[0], len(setting.domain.coordinates)))
    return tuple(terms)


def orders(term: Term, dimension: int) -> tuple[int, ...]:
    """How often ``term`` differentiates by each of D coordinates, at most.

    Examples
    --------
    >>> from nas.problems import load
    >>> orders(load("burgers").terms[0], dimension=2)
    (2, 1)
    """
    most = [0] * dimension
    for derivative in term.derivatives:
        for axis in range(dimension):
            if isinstance(derivative, Laplacian):
                order = 2 if axis in derivative.axes else 0
            else:
                order = derivative[axis]
            most[axis] = max(most[axis], order)
    return tuple(most)
