"""PINA's equations as residuals of ours.

Axis legend: N points, K components.
"""

from collections.abc import Callable, Sequence
from typing import Any

from nas.errors import UserError
from nas.interop.calling import by_name
from nas.interop.columns import quantities
from nas.interop.pina_labels import Labelled
from nas.interop.pina_operators import along, known, second

_TIME = "t"  # what PINA's own equations call it


def residual(
    pina: Any,
    equations: Sequence[Any],
    fields: Sequence[str],
    coordinates: Sequence[str],
    unknown: Sequence[str],
) -> Callable[..., Any]:
    """What is zero, as a function of fields, coordinates and unknown coefficients by name.

    Parameters
    ----------
    equations
        All that hold at the same points.
    unknown
        Their names; they are asked for where an equation takes three arguments.

    Examples
    --------
    >>> heat = Equation(lambda x, u: grad(u, x, d="t") - laplacian(u, x, d="x"))  # doctest: +SKIP
    >>> residual(pina, [heat], ["u"], ["x", "t"], [])  # doctest: +SKIP
    """
    asked = tuple(unknown) if any(_takes_unknown(pina, one) for one in equations) else ()
    ends = len(fields), len(fields) + len(coordinates)
    zoo = pina.equation.zoo  # of its equations these do more than columns and arithmetic
    anew: dict[type, Callable[..., Any]] = {
        zoo.AdvectionEquation: _advection,
        zoo.BurgersEquation: _burgers,
    }
    written: list[tuple[Callable[..., Any], Any]] = [
        (anew.get(type(one), _as_it_is), one) for one in equations
    ]

    def called(*given: Any) -> tuple[Any, ...]:
        u = Labelled(given[: ends[0]], fields)
        x = Labelled(given[ends[0] : ends[1]], coordinates)
        numbers = {name: Labelled([one]) for name, one in zip(asked, given[ends[1] :], strict=True)}
        with known(pina):
            return quantities([evaluate(one, x, u, numbers or None) for evaluate, one in written])

    return by_name((*fields, *coordinates, *asked), called)


def _takes_unknown(pina: Any, equation: Any) -> bool:
    """Whether it may use the unknown coefficients: PINA counts a function's arguments."""
    if isinstance(equation, pina.equation.SystemEquation):
        return any(_takes_unknown(pina, one) for one in equation.equations)
    arguments: int = vars(equation).get("_Equation__len_sig", 3)  # of its own class: it may
    return arguments > 2


def _as_it_is(equation: Any, x: Labelled, u: Labelled, unknown: Any) -> Any:
    return equation.residual(x, u, unknown)


def _advection(equation: Any, x: Labelled, u: Labelled, unknown: Any) -> Labelled:
    """u_t + c·∇u, which PINA writes with whole tensors."""
    space, speeds = _space(x), equation.c.flatten().tolist()
    speeds = speeds if len(speeds) > 1 else speeds * len(space)
    return Labelled([one.derivative(_TIME) + along(one, speeds, space) for one in u.quantities])


def _burgers(equation: Any, x: Labelled, u: Labelled, unknown: Any) -> Labelled:
    """u_t + (u·∇)u - ν Δu, which PINA writes into a tensor component by component."""
    space = _space(x)
    if len(u.quantities) != len(space):
        raise UserError(f"BurgersEquation: expected {len(space)} components, got {len(u.labels)}")
    return Labelled(
        [
            one.derivative(_TIME)
            + along(one, u.quantities, space)
            - equation.nu * second(one, x.labels, space)
            for one in u.quantities
        ]
    )


def _space(x: Labelled) -> list[str]:
    return [one for one in x.labels if one != _TIME]
