"""Changes that no equation and no condition sees are found, and only these."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nas.assessment.counting import too_few
from nas.assessment.families import confirmed, demanding, least_change, resonant
from nas.calculus.derivatives import DerivativeSet
from nas.problems import Box, Condition, Integral, Periodic, Problem, Unknown, laplacian, load
from nas.problems.terms import Requirement
from nas.training.least_squares.features import Answer, Waves

ENDS = ("x_min", "x_max")
SIDES = (*ENDS, "y_min", "y_max")
HELD = Condition(ENDS, lambda u: u)
LINE, SQUARE, ROD = Box(x=(0, 1)), Box(x=(0, 1), y=(0, 1)), Box(x=(0, 1), t=(0, 1))
SWING = Problem("swing", LINE, lambda u, x: u.xx + torch.pi**2 * u - x, [HELD])
HEAT = Problem("heat", ROD, lambda u: u.t - 0.1 * u.xx, [Condition(ENDS, lambda u: u - 1)])


def level(value: float, problem: Problem) -> Answer:
    """All fields the same everywhere; unknown coefficients at their start."""
    raw = torch.tensor([one.first for one in problem.unknown.values()], dtype=torch.float64)

    def answer(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        shape = (len(derivatives), len(points), len(problem.fields) + len(raw))
        jet = torch.zeros(shape, dtype=torch.float64)
        jet[0] = value
        jet[0, :, len(problem.fields) :] = raw
        return jet

    return answer


def told(problem: Problem) -> list[str]:
    return [line[:50] for line in confirmed(problem, level(0.5, problem))]


NO_START = ["along t the equations have order 1, and no conditi"]
STRING = Problem(
    "string", ROD, lambda u: u.tt - u.xx, [HELD, Condition("t_min", lambda u, x: u - x * (1 - x))]
)


def test_a_missing_initial_condition_is_confirmed() -> None:
    assert told(HEAT) == NO_START
    assert told(replace(HEAT, conditions=[Periodic("x")])) == NO_START


def test_a_missing_initial_velocity_is_confirmed() -> None:
    assert told(STRING) == ["along t the equations have order 2, and 1 conditio"]
    still = Condition("t_min", lambda u: u.t)
    assert told(replace(STRING, conditions=[*STRING.conditions, still])) == []


@pytest.mark.parametrize("held", [HELD, Periodic("x")], ids=["values", "periods"])
def test_what_holds_by_construction_counts_and_leaves_as_much_open(held: Requirement) -> None:
    assert told(replace(HEAT, conditions=[replace(held, exact=True)])) == NO_START  # type: ignore[type-var]
    start = Condition("t_min", lambda u: u, exact=True)
    assert told(replace(HEAT, conditions=[replace(held, exact=True), start])) == []  # type: ignore[type-var]


def test_in_two_dimensions_and_time_it_is_confirmed_too() -> None:
    plate = replace(
        HEAT,
        domain=Box(x=(0, 1), y=(0, 1), t=(0, 1)),
        residual=lambda u: u.t - 0.1 * laplacian(u),
        conditions=[Condition(SIDES, lambda u: u)],
    )
    assert told(plate) == NO_START


def test_a_count_that_is_too_low_and_yet_enough_is_not_confirmed() -> None:
    """Everything flows out across y = 0 and 1; an option of no value stays one."""
    flow = Problem(
        "flow",
        SQUARE,
        lambda u, y: u.x + (y - 0.5) * u.y,
        [Condition("x_min", lambda u, y: u - torch.sin(6 * y))],
    )
    option = Problem(
        "option",
        Box(x=(0, 200), t=(0, 1)),
        lambda u, x: u.t - 0.02 * x**2 * u.xx - 0.05 * x * u.x + 0.05 * u,
        [Condition("t_min", lambda u, x: u - x), Condition("x_max", lambda u: u - 200)],
    )
    for problem, counted in ((flow, 1), (option, 0)):  # its equation is singular at x = 0
        assert len(too_few(problem)) == counted
        assert told(problem) == []


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_units_do_not_matter(size: float) -> None:
    """Not even where they are left as they are written."""

    def heat(u: Tensor) -> Tensor:
        return 1e3 * (u.t - 0.1 * size**2 * u.xx)  # type: ignore[attr-defined, no-any-return]

    ends = Condition("x_min", lambda u: u - 300), Condition("x_max", lambda u: u - 290)
    made = Problem("si", Box(x=(0, size), t=(0, 1)), heat, ends, balanced=False)
    assert told(made) == NO_START
    start = Condition("t_min", lambda u: u - 300)
    assert told(replace(made, conditions=[*ends, start])) == []


def test_what_holds_by_construction_is_demanded_again() -> None:
    held = replace(SWING, conditions=[replace(HELD, exact=True)])
    assert [len(one.terms) for one in (held, demanding(held))] == [1, 2]
    assert demanding(SWING) is SWING


def families(problem: Problem) -> list[str]:
    return [line[:61] for line in resonant(problem, level(0.5, problem))]


FAMILY = ["equations and conditions leave a family of solutions, or have"]


@pytest.mark.parametrize(
    "changes",
    [{}, {"balanced": False}, {"conditions": [replace(HELD, exact=True)]}],
    ids=["weighted", "as written", "exact"],
)
def test_resonance_is_told(changes: dict[str, object]) -> None:
    assert families(replace(SWING, **changes)) == FAMILY  # type: ignore[arg-type]


def test_resonance_of_a_membrane_is_told() -> None:
    held = Condition(SIDES, lambda u: u)
    made = Problem("drum", SQUARE, lambda u, x: laplacian(u) + 5 * torch.pi**2 * u - x, [held])
    assert families(made) == FAMILY


@pytest.mark.parametrize(("square", "expected"), [(25, FAMILY), (25.05, []), (100, FAMILY)])
def test_of_fast_modes_too(square: float, expected: list[str]) -> None:
    """sin 3πx sin 4πy, and sin 6πx sin 8πy."""
    held = Condition(SIDES, lambda u: u)
    force = torch.pi**2 * square
    made = Problem("drum", SQUARE, lambda u, x: laplacian(u) + force * u - x, [held])
    assert families(made) == expected


@pytest.mark.parametrize(("halves", "expected"), [(12, FAMILY), (20, FAMILY), (20.01, [])])
def test_of_fast_modes_of_a_string_too(halves: float, expected: list[str]) -> None:
    force = (halves * torch.pi) ** 2
    assert families(replace(SWING, residual=lambda u, x: u.xx + force * u - x)) == expected


def test_resonance_between_periods_is_told() -> None:
    ring = Problem("ring", LINE, lambda u, x: u.xx + 4 * torch.pi**2 * u - x, [Periodic("x")])
    assert families(ring) == FAMILY
    assert families(replace(ring, residual=lambda u, x: u.xx + 30 * u - x)) == []


def test_a_load_near_resonance_has_one_answer() -> None:
    assert families(replace(SWING, residual=lambda u, x: u.xx + 9.8 * u - x)) == []


def test_an_eigenvalue_with_a_norm_has_one_answer() -> None:
    norm = Integral(lambda u: u**2, equals=1.0)
    made = replace(
        SWING,
        residual=lambda u, E: u.xx + E * u,
        unknown={"E": Unknown(start=torch.pi**2)},
        conditions=[HELD, norm],
    )
    sine = Waves(torch.tensor([[torch.pi / 2]]).double(), torch.tensor([torch.pi / 2]), [(0, 1)])

    def mode(points: Tensor, derivatives: DerivativeSet) -> Tensor:
        jet = 2**0.5 * sine.jet(points, derivatives)
        raw = torch.zeros_like(jet)
        raw[0] = made.unknown["E"].first
        return torch.cat([jet, raw], dim=-1)

    assert list(resonant(made, mode)) == []
    free = replace(made, conditions=[HELD])
    assert len(list(resonant(free, mode))) == 1  # as large as one likes


def test_what_grows_from_one_end_is_not_taken_for_a_family() -> None:
    growth = Problem(
        "growth", Box(t=(0, 25)), lambda u: u.t - u, [Condition("t_min", lambda u: u - 1)]
    )
    waves = Waves.drawn([(0, 25)], reach=[20.0], count=60, seed=0)
    seen = least_change(growth, level(0.0, growth), waves)
    assert seen is not None
    assert seen < 1e-6
    assert families(growth) == []


@pytest.mark.parametrize("name", ["two_materials", "beam", "helmholtz", "poisson_l_shape"])
def test_of_well_posed_problems_nothing_is_said(name: str) -> None:
    assert families(load(name)) == []


def test_slopes_without_a_value_say_nothing() -> None:
    root = replace(SWING, residual=lambda u: u.xx + u**0.5)
    waves = Waves.drawn([(0, 1)], reach=[10.0], count=10, seed=0)
    assert least_change(root, level(-1.0, root), waves) is None
