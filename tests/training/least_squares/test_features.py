"""Waves and affine functions: their derivatives against autograd."""

import pytest
import torch

from nas.calculus.derivatives import DerivativeSet, Laplacian
from nas.training.least_squares.features import Affine, Features, Joined, Waves, with_added
from tests.assessment import answers

BOUNDS = [(0.0, 4.0), (-1.0, 0.5)]
DERIVATIVES = DerivativeSet([(2, 1), (0, 3), Laplacian((0, 1))], 2)
POINTS = torch.rand(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("features", [Waves.drawn(BOUNDS, [5.0, 3.0], 6, seed=1), Affine(BOUNDS)])
def test_jets_are_those_of_autograd(features: Features) -> None:
    values = DerivativeSet([], 2)
    expected = answers.of(lambda x: features.jet(x, values)[0])(POINTS, DERIVATIVES)
    torch.testing.assert_close(features.jet(POINTS, DERIVATIVES), expected)


def test_features_of_several_kinds_stand_one_behind_the_other() -> None:
    kinds = (Affine(BOUNDS), Waves.drawn(BOUNDS, [5.0, 3.0], 6, seed=1))
    jet = Joined(kinds).jet(POINTS, DERIVATIVES)
    assert jet.shape[-1] == len(Joined(kinds)) == 9
    assert torch.equal(jet, torch.cat([one.jet(POINTS, DERIVATIVES) for one in kinds], dim=-1))


def test_the_first_wave_is_a_constant() -> None:
    found = Waves.drawn(BOUNDS, [5.0, 3.0], 3, seed=1).jet(POINTS, DERIVATIVES)[..., 0]
    assert found[0].tolist() == pytest.approx([1.0] * 5)
    assert not found[1:].any()


def test_what_is_added_has_weights_field_by_field_and_unknowns_behind() -> None:
    """Two fields and one unknown coefficient, of 3 functions each: 1, ξ and η."""
    nothing = answers.of(lambda x: torch.zeros(len(x), 3, dtype=torch.float64))
    numbers = torch.tensor([1.0, 2, 0, 10, 0, 20, 7]).double()
    found = with_added(nothing, Affine(BOUNDS), numbers)(
        torch.tensor([[4.0, -1.0]]), DerivativeSet([(1, 0)], 2)
    )
    assert found[0, 0].tolist() == [3.0, -10.0, 7.0]  # at ξ = 1, η = -1
    assert found[1, 0].tolist() == [1.0, 0.0, 0.0]  # by x, over half of the length 4
