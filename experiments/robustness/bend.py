"""A bent rod, whose residual pauses: so a run lasts long enough to be cut short."""

import time
from typing import Any

import numpy as np
import torch

from nas.problems import Box, Condition, Problem

PAUSE = 0.003  # seconds of each evaluation


def _residual(u: Any, x: Any) -> Any:
    time.sleep(PAUSE)
    return u.xx + torch.pi**2 * (torch.pi * x).sin()


problem = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=_residual,
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)
