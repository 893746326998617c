"""A user's function of fields, coordinates, unknowns and data as residuals of a jet.

Axis legend: B points, D coordinates, S derivatives, C fields, U unknowns, K columns of data; … any
leading axes (experts of a stack).

The function gets what it asks for by the names of its parameters. Which derivatives it needs is
found out by calling it on made-up fields, and so is what it may not do: see `probing`.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from torch import Tensor

from nas.calculus import probing
from nas.calculus.complex_fields import Complex
from nas.calculus.derivatives import Derivative, DerivativeSet
from nas.calculus.fields import Column, Constant, Coordinate, Field
from nas.calculus.quantities import Quantity
from nas.errors import UserError

Residual = Callable[..., Any]  # fields, coordinates, … by name -> a quantity, or a tuple of them
_BY_NAME = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
NORMAL = "normal"  # the columns normal.0, normal.1, … of data are the outward normal


def normal_columns(dimension: int) -> tuple[str, ...]:
    """The names of the columns with the outward normal at each point.

    Examples
    --------
    >>> normal_columns(2)
    ('normal.0', 'normal.1')
    """
    return tuple(f"{NORMAL}.{axis}" for axis in range(dimension))


@dataclass(frozen=True)
class Names:
    """What a function may ask for by the names of its parameters.

    Parameters
    ----------
    fields, coordinates
        As in the problem.
    unknowns
        For each unknown coefficient, what turns the number that is learnt into its value.
    data
        The columns of data that come with the points; `normal_columns` are no parameters but
        those of ``u.n``, and of the parameter ``normal``, their tuple.

    Examples
    --------
    >>> import torch
    >>> Names(("u",), ("x", "t"), {"D": torch.exp}).known
    ('u', 'x', 't', 'D')
    """

    fields: tuple[str, ...]
    coordinates: tuple[str, ...]
    unknowns: Mapping[str, Callable[[Tensor], Tensor]] = field(default_factory=dict)
    data: tuple[str, ...] = ()

    @cached_property
    def has_normals(self) -> bool:
        """Whether the data hold the outward normal."""
        return set(normal_columns(len(self.coordinates))) <= set(self.data)

    @property
    def known(self) -> tuple[str, ...]:
        """All that a parameter may be called."""
        columns = [name for name in self.data if name.isidentifier()]
        normal = [NORMAL] if self.has_normals else []
        return (*self.fields, *self.coordinates, *self.unknowns, *columns, *normal)


class Expression:
    """A function of fields and coordinates, and the derivatives that it needs.

    Parameters
    ----------
    function
        Takes any of ``names`` as parameters and returns a quantity, or a tuple of them for a
        system of equations.
    names
        What may be asked for.
    where
        What to call this expression in an error, such as ``burgers: residual``.
    probe : Tensor (B, D)
        Points of the domain at which the function is tried.
    data : Tensor (B, K), optional
        The columns of data at these points; made up where it is left out.

    Attributes
    ----------
    derivatives
        Those that the function asks for, also by ``(k * u.x).d("x")``.
    components
        Which of the C + U components of a jet it asks for.
    probed
        Its residuals on made-up fields, tensors (B,): what it is known by.
    warnings
        One line each: where it has no value, such as ``u**1.2`` where u is negative.

    Raises
    ------
    UserError
        If the function asks for an unknown name or derivative, raises, or returns something
        other than one real number a point that follows from the fields at that point alone.

    Examples
    --------
    >>> import torch
    >>> heat = Expression(
    ...     lambda u, k: u.t - (k * u.x).d("x"),
    ...     Names(("u",), ("x", "t"), {"k": torch.exp}),
    ...     "heat",
    ...     torch.rand(4, 2),
    ... )
    >>> sorted(heat.derivatives)
    [(0, 1), (1, 0), (2, 0)]
    >>> values = torch.tensor([9.0, 9.0, 3.0, 4.0])  # u, u_x, u_t, u_xx at one point, and log k = 0
    >>> jet = torch.stack([values, torch.zeros(4)], dim=-1).unsqueeze(1)  # (S, B, C + U)
    >>> heat(jet, DerivativeSet(heat.derivatives, 2), torch.zeros(1, 2))
    [tensor([-1.])]
    """

    def __init__(
        self,
        function: Residual,
        names: Names,
        where: str,
        probe: Tensor,
        data: Tensor | None = None,
    ) -> None:
        self._function = function
        self._names = names
        self._parameters = self._checked_parameters(where)
        trial = probing.Trial(self._evaluate, where, probe, data, len(names.data))
        found = probing.probe(trial, function, names.coordinates)
        self.components = frozenset(component for component, _ in found.asked)
        self.derivatives = frozenset[Derivative](
            derivative for component, derivative in found.asked if component < len(names.fields)
        )
        self.probed: list[Tensor] = found.residuals
        self.warnings: tuple[str, ...] = found.warnings

    def __call__(
        self,
        jet: Tensor,
        derivatives: DerivativeSet,
        points: Tensor,
        data: Tensor | None = None,
    ) -> list[Tensor]:
        """The residuals, each (…, B), in the dtype of the jet.

        Parameters
        ----------
        jet : Tensor (…, S, B, C + U)
            The last U components have the numbers that are learnt for the unknowns as values.
        derivatives
            Which derivatives it carries: at least those that the expression needs.
        points : Tensor (B, D)
        data : Tensor (B, K)
        """

        def fetch(component: int, derivative: Derivative) -> Tensor:
            return jet[..., derivatives.index[derivative], :, component]

        shape = (*jet.shape[:-3], len(points))
        residuals = self._evaluate(fetch, points, data)
        tensors = (probing.as_tensor(residual, points) for residual in residuals)
        return [residual.to(jet.dtype).expand(shape) for residual in tensors]

    def _evaluate(self, fetch: probing.Fetch, points: Tensor, data: Tensor | None) -> list[Any]:
        """What the function returns, equation by equation."""
        supply = _Supply(self._names, fetch, points, data)
        result = self._function(**{name: supply.get(name) for name in self._parameters})
        results = result if isinstance(result, list | tuple) else (result,)
        parts = ((one.real, one.imag) if isinstance(one, Complex) else (one,) for one in results)
        return [part for one in parts for part in one]

    def _checked_parameters(self, where: str) -> list[str]:
        known = self._names.known
        try:
            parameters = inspect.signature(self._function).parameters
        except (TypeError, ValueError):
            raise UserError(
                f"{where}: expected a function of parameters among {', '.join(known)}, such as "
                f"lambda {known[0]}: …, got {self._function!r}"
            ) from None
        for name, parameter in parameters.items():
            if parameter.kind not in _BY_NAME:
                raise UserError(
                    f"{where}: {parameter}: expected parameters by name, among {', '.join(known)}"
                )
            # A default, or functools.partial, has given a coefficient its value already.
            if name not in known and parameter.default is inspect.Parameter.empty:
                raise UserError(
                    f"{where}: unknown parameter {name!r}; expected parameters among "
                    f"{', '.join(known)}; a field of this name is to be declared: "
                    f"fields=({name!r},)"
                )
        return [name for name in parameters if name in known]


class _Supply:
    """What a function is called with, by name."""

    def __init__(
        self, names: Names, fetch: probing.Fetch, points: Tensor, data: Tensor | None
    ) -> None:
        self._names = names
        self._fetch = fetch
        self._points = points
        self._data = data

    def get(self, name: str) -> Any:
        names = self._names
        if name in names.fields:
            fetch = partial(self._fetch, names.fields.index(name))
            return Field(name, names.coordinates, fetch, self._normal())
        if name in names.coordinates:
            axis = names.coordinates.index(name)
            return Coordinate(names.coordinates, axis, self._points[..., axis].contiguous())
        if name in names.unknowns:
            component = len(names.fields) + list(names.unknowns).index(name)
            raw = self._fetch(component, (0,) * len(names.coordinates))
            return Constant(name, names.coordinates, names.unknowns[name](raw))
        return self._normal() if name == NORMAL else self._column(name)

    def _column(self, name: str) -> Quantity:
        assert self._data is not None, f"no data, and so no {name}"
        value = self._data[..., self._names.data.index(name)]
        return Column(name, self._names.coordinates, value)

    def _normal(self) -> tuple[Quantity, ...]:
        if not self._names.has_normals:
            return ()
        return tuple(self._column(name) for name in normal_columns(len(self._names.coordinates)))
