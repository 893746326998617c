"""PINA: its problems as a `nas.Problem`, and an exported network as a model of its solvers.

What carries over, and what does not, is in docs/interop.md.

Axis legend: N points, D coordinates, C fields.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from nas.errors import UserError
from nas.interop.calling import in_its_numbers, of_columns
from nas.interop.pina_conditions import conditions
from nas.interop.pina_domain import domain, intervals
from nas.problems import Problem, Unknown
from nas.problems.domains import Array

_NEEDED = ("condition", "domain", "equation.zoo", "operator", "problem")  # of its packages


def problem(problem: Any, *, name: str = "pina") -> Problem:
    """A problem of PINA as one of ours.

    Parameters
    ----------
    problem
        As it is given to PINA's solvers: a ``SpatialProblem``, ``TimeDependentProblem``,
        ``ParametricProblem`` or ``InverseProblem``, or several of them in one.
    name
        Of the problem.

    Raises
    ------
    UserError
        If something in it has no counterpart here.

    Examples
    --------
    >>> heat = problem(Heat())  # doctest: +SKIP
    >>> nas.search(heat, out="runs/heat", trials=6)  # doctest: +SKIP
    """
    pina = _pina()
    if not isinstance(problem, pina.problem.BaseProblem):
        got = problem.__name__ if isinstance(problem, type) else type(problem).__name__
        raise UserError(f"{name}: expected a problem of PINA's, made by its class, got {got}")
    box = domain(pina, problem, name)
    unknown = _unknown(pina, problem, name)
    equation, others = conditions(pina, problem, box, tuple(unknown), name)
    return Problem(
        name,
        box,
        equation,
        others,
        fields=tuple(problem.output_variables),
        unknown=unknown,
        solution=_solution(pina, problem, box.coordinates),
    )


def network(u: nn.Module) -> nn.Module:
    """An exported network as a model for PINA's solvers, of LabelTensors (N, D) to (N, C).

    Parameters
    ----------
    u
        What `nas.load` gives.

    Raises
    ------
    UserError
        If PINA is not installed.

    Examples
    --------
    >>> model = network(nas.load("model/"))  # doctest: +SKIP
    >>> solver = PhysicsInformedSingleModelSolver(Heat(), model)  # doctest: +SKIP
    """
    return _Network(u, _pina().LabelTensor)


class _Network(nn.Module):
    """Finds its coordinates by their labels, and computes in PINA's own type of numbers."""

    def __init__(self, u: nn.Module, kind: type[Tensor]) -> None:
        super().__init__()
        self.exported: Any = u
        self._kind = kind

    def forward(self, x: Any) -> Tensor:
        points = x.extract(list(self.exported.coordinates)).tensor
        fields = in_its_numbers(self.exported, points).as_subclass(self._kind)
        fields.labels = list(self.exported.fields)  # type: ignore[attr-defined]
        return fields


def _pina() -> Any:
    try:
        for one in _NEEDED:
            import_module(f"pina.{one}")
        return import_module("pina")
    except ImportError as error:
        raise UserError(f"PINA is not installed ({error}); pip install pina-mathlab") from error


def _unknown(pina: Any, problem: Any, name: str) -> dict[str, Unknown]:
    """PINA starts anywhere between the bounds; here it is the middle, each time the same."""
    if not isinstance(problem, pina.problem.InverseProblem):
        return {}
    where = f"{name}: unknown_parameter_domain"
    found = intervals(pina, problem.unknown_parameter_domain, where)
    return {one: Unknown((low + high) / 2, low, high) for one, (low, high) in found.items()}


def _solution(pina: Any, problem: Any, coordinates: Sequence[str]) -> Callable[..., Any] | None:
    """A method of LabelTensors (N, D), as a function of coordinates by name."""
    theirs = getattr(problem, "solution", None)
    if not callable(theirs):
        return None

    def of_points(points: Array) -> Tensor:
        found: Tensor = theirs(pina.LabelTensor(torch.from_numpy(points), list(coordinates)))
        return found.detach().as_subclass(Tensor)

    return of_columns(coordinates, of_points)
