"""A warm-up of experts that learn all their layers and of some that learn the last alone."""

from pathlib import Path

import pytest
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.search_spaces import Candidate
from nas.training import checkpoint, example, warm_up
from nas.training.physics_loss import individual_losses
from nas.training.resampling import ResamplingSettings
from nas.training.warm_up import WarmUp, WarmUpSettings

FIXED = (
    Candidate("sine", 1, 20, scale=0.25, learns="output"),
    Candidate("tanh", 2, 6, learns="output"),
)
MIXED = (FIXED[0], Candidate("tanh", 1, 4), FIXED[1], Candidate("sine", 2, 4))
METHODS = pytest.mark.parametrize("method", ["gauss_newton", "adam"])


def begun(method: str, pool: tuple[Candidate, ...] = MIXED) -> WarmUp:
    bounds = example.PROBLEM.domain.bounds
    mixture = Mixture(pool, GateSettings(1, 4), bounds, outputs=1, seed=0)
    chosen = warm_up.method(
        method, learning_rate=1e-2, resampling=ResamplingSettings(candidates=64)
    )
    settings = WarmUpSettings(4, example.SAMPLER.counts, chosen)
    return WarmUp(example.PROBLEM, mixture, example.SAMPLER, settings)


@METHODS
def test_of_some_the_hidden_layers_stay_as_they_are_drawn(method: str) -> None:
    made = begun(method)
    stacks = made.mixture.expert_stacks
    before = [[one.detach().clone() for one in (*s.weights, *s.biases)] for s in stacks]
    while not made.finished:
        made.advance()
    for stack, old in zip(stacks, before, strict=True):
        new = [*stack.weights, *stack.biases]
        same = [torch.equal(one, other) for one, other in zip(new, old, strict=True)]
        depth = stack.members[0][1].depth
        fixed = [True] * depth + [False]
        assert same == (2 * fixed if stack.learns == "output" else [False] * len(new))


@METHODS
def test_others_learn_as_they_do_by_themselves(method: str) -> None:
    """Bit for bit: no point, and no draw, depends on those whose hidden layers stay."""
    mixed, alone = begun(method), begun(method)
    for index in (0, 2):
        alone.mixture.drop(index)
    alone = WarmUp(example.PROBLEM, alone.mixture, example.SAMPLER, alone.settings)
    for made in (mixed, alone):
        while not made.finished:
            made.advance()
    kept = [stack for stack in mixed.mixture.expert_stacks if stack.learns == "all"]
    for one, other in zip(kept, alone.mixture.expert_stacks, strict=True):
        assert all(map(torch.equal, one.weights, other.weights))


@METHODS
@pytest.mark.parametrize("pool", [MIXED, FIXED, MIXED[1::2]], ids=["both", "output", "all"])
def test_the_best_is_the_best_of_both_kinds(method: str, pool: tuple[Candidate, ...]) -> None:
    made = begun(method, pool)
    while not made.finished:
        made.advance()
    points = example.SAMPLER.held_out(example.CPU)
    losses = individual_losses(example.PROBLEM, made.mixture, points)
    assert made.best == made.mixture.alive[int(losses.argmin())]
    assert made.evaluations > 0


@METHODS
@pytest.mark.parametrize("pool", [MIXED, FIXED], ids=["both", "output"])
def test_it_goes_on_bit_for_bit(method: str, pool: tuple[Candidate, ...], tmp_path: Path) -> None:
    made = begun(method, pool)
    made.advance()
    checkpoint.save(tmp_path / "c", made.state())
    other = begun(method, pool)
    other.restore(checkpoint.load(tmp_path / "c"))
    while not made.finished:
        assert torch.equal(made.advance(), other.advance())
    pairs = zip(made.mixture.parameters(), other.mixture.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert (other.best, other.evaluations) == (made.best, made.evaluations)
