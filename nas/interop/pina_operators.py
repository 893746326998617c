"""PINA's differential operators, of columns whose derivatives are ours.

PINA's `grad`, `div`, `laplacian` and `advection` check their arguments, and then call others of
their module: it is these that are replaced, since by then a user has imported the former.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import add
from typing import Any

from nas.calculus import fields
from nas.interop.columns import Columns
from nas.interop.pina_labels import Labelled


def grad(output_: Labelled, input_: Labelled, components: Any, d: Any) -> Labelled:
    """The first derivatives of each component by each coordinate.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Coordinate
    >>> x = Labelled([Coordinate(("x",), 0, torch.tensor([3.0]))], ["x"])
    >>> u = Labelled((x**2).quantities, ["u"])
    >>> found = grad(u, x, ["u"], ["x"])
    >>> found.labels, found.only.value
    (['dudx'], tensor([6.]))
    """
    return Labelled(
        [output_[one].only.derivative(by) for one in components for by in d],
        [f"d{one}d{by}" for one in components for by in d],
    )


def div(output_: Labelled, input_: Labelled, components: Any, d: Any) -> Labelled:
    """The sum of the derivatives of each component by its coordinate.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Coordinate
    >>> x = Labelled([Coordinate(("x", "y"), k, torch.tensor([3.0])) for k in (0, 1)], ["x", "y"])
    >>> u = Labelled((x**2).quantities, ["u", "v"])
    >>> found = div(u, x, ["u", "v"], ["x", "y"])
    >>> found.labels, found.only.value
    (['dudx+dvdy'], tensor([12.]))
    """
    pairs = list(zip(components, d, strict=True))
    parts = [output_[one].only.derivative(by) for one, by in pairs]
    return Labelled([reduce(add, parts)], ["+".join(f"d{one}d{by}" for one, by in pairs)])


def laplacian(
    output_: Labelled, input_: Labelled, components: Any, d: Any, method: str = "std"
) -> Labelled:
    """The sum of the second derivatives of each component; both of PINA's methods give it.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Coordinate
    >>> x = Labelled([Coordinate(("x",), 0, torch.tensor([3.0]))], ["x"])
    >>> u = Labelled((x**3).quantities, ["u"])
    >>> found = laplacian(u, x, ["u"], ["x"])
    >>> found.labels, found.only.value
    (['ddu'], tensor([18.]))
    """
    return Labelled(
        [second(output_[one].only, input_.labels, d) for one in components],
        [f"dd{one}" for one in components],
    )


def advection(
    output_: Labelled, input_: Labelled, velocity_field: Any, components: Any, d: Any
) -> Labelled:
    """The derivative of each component along a velocity.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Coordinate
    >>> x = Labelled([Coordinate(("x",), 0, torch.tensor([3.0]))], ["x"])
    >>> u = Labelled((x**2).quantities, ["u"])
    >>> found = advection(u, x, ["u"], ["u"], ["x"])
    >>> found.labels, found.only.value
    (['adv_u'], tensor([54.]))
    """
    velocity = output_[velocity_field].quantities
    return Labelled(
        [along(output_[one].only, velocity, d) for one in components],
        [f"adv_{one}" for one in components],
    )


def along(quantity: Any, velocity: Sequence[Any], d: Sequence[str]) -> Any:
    """The derivative along a velocity, whose components are quantities or numbers.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Coordinate
    >>> x, t = (Coordinate(("x", "t"), k, torch.tensor([3.0])) for k in (0, 1))
    >>> along(x * t, [2.0, 1.0], ["x", "t"]).value
    tensor([9.])
    """
    parts = [speed * quantity.derivative(by) for speed, by in zip(velocity, d, strict=True)]
    return reduce(add, parts)


def second(quantity: Any, coordinates: Sequence[str], d: Sequence[str]) -> Any:
    """The sum of the second derivatives by ``d``, as one derivative where it is one of a field.

    Examples
    --------
    >>> import torch
    >>> from nas.calculus.fields import Field
    >>> u = Field("u", ("x", "y", "t"), lambda derivative: torch.zeros(1))
    >>> space = ["x", "y"]
    >>> second(u, ["x", "y", "t"], space), second(u, ["x", "y", "t"], ["t"])
    (laplacian(u), u.tt)
    """
    space = {one for one in coordinates if one not in fields.TIMES}
    if isinstance(quantity, fields.Field) and len(d) > 1 and set(d) == space:
        return fields.laplacian(quantity)
    parts = [quantity.derivative(by, by) for by in d]
    return reduce(add, parts)


@contextmanager
def known(pina: Any) -> Iterator[None]:
    """PINA's operators, and its LabelTensor, know our columns while an equation runs.

    Examples
    --------
    >>> with known(pina):  # doctest: +SKIP
    ...     found = equation.residual(x, u)
    """
    ours: dict[str, Callable[..., Any]] = {
        "_check_values": _listed,
        "fast_grad": grad,
        "fast_div": div,
        "fast_laplacian": laplacian,
        "fast_advection": advection,
    }
    module = pina.operator.grad.__globals__
    theirs = {name: module[name] for name in ours}
    made = vars(pina.LabelTensor)["__new__"]
    module.update({name: _either(ours[name], theirs[name]) for name in ours})
    pina.LabelTensor.__new__ = staticmethod(_made(made.__func__))
    try:
        yield
    finally:
        module.update(theirs)
        pina.LabelTensor.__new__ = made


def _listed(output_: Labelled, input_: Labelled, components: Any, d: Any) -> tuple[Any, Any]:
    """Components and coordinates, all where none are named."""
    chosen = (components or output_.labels, d or input_.labels)
    return tuple([one] if isinstance(one, str) else one for one in chosen)  # type: ignore[return-value]


def _either(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    def chosen(output_: Any, *args: Any, **kwargs: Any) -> Any:
        return (ours if isinstance(output_, Columns) else theirs)(output_, *args, **kwargs)

    return chosen


def _made(theirs: Callable[..., Any]) -> Callable[..., Any]:
    """``LabelTensor(x, labels)``, of columns too."""

    def made(cls: type, x: Any, labels: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(x, Columns):
            return theirs(cls, x, labels, *args, **kwargs)
        found = Labelled(x.quantities)
        found.labels = labels
        return found

    return made
