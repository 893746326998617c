"""Powers at a corner against nested autograd and against what they are made for."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from nas.calculus import jets
from nas.calculus.jets import DerivativeSet, Laplacian
from nas.errors import UserError
from nas.networks.corner import NEAREST, Corner, read
from tests.oracles import nested

L_SHAPE = Corner(("x", "y"), 0.0, 0.0, middle=225.0, angle=270.0, ratio=1.0)
ODD = Corner(("x", "y"), 0.3, -0.1, middle=40.0, angle=301.0, ratio=0.4)
TALL = Corner(("x", "y"), -0.2, 0.6, middle=300.0, angle=200.0, ratio=2.5)
EVERY = DerivativeSet([(2, 0), (1, 1), (0, 2), (3, 0), (1, 2), Laplacian((0, 1))], 2)


def half_extent(corner: Corner) -> Tensor:
    return torch.tensor([3.0, 3.0 * corner.ratio], dtype=torch.float64)


def points() -> Tensor:
    drawn = torch.rand(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    return 2 * drawn - 1


def jet_at(corner: Corner, scaled: Tensor, derivatives: DerivativeSet) -> Tensor:
    half = half_extent(corner)
    centre = torch.zeros(2, dtype=torch.float64)
    return corner.jet(derivatives, jets.coordinates(scaled * half, derivatives, centre, half))


@pytest.mark.parametrize("corner", [L_SHAPE, ODD, TALL])
def test_jets_agree_with_nested_autograd(corner: Corner) -> None:
    jet, half = jet_at(corner, points(), EVERY), half_extent(corner)
    assert jet.shape == (len(EVERY), 7, corner.features)
    for feature in range(corner.features):

        def value(x: Tensor, feature: int = feature) -> Tensor:
            return corner.values(x / half)[:, feature]

        for index, key in enumerate(EVERY.keys):
            expected = nested(value, points() * half, key)
            torch.testing.assert_close(jet[index, :, feature], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("corner", [L_SHAPE, ODD, TALL])
def test_they_are_harmonic_in_the_plane_as_it_is(corner: Corner) -> None:
    jet = jet_at(corner, points(), EVERY)
    second = jet[EVERY.index[2, 0]].abs().max()
    assert float(jet[EVERY.index[Laplacian((0, 1))]].abs().max()) < 1e-12 * float(second)


@pytest.mark.parametrize("corner", [L_SHAPE, ODD, TALL])
@pytest.mark.parametrize(("sides", "share"), [("both", 1.0), ("one", 0.5)])
def test_the_singular_functions_are_among_what_they_span(
    corner: Corner, sides: str, share: float
) -> None:
    """r^(π/ω) sin(πθ/ω), zero on both sides; r^(π/2ω) sin(πθ/2ω), whose slope is on the other."""
    half, omega = half_extent(corner).numpy(), math.radians(corner.angle)
    rng = np.random.default_rng(0)
    theta, r = omega * rng.uniform(0, 1, 400), rng.uniform(0.01, 1, 400)
    direction = math.radians(corner.middle) - omega / 2 + theta
    offset = r[:, None] * np.stack([np.cos(direction), np.sin(direction)], axis=1)
    scaled = np.array([corner.x, corner.y]) + offset / half
    power = share * math.pi / omega
    wanted = r**power * np.sin(power * theta)
    features = corner.values(torch.from_numpy(scaled)).numpy()
    left = wanted - features @ np.linalg.lstsq(features, wanted)[0]
    assert np.abs(left).max() < 1e-12


def test_powers_are_multiples_of_a_quarter_turn_over_the_angle_but_whole_ones() -> None:
    assert L_SHAPE.powers == pytest.approx([1 / 3, 2 / 3, 4 / 3, 5 / 3, 7 / 3, 8 / 3])
    slit = Corner(("x", "y"), 0.0, 0.0, middle=180.0, angle=360.0, ratio=1.0)
    assert slit.powers == pytest.approx([0.25, 0.5, 0.75, 1.25, 1.5, 1.75, 2.25, 2.5, 2.75])


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
    text = " ".join(one.written() for one in (ODD, TALL))
    assert text == "corner x y 0.3 -0.1 40 301 0.4 corner x y -0.2 0.6 300 200 2.5"
    assert read(text) == (ODD, TALL)


@pytest.mark.parametrize(
    ("angle", "ratio", "message"),
    [
        (180.0, 1.0, r"^encoding: a corner of 180 degrees; expected a re-entrant one, of more"),
        (361.0, 1.0, r"^encoding: a corner of 361 degrees; expected"),
        (270.0, 0.0, r"^encoding: a corner with 0 for height over width of the domain; expected"),
        (270.0, math.inf, r"^encoding: a corner with inf for height"),
    ],
)
def test_an_angle_that_is_none_is_refused(angle: float, ratio: float, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Corner(("x", "y"), 0.0, 0.0, middle=0.0, angle=angle, ratio=ratio)


@pytest.mark.parametrize("text", ["corner x x 0 0 225 270 1", f"corner x y 0 1e{400} 225 270 1"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(
        UserError, match=r"^encoding: corner x . 0 .*; expected two coordinates and"
    ):
        read(text)
