"""How far an answer may still have to go, by how far it has come.

While training converges, errors fall about like the root of the physics loss. So what an answer has
moved since its loss was larger, times the root of the ratio of both losses, is about its error.

Axis legend: B points, C fields.
"""

from nas.mixture.mixture import Mixture
from nas.training.trail import Trail

FALLEN = 3.0  # by what factor the loss has to have fallen since


def drift(trail: Trail, mixture: Mixture, held_out_loss: float) -> float | None:
    """The estimated relative error; None where the loss has not fallen since it is measured.

    Examples
    --------
    >>> from nas.training import example
    >>> trail, mixture = Trail(example.PROBLEM), example.mixture()
    >>> trail.add(mixture, held_out_loss=0.04)
    >>> _ = trail.marks[0][1].mul_(1.5)  # what it was then is half as much again
    >>> round(drift(trail, mixture, held_out_loss=0.0004), 3)
    0.05
    >>> drift(trail, mixture, held_out_loss=0.02) is None
    True
    """
    now = trail.fields(mixture)
    size = float(now.norm())
    before = [mark for mark in trail.marks if mark[0] >= FALLEN * held_out_loss]
    if not before or not size > 0:
        return None
    loss, fields = before[-1]
    moved = float((now - fields).norm()) / size
    share: float = (held_out_loss / loss) ** 0.5
    return moved * share
