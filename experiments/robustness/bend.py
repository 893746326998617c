"""A bent rod, whose residual pauses: so a run lasts long enough to be cut short."""

import time

import numpy as np
import torch

from nas.calculus.quantities import Quantity
from nas.problems import Box, Condition, Problem

PAUSE = 0.003  # seconds of each evaluation


def _residual(u: Quantity, x: Quantity) -> Quantity:
    time.sleep(PAUSE)
    return u.xx + torch.pi**2 * (torch.pi * x).sin()


problem = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=_residual,
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)
