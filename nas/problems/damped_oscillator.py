"""A stiff spring with little damping: u = 0 leaves next to nothing of its initial value problem.

Equation: u'' + 4 u' + 400 u = 0; u(0) = 1, u'(0) = 0.
Domain: 0 ≤ t ≤ 1, three oscillations.
Units: the time in seconds, u in the first displacement.
Truth: u = e^(-2t) (cos ωt + (2/ω) sin ωt) with ω = √396.
Source: any textbook of mechanics; Moseley 2021, "So, what is a physics-informed neural network?",
made it a test of them.
"""

from math import sqrt

import numpy as np

from nas.problems import Box, Condition, Problem

damping, stiffness = 4, 400
decay = damping / 2
omega = sqrt(stiffness - decay**2)

problem = Problem(
    name="damped_oscillator",
    title="Damped oscillator, stiff",
    equation="u'' + 4 u' + 400 u = 0, u(0) = 1, u'(0) = 0",
    domain=Box(t=(0, 1)),
    residual=lambda u: u.tt + damping * u.t + stiffness * u,
    conditions=[
        Condition("t_min", lambda u: u - 1),
        Condition("t_min", lambda u: u.t),
    ],
    solution=lambda t: np.exp(-decay * t) * (np.cos(omega * t) + decay / omega * np.sin(omega * t)),
)
