"""The methods of the warm-up: every expert learns by itself, and goes on bit for bit."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.calculus.jets import DerivativeSet
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.training import checkpoint, warm_up
from nas.training.physics_loss import individual_losses
from nas.training.warm_up import Learning, gauss_newton
from nas.training.warm_up.gauss_newton import groups
from tests.training.problems import FEW, POISSON, POOL, SYSTEM, sampler

DOUBLE, CPU = torch.float64, torch.device("cpu")
METHODS = pytest.mark.parametrize("method", ["gauss_newton", "adam"])
LENGTH = 23  # iterations; at the 20th Adam draws anew


def mixture(problem: Problem = POISSON) -> Mixture:
    return Mixture(POOL, GateSettings(1, 4), problem.domain.bounds, len(problem.fields), seed=0)


def begun(made: Mixture, method: str, problem: Problem = POISSON) -> Learning:
    chosen = warm_up.method(method, learning_rate=1e-2, resampling=FEW)
    return chosen.begin(problem, made, sampler(32, 6, problem), LENGTH)


def errors(made: Mixture) -> Tensor:
    """Relative L2 error of each expert (E,) on sin πx."""
    x = torch.linspace(0, 1, 101, dtype=DOUBLE).unsqueeze(-1)
    truth, derivatives = torch.sin(torch.pi * x), DerivativeSet([], 1)
    jets = made.experts(made.coordinates(x, derivatives), derivatives)
    fields = POISSON.physical(jets, derivatives, x)[:, 0].detach()
    relative: Tensor = (fields - truth).norm(dim=(1, 2)) / truth.norm()
    return relative


def test_gauss_newton_brings_every_expert_close_in_few_iterations() -> None:
    made = mixture()
    learning = begun(made, "gauss_newton")
    assert errors(made).min() > 0.3
    for iteration in range(30):
        learning.advance(iteration)
    assert errors(made).max() < 1e-3


def test_adam_lowers_every_experts_loss() -> None:
    """Slowly: 23 of its steps are no more than a beginning."""
    made = mixture()
    points = sampler(200, 4, seed=7).draw(0, CPU)
    before = individual_losses(POISSON, made, points)
    learning = begun(made, "adam")
    for iteration in range(LENGTH):
        learning.advance(iteration)
    assert (individual_losses(POISSON, made, points) < 0.9 * before).all()


@METHODS
def test_losses_stand_in_the_order_of_the_experts_and_are_those_before(method: str) -> None:
    made = mixture()
    learning = begun(made, method)
    with torch.no_grad():  # experts that cannot be mistaken for each other
        for stack in made.expert_stacks:
            for row, (index, _) in enumerate(stack.members):
                stack.biases[-1][row] = 10.0 ** (2 + index)
    points = sampler(500, 6, seed=3).draw(0, CPU)
    expected = individual_losses(POISSON, made, points)
    seen = learning.advance(0)
    assert sorted(made.alive) != made.alive  # else the order could not be told
    torch.testing.assert_close(seen.log10(), expected.log10(), atol=0.01, rtol=0)
    assert [round(float(one.log10()) / 2 - 2) for one in seen] == made.alive


def test_a_pool_too_large_for_one_go_learns_the_same_in_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, parted = mixture(), mixture()
    stacks = parted.expert_stacks
    assert groups(stacks, 38) == [stacks]
    monkeypatch.setattr(
        gauss_newton, "MOST_ENTRIES", sum(len(one.members) for one in stacks) * 38**2
    )
    assert groups(stacks, 38) == [stacks]
    monkeypatch.setattr(gauss_newton, "MOST_ENTRIES", gauss_newton.MOST_ENTRIES - 1)
    assert groups(stacks, 38) == [[one] for one in stacks]
    assert groups(stacks, 1000) == [[one] for one in stacks]  # none has room, and yet they learn

    learning = begun(parted, "gauss_newton")
    monkeypatch.undo()
    reference = begun(whole, "gauss_newton")
    for iteration in range(3):
        got, expected = learning.advance(iteration), reference.advance(iteration)
        torch.testing.assert_close(got, expected, rtol=1e-6, atol=0)


@METHODS
def test_the_gate_is_untouched(method: str) -> None:
    made = mixture(SYSTEM)
    before = [p.detach().clone() for p in made.gate.parameters()]
    learning = begun(made, method, SYSTEM)
    learning.advance(0)
    assert all(torch.equal(p, q) for p, q in zip(before, made.gate.parameters(), strict=True))


def test_adams_rate_falls_on_a_cosine() -> None:
    """The moves of a parameter that is always pushed the same way are as long as the rate."""
    made = mixture()
    learning = begun(made, "adam")
    with torch.no_grad():
        made.expert_stacks[0].biases[-1].fill_(1e6)  # never to arrive
    moves = []
    for iteration in range(LENGTH):
        before = made.expert_stacks[0].biases[-1].detach().clone()
        learning.advance(iteration)
        moves.append(float((before - made.expert_stacks[0].biases[-1].detach()).max()))
    assert moves[0] == pytest.approx(1e-2, rel=1e-3)
    assert moves[LENGTH // 2] == pytest.approx(0.5e-2, rel=0.1)
    assert moves[-1] < 0.05 * moves[0]


def facts(made: Mixture, losses: list[Tensor]) -> dict[str, Any]:
    return {
        "state": {name: value.tolist() for name, value in made.state_dict().items()},
        "losses": [one.tolist() for one in losses],
    }


@METHODS
@pytest.mark.parametrize("stop", [0, 1, 13, 20])
def test_it_goes_on_bit_for_bit(method: str, stop: int, tmp_path: Path) -> None:
    """Also where Adam draws anew."""
    made, losses = mixture(SYSTEM).float(), []
    learning = begun(made, method, SYSTEM)
    for iteration in range(LENGTH):
        if iteration == stop:
            state = {"mixture": made.state_dict(), "warm_up": learning.state()}
            checkpoint.save(tmp_path / "c", state)
        losses.append(learning.advance(iteration))

    kept = checkpoint.load(tmp_path / "c")
    other = mixture(SYSTEM).float()
    other.load_state_dict(kept["mixture"])
    resumed = begun(other, method, SYSTEM)
    resumed.restore(kept["warm_up"])
    again = [resumed.advance(iteration) for iteration in range(stop, LENGTH)]
    assert facts(other, again) == facts(made, losses[stop:])


def test_a_state_that_is_forgotten_shows() -> None:
    """What the test above would see, were the step before not kept."""
    made = mixture(SYSTEM)
    learning = begun(made, "gauss_newton", SYSTEM)
    for iteration in range(13):
        learning.advance(iteration)
    other = mixture(SYSTEM)
    other.load_state_dict(made.state_dict())
    forgetful = begun(other, "gauss_newton", SYSTEM)
    state = learning.state()
    for group in state["groups"]:
        group["step"] = 0 * group["step"]
    forgetful.restore(state)
    assert torch.equal(forgetful.advance(13), learning.advance(13))  # losses before the step
    assert not torch.equal(forgetful.advance(14), learning.advance(14))


def test_an_expert_without_numbers_disturbs_no_other() -> None:
    made, whole = mixture(), mixture()
    broken = made.expert_stacks[0]
    with torch.no_grad():
        broken.weights[0][0] = torch.nan
    learning, reference = begun(made, "gauss_newton"), begun(whole, "gauss_newton")
    for iteration in range(LENGTH):
        losses = learning.advance(iteration)
        reference.advance(iteration)
    index = broken.members[0][0]
    assert [made.alive[row] for row in losses.isnan().nonzero()] == [index]
    kept = torch.tensor([other != index for other in made.alive])
    assert errors(made)[kept].max() < 3e-3
