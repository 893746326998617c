"""A string of which conditions are met exactly, with a size of its own: network outputs are others.

Its facts are as a campaign tells them; ``at_start`` is what it is when it begins.
"""

import json
from typing import Any

import torch
from torch import Tensor

from nas.problems import Box, Condition, Problem
from tests.export import made_campaign

STRING = Problem(
    "string",
    Box(x=(0, 1), t=(0, 2)),
    lambda u: u.tt - u.xx,
    [
        Condition("t_min", lambda u, x: u - 70 * torch.sin(torch.pi * x), exact=True),
        Condition("t_min", lambda u: u.t, exact=True),
        Condition(("x_min", "x_max"), lambda u: u, exact=True),
    ],
)
FACTS: dict[str, Any] = made_campaign.PROBLEM | {
    "coordinates": ["x", "t"],
    "bounds": [[0.0, 1.0], [0.0, 2.0]],
    "fields": ["u"],
    "ansatz": json.loads(json.dumps(STRING.describe_ansatz())),
}


def at_start(points: Tensor) -> tuple[Tensor, Tensor]:
    """The points (B, 2) moved to t = 0, and the field (B,) there."""
    moved = points.clone()
    moved[:, 1] = 0.0
    return moved, 70 * torch.sin(torch.pi * points[:, 0])
