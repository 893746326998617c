"""The contract of a requirement: what a user demands, and the term that it becomes in a problem.

Axis legend: D coordinates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

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


class Requirement(Protocol):
    """What a user demands of the solution, such as a `nas.Condition`."""

    def describe(self) -> str:
        """What is demanded, and where, in words."""
        ...

    def bind(self, setting: Setting) -> Term:
        """The term that it becomes in a problem.

        Raises
        ------
        UserError
            If it does not fit the problem.
        """
        ...


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
