"""Distance functions of pieces of lines and planes.

Axis legend: … any axes, of points.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

_NEAR = 1e-9  # what is closer to the line than this is on it, or would be without rounding


def trimmed(across: Tensor, extents: Sequence[Tensor]) -> Tensor:
    """The distance from a piece of a line or plane (Sukumar & Srivastava 2022, eq. 7).

    It is zero on the piece alone, positive elsewhere, smooth but at the ends of the piece and
    where the plane is crossed, and rises off the piece as ``across`` does.

    Parameters
    ----------
    across
        The signed distance (…) from the whole line or plane; positive on the domain's side.
    extents
        Functions (…), at least one, whose common positive region cuts the piece out of it.

    Examples
    --------
    The x-axis from -1 to 1, seen from a point on it, one beyond its end and one above:

    >>> x, y = torch.tensor([[0.5, 2.0, 0.0], [0.0, 0.0, 1.0]])
    >>> [round(found, 3) for found in trimmed(y, [(1 - x**2) / 2]).tolist()]
    [0.0, 1.5, 1.047]
    """
    inside = extents[0]
    for other in extents[1:]:  # of two, about the smaller: an R-conjunction
        inside = inside + other - torch.sqrt(inside**2 + other**2)
    longest = torch.sqrt(inside**2 + across**4)
    within = inside > 0
    # There the formula's root of across² + ((longest - inside) / 2)² is taken apart, so that it
    # is smooth on the piece, too: a root of zero has no derivative.
    whole = longest + torch.where(within, inside, torch.ones_like(inside))
    sign = torch.where(across > -_NEAR, 1.0, -1.0)
    on = sign * across * torch.sqrt(1 + (across**3 / (2 * whole)) ** 2)
    beside = torch.where(within, torch.ones_like(across), across)
    beyond = torch.where(within, torch.zeros_like(inside), longest - inside) / 2
    off = torch.sqrt(beside**2 + beyond**2)
    return torch.where(within, on, off)
