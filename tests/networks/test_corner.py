"""Powers at a corner against nested autograd and against what they are made for."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.jets import DerivativeSet, Laplacian
from nas.errors import UserError
from nas.networks.corner import NEAREST, CornerPowers, read
from tests.oracles import nested

L_SHAPE = CornerPowers(("x", "y"), 0.0, 0.0, angle=270.0, cut=45.0, ending=0.0, ratio=1.0)
ODD = CornerPowers(("x", "y"), 0.3, -0.1, angle=301.0, cut=220.0, ending=0.0, ratio=0.4)
TALL = CornerPowers(("x", "y"), -0.2, 0.6, angle=200.0, cut=120.0, ending=0.0, ratio=2.5)
FLAT = CornerPowers(("x", "y"), 0.2, -1.0, angle=180.0, cut=270.0, ending=0.0, ratio=0.5)
OBTUSE = CornerPowers(("x", "y"), 0.0, -1.0, angle=120.0, cut=240.0, ending=0.0, ratio=0.7)
OF_A_HOLE = CornerPowers(("x", "y"), -0.3, -0.3, angle=290.0, cut=40.0, ending=2.0, ratio=0.8)
ALL = [L_SHAPE, ODD, TALL, FLAT, OBTUSE, OF_A_HOLE]
EVERY = DerivativeSet([(2, 0), (1, 1), (0, 2), (3, 0), (1, 2), Laplacian((0, 1))], 2)


def half_extent(corner: CornerPowers) -> Tensor:
    return torch.tensor([3.0, 3.0 * corner.ratio], dtype=torch.float64)


def at(corner: CornerPowers, theta: Any, r: Any) -> Any:
    """Scaled points (N, 2) so far from a corner, θ counted from the side that follows its cut."""
    before = math.radians(corner.cut) + math.pi - math.radians(corner.angle) / 2
    offset = np.stack([np.cos(before + theta), np.sin(before + theta)], axis=1)
    longer = float(half_extent(corner).max())
    return (
        np.array([corner.x, corner.y]) + longer * r[:, None] * offset / half_extent(corner).numpy()
    )


def points() -> Tensor:
    drawn = torch.rand(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    return 2 * drawn - 1


def jet_at(corner: CornerPowers, scaled: Tensor, derivatives: DerivativeSet) -> Tensor:
    half = half_extent(corner)
    centre = torch.zeros(2, dtype=torch.float64)
    return corner.jet(derivatives, jets.coordinates(scaled * half, derivatives, centre, half))


@pytest.mark.parametrize("corner", ALL)
def test_jets_agree_with_nested_autograd(corner: CornerPowers) -> None:
    jet, half = jet_at(corner, points(), EVERY), half_extent(corner)
    assert jet.shape == (len(EVERY), 7, corner.features)
    for feature in range(corner.features):

        def value(x: Tensor, feature: int = feature) -> Tensor:
            return corner.values(x / half)[:, feature]

        for index, key in enumerate(EVERY.keys):
            expected = nested(value, points() * half, key)
            torch.testing.assert_close(jet[index, :, feature], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("corner", ALL)
def test_they_are_harmonic_in_the_plane_as_it_is(corner: CornerPowers) -> None:
    jet = jet_at(corner, points(), EVERY)
    second = jet[EVERY.index[2, 0]].abs().max()
    assert float(jet[EVERY.index[Laplacian((0, 1))]].abs().max()) < 1e-12 * float(second)


@pytest.mark.parametrize(
    ("corner", "share"),
    [
        *((corner, share) for corner in (L_SHAPE, ODD, TALL, OBTUSE) for share in (1.0, 0.5)),
        (FLAT, 0.5),  # the other is no power, but a polynomial
    ],
)
def test_the_singular_functions_are_among_what_they_span(
    corner: CornerPowers, share: float
) -> None:
    """r^(π/ω) sin(πθ/ω), zero on both sides; r^(π/2ω) sin(πθ/2ω), whose slope is on the other."""
    omega, rng = math.radians(corner.angle), np.random.default_rng(0)
    theta, r = omega * rng.uniform(0, 1, 400), rng.uniform(0.01, 1, 400)
    power = share * math.pi / omega
    wanted = r**power * np.sin(power * theta)
    features = corner.values(torch.from_numpy(at(corner, theta, r))).numpy()
    left = wanted - features @ np.linalg.lstsq(features, wanted)[0]
    assert np.abs(left).max() < 1e-12


def test_about_a_hole_they_are_what_is_singular_to_the_order_of_the_powers() -> None:
    """What is left of r^(π/ω) sin(πθ/ω) falls faster than the square of the distance."""
    omega, rng = math.radians(OF_A_HOLE.angle), np.random.default_rng(0)
    power, theta = math.pi / omega, omega * rng.uniform(0, 1, 400)
    lefts = []
    for reach in (1e-2, 1e-3):
        r = reach * rng.uniform(0.1, 1, 400)
        wanted = r**power * np.sin(power * theta)
        features = OF_A_HOLE.values(torch.from_numpy(at(OF_A_HOLE, theta, r))).numpy()
        features = features / np.abs(features).max(axis=0)
        lefts.append(np.abs(wanted - features @ np.linalg.lstsq(features, wanted)[0]).max())
    assert lefts[0] < 1e-6
    assert lefts[1] < 2e-2 * lefts[0]


@pytest.mark.parametrize("corner", ALL)
def test_they_jump_across_the_cut_and_nowhere_else(corner: CornerPowers) -> None:
    """On circles about the corner, in and beyond the length of its cut."""
    length = 1 / corner.ending if corner.ending else math.inf
    for distance in (0.05, 0.3, 0.9, 1.4):
        theta = np.linspace(0, 2 * math.pi, 4001) - math.pi + math.radians(corner.angle) / 2
        found = corner.values(torch.from_numpy(at(corner, theta, np.full(4001, distance)))).numpy()
        # From one side of the cut to the other, and from step to step.
        jump = np.abs(found[-2] - found[1]).max()
        step = np.abs(np.diff(found[1:-1], axis=0)).max()
        assert step < 0.05 * np.abs(found).max()
        assert (jump > 0.2 * np.abs(found).max()) == (distance < length), distance


def test_powers_are_multiples_of_a_quarter_turn_over_the_angle_but_whole_ones() -> None:
    assert L_SHAPE.powers == pytest.approx([1 / 3, 2 / 3, 4 / 3, 5 / 3, 7 / 3, 8 / 3])
    slit = CornerPowers(("x", "y"), 0.0, 0.0, angle=360.0, cut=0.0, ending=0.0, ratio=1.0)
    assert slit.powers == pytest.approx([0.25, 0.5, 0.75, 1.25, 1.5, 1.75, 2.25, 2.5, 2.75])


def test_where_they_lie_far_apart_there_are_as_many_all_the_same() -> None:
    assert FLAT.powers == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    assert OBTUSE.powers == pytest.approx([0.75, 1.5, 2.25, 3.75, 4.5, 5.25])


def test_about_a_hole_they_are_fewer_and_come_with_the_next() -> None:
    a = 90 / 290
    own = [a * number for number in range(1, 7)]
    expected = sorted([*own, *(power + 1 for power in own[:3])])
    assert OF_A_HOLE.powers == pytest.approx(expected)
    third = CornerPowers(("x", "y"), 0.0, 0.0, angle=270.0, cut=0.0, ending=1.0, ratio=1.0)
    assert third.powers == pytest.approx([1 / 3, 2 / 3, 4 / 3, 5 / 3])  # each of them once


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_at_the_corner_itself_all_is_zero(dtype: torch.dtype) -> None:
    """Where gradients are infinite; so a picture with a point there is no worse for it."""
    there = torch.tensor([[ODD.x, ODD.y]], dtype=dtype)
    centre, half = torch.zeros(2, dtype=dtype), half_extent(ODD).to(dtype)
    jet = ODD.jet(EVERY, jets.coordinates(there * half, EVERY, centre, half))
    assert not bool(jet.any())
    there.requires_grad_()
    values = ODD.values(there)
    (slope,) = torch.autograd.grad(values.sum(), there)
    assert not bool(values.any() | slope.any())
    near = ODD.values(there.detach() + 2 * NEAREST)
    assert bool(near.isfinite().all())


def test_what_is_written_is_read() -> None:
    text = " ".join(one.written() for one in (ODD, OF_A_HOLE))
    assert text == "corner x y 0.3 -0.1 301 220 0 0.4 corner x y -0.3 -0.3 290 40 2 0.8"
    assert read(text) == (ODD, OF_A_HOLE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "corner x y 0 0 90 45 0 1",
            "a corner of 90 degrees; expected one of more than 90, where a value may",
        ),
        ("corner x y 0 0 361 45 0 1", "a corner of 361 degrees; expected"),
        ("corner x y 0 0 270 45 0 0", ".* 0 0: expected at least 0 for the ending of the cut, and"),
        ("corner x y 0 0 270 45 -1 1", ".* -1 1: expected at least 0 for the ending of the cut"),
        ("corner x x 0 0 270 45 0 1", "corner x x .*: expected two coordinates and finite numbers"),
        *(
            ("corner x y " + " ".join(["1e400" if n == k else "1" for n in range(6)]), "corner x y")
            for k in range(6)
        ),
    ],
)
def test_what_is_no_corner_is_refused(text: str, message: str) -> None:
    with pytest.raises(UserError, match=f"^encoding: {message}"):
        read(text)
