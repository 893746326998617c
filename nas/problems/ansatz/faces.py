"""Faces of a box as they are seen from inside.

Axis legend: B points, D coordinates.
"""

import numpy as np
import torch
from torch import Tensor

from nas.problems.ansatz.held import Face
from nas.problems.domains import Domain

NEAR = (1e-12, 1e-10)  # of the extent: two steps from a face, to see what is inside
_ULPS = 4  # numbers from one point to the next


def extent(domain: Domain, axis: int) -> float:
    """How long the domain is along a coordinate.

    Examples
    --------
    >>> from nas.problems import Box
    >>> extent(Box(x=(-1, 2)), axis=0)
    3.0
    """
    low, high = domain.bounds[axis]
    return float(high - low)


def inwards(domain: Domain, face: Face) -> float:
    """1 where the face's coordinate grows into the domain, -1 where it falls.

    Examples
    --------
    >>> from nas.problems import Box
    >>> rod = Box(x=(0, 1))
    >>> inwards(rod, Face(0, 0.0)), inwards(rod, Face(0, 1.0))
    (1.0, -1.0)
    """
    return 1.0 if face.at == domain.bounds[face.axis][0] else -1.0


def distance(domain: Domain, face: Face, points: Tensor) -> Tensor:
    """How far points (B, D) are from a face (B,), as a share of the domain's extent.

    Examples
    --------
    >>> from nas.problems import Box
    >>> distance(Box(x=(0, 2)), Face(0, 2.0), torch.tensor([[0.5]])).tolist()
    [0.75]
    """
    away = (points[:, face.axis] - face.at) / extent(domain, face.axis)
    return away * inwards(domain, face)


def steps_inwards(domain: Domain, face: Face) -> tuple[tuple[Tensor, Tensor], tuple[float, float]]:
    """Two steps (D,) from a face into the domain, and how long they are as shares of its extent.

    Far from zero, where numbers are further apart than that, they are as long as some of these.

    Examples
    --------
    >>> from nas.problems import Box
    >>> (near, _), shares = steps_inwards(Box(x=(0, 2)), Face(0, 2.0))
    >>> near.tolist(), shares
    ([-2e-12], (1e-12, 1e-10))
    >>> (near, _), shares = steps_inwards(Box(x=(1e9, 1e9 + 1)), Face(0, 1e9))
    >>> bool(1e9 + near > 1e9)
    True
    """
    long = extent(domain, face.axis)
    apart = _ULPS * float(np.spacing(np.abs(domain.bounds[face.axis]).max())) / long
    first, second = (max(1.0, apart / NEAR[0]) * share for share in NEAR)
    step = torch.zeros(len(domain.bounds), dtype=torch.float64)
    step[face.axis] = inwards(domain, face) * long
    return (first * step, second * step), (first, second)


def name_of(domain: Domain, face: Face) -> str:
    """The part that is the face.

    Examples
    --------
    >>> from nas.problems import Box
    >>> name_of(Box(x=(0, 1), t=(0, 2)), Face(1, 2.0))
    't_max'
    """
    low, _ = domain.bounds[face.axis]
    return f"{domain.coordinates[face.axis]}_{'min' if face.at == low else 'max'}"


def named(domain: Domain, part: str) -> Face | None:
    """The face that is the part; None for what is a part of one, or none at all.

    Examples
    --------
    >>> from nas.problems import Box
    >>> named(Box(x=(0, 1), t=(0, 2)), "t_max"), named(Box(x=(0, 1)), "hot")
    (Face(axis=1, at=2.0), None)
    """
    faces = [Face(axis, float(at)) for axis, ends in enumerate(domain.bounds) for at in ends]
    return next((face for face in faces if name_of(domain, face) == part), None)
