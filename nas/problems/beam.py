"""A beam, clamped at one end, that bends under a load all along it (Euler–Bernoulli).

Equation: u'''' = -1; u(0) = u'(0) = 0 where it is clamped, u''(1) = u'''(1) = 0 where it is free.
Domain: 0 ≤ x ≤ 1.
Units: lengths along the beam in its length L, deflections in q L⁴ / EI, with the load q per
length, the modulus E and the second moment of area I.
Truth: u = -x⁴/24 + x³/6 - x²/4.
Source: any textbook of elasticity, such as Timoshenko 1955, Strength of Materials; DeepXDE has it
among its demonstrations (Lu et al. 2021, SIAM Review 63).
"""

from nas.problems import Box, Condition, Problem

problem = Problem(
    name="beam",
    title="Euler–Bernoulli beam",
    equation="u'''' = -1, u(0) = u'(0) = 0, u''(1) = u'''(1) = 0",
    domain=Box(x=(0, 1)),
    residual=lambda u: u.xxxx + 1,
    conditions=[
        Condition("x_min", lambda u: u),
        Condition("x_min", lambda u: u.x),
        Condition("x_max", lambda u: u.xx),
        Condition("x_max", lambda u: u.xxx),
    ],
    solution=lambda x: x**2 * (4 * x - x**2 - 6) / 24,
)
