"""Experts that have the parameters of others."""

import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.mixture.adoption import adopt
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate

POOL = [Candidate("tanh", 1, 4), Candidate("sine", 1, 4), Candidate("tanh", 2, 3)]
SWAPPED = [POOL[2], POOL[1], POOL[0], POOL[1]]
X, VALUES = torch.linspace(0, 1, 7, dtype=torch.float64)[:, None], DerivativeSet([], 1)


def made(pool: list[Candidate], seed: int, unknown: tuple[float, ...] = ()) -> Mixture:
    return Mixture(pool, GateSettings(1, 4), [(0.0, 1.0)], 1, seed=seed, unknown=unknown)


def says(mixture: Mixture) -> dict[int, torch.Tensor]:
    """What each expert says by itself, its own coefficients included."""
    jets = mixture.experts(mixture.coordinates(X, VALUES), VALUES)
    return dict(zip(mixture.alive, jets.detach(), strict=True))


def test_they_say_what_the_others_say_and_nobody_else_changes() -> None:
    mine, other = made(SWAPPED, 0, (1.0,)), made(POOL, 1, (2.0,))
    before, its, gate = says(mine), says(other), mine.gate.state_dict()
    gate = {name: value.clone() for name, value in gate.items()}
    adopt(mine, other, {0: 2, 3: 1})
    after = says(mine)
    assert torch.equal(after[0], its[2])
    assert torch.equal(after[3], its[1])
    for index in (1, 2):
        assert torch.equal(after[index], before[index])
    assert not torch.equal(after[3], before[3])
    assert all(torch.equal(value, gate[name]) for name, value in mine.gate.state_dict().items())


def test_what_is_adopted_is_a_copy() -> None:
    mine, other = made(POOL, 0), made(POOL, 1)
    adopt(mine, other, {0: 0})
    before = says(mine)[0]
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    assert torch.equal(says(mine)[0], before)


@pytest.mark.parametrize(("indices", "missing"), [({1: 0}, 1), ({0: 2}, 2)])
def test_both_have_to_be_alive(indices: dict[int, int], missing: int) -> None:
    mine, other = made(POOL, 0), made(POOL, 1)
    mine.drop(1)
    other.drop(2)
    with pytest.raises(ValueError, match=f"expected the expert {missing} to be alive, got"):
        adopt(mine, other, indices)
