"""Derivatives of what an exported network gives, by autograd.

Axis legend: B points, D coordinates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from nas.calculus.activations import MAX_ORDER
from nas.calculus.derivatives import MultiIndex, written
from nas.errors import UserError
from nas.export import points as asked

if TYPE_CHECKING:
    from nas.export.network import ExportedMixture


@dataclass(frozen=True, repr=False)
class FieldDerivative:
    """A derivative of a field, or the field itself; it is called as the network is.

    Parameters
    ----------
    network
        Whose.
    field
        Which of its fields, from 0 on.
    derivative
        How often each coordinate is differentiated.

    Examples
    --------
    >>> from nas.export import example
    >>> slope = example.network().d("t")
    >>> slope, slope(t=[0.0, 0.5, 1.0]).shape, slope(torch.rand(7, 1)).shape
    (u.t, (3,), torch.Size([7]))
    """

    network: "ExportedMixture"
    field: int
    derivative: MultiIndex

    def __repr__(self) -> str:
        name = self.network.fields[self.field]
        return written(self.derivative, name, self.network.coordinates)

    def __call__(self, points: Any = None, /, **coordinates: Any) -> Any:
        """Its values: (B,) for points (B, D), and the coordinates' shape where these are named.

        Raises
        ------
        UserError
            As of the network.
        """
        network = self.network
        return asked.read(points, coordinates, network.coordinates, network.centre).ask(self._at)

    def _at(self, points: Tensor) -> Tensor:
        wanted = torch.is_grad_enabled()
        with torch.inference_mode(False), torch.enable_grad():
            x = points.to(self.network.centre)
            x = x if x.requires_grad else x.detach().requires_grad_()
            value: Tensor = self.network(x)[:, self.field]
            for axis, count in enumerate(self.derivative):
                for _ in range(count):
                    # Each value depends on its own point alone, so the sum has all gradients.
                    (gradient,) = torch.autograd.grad(value.sum(), x, create_graph=True)
                    value = gradient[:, axis]
        return value if wanted else value.detach()


def find(
    names: Sequence[Any], fields: Sequence[str], coordinates: Sequence[str]
) -> tuple[int, MultiIndex]:
    """The field and the derivative that ``names`` mean: ``("u", "xt")``, or ``("u", "x", "t")``.

    Of a single field its name may be left out. Coordinates of one letter may be written together.

    Raises
    ------
    UserError
        If they mean none.

    Examples
    --------
    >>> find(["xxt"], ["u"], ["x", "t"]), find(["p", "x1", "x1"], ["u", "p"], ["x1", "x2"])
    ((0, (2, 1)), (1, (2, 0)))
    >>> find(["z"], ["u"], ["x", "t"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: d('z'): no such derivative; expected 1 to 4 of the coordinates x, t, ...
    """
    said = f"d({', '.join(map(repr, names))})"
    by = list(names)
    if by and by[0] in fields and not (len(fields) == 1 and by[0] in coordinates):
        field = fields.index(by.pop(0))
    elif len(fields) == 1 and names:
        field = 0
    else:
        raise UserError(
            f"{said}: expected one of the fields {', '.join(fields)} first, such as "
            f'd("{fields[0]}", "{coordinates[0]}")'
        )
    single = [one for name in by for one in ([name] if name in coordinates else str(name))]
    if not set(single) <= set(coordinates) or len(single) > MAX_ORDER or "" in by:
        raise UserError(
            f"{said}: no such derivative; expected 1 to {MAX_ORDER} of the coordinates "
            f'{", ".join(coordinates)}, such as d("{fields[field]}", "{coordinates[0]}")'
        )
    return field, tuple(single.count(name) for name in coordinates)
