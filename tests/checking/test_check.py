"""The report of a problem: what it was understood to be, and what looks like a mistake."""

from nas.checking import check
from nas.problems import Box, Condition, Observations, Problem, Unknown

SPRING = Problem(
    name="spring",
    domain=Box(t=(1, 4)),
    residual=lambda u, k: u.tt + k * u,
    unknown={"k": Unknown(start=1.0)},
    conditions=[
        Condition("t_min", lambda u: u - 1),
        Condition("t_min", lambda u: u.t),
        Observations({"t": [2.0, 3.0], "u": [0.5, -0.4]}),
    ],
    solution=lambda t: t,
)


def test_what_conditions_leave_open_is_a_warning() -> None:
    rod = Problem(
        name="rod",
        domain=Box(x=(0, 1)),
        residual=lambda u, k: k * u.xx + 1,
        unknown={"k": Unknown(start=1.0)},
        conditions=[Condition(("x_min", "x_max"), lambda u: u, exact=True)],
    )
    (line,) = check(rod).warnings
    assert line.startswith("nothing tells the unknown k")


def test_what_a_solution_is_not_checked_for_is_said() -> None:
    (line,) = [line for line in check(SPRING).lines() if line.startswith("  solution")]
    assert line.endswith("that needs the true coefficients too, k=nas.Unknown(…, truth=…)")


def test_a_report_tells_scales_and_data_and_leaves_out_what_is_empty() -> None:
    lines = check(SPRING).lines()
    assert "  coordinate  t = 2.5 + 1.5 · ξ" in lines
    assert "  condition   Observations: data columns t, u (2 rows)" in lines
    assert not [line for line in lines if "equation " in line]
