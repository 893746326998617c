"""Output layers solved in place, and nothing else touched."""

import pytest
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.training import checkpoint
from nas.training.least_squares.outputs import OutputLearning
from nas.training.physics_loss import HeldOutLoss
from tests.training.least_squares.test_newton import RATE, sampler
from tests.training.problems import SYSTEM

POOL = (
    Candidate("tanh", 1, 4),
    Candidate("sine", 1, 30, scale=0.25, learns="output"),
    Candidate("sine", 1, 30, scale=0.5, learns="output"),
    Candidate("tanh", 2, 20, learns="output"),
)


def mixture(problem: Problem) -> Mixture:
    first = [one.first for one in problem.unknown.values()]
    return Mixture(
        POOL, GateSettings(1, 4), problem.domain.bounds, len(problem.fields), 0, unknown=first
    )


def solved(problem: Problem) -> tuple[Mixture, OutputLearning, dict[str, torch.Tensor]]:
    made = mixture(problem)
    before = {name: one.detach().clone() for name, one in made.named_parameters()}
    learning = OutputLearning(problem, made, sampler(problem))
    for _ in range(12):
        learning.advance()
    return made, learning, before


@pytest.mark.parametrize("problem", [RATE, SYSTEM], ids=lambda one: one.name)
def test_hidden_layers_and_other_experts_stay_bit_for_bit(problem: Problem) -> None:
    made, _, before = solved(problem)
    changed = {name for name, one in made.named_parameters() if not torch.equal(one, before[name])}
    of_outputs = [number for number, one in enumerate(made.expert_stacks) if one.learns == "output"]
    assert len(of_outputs) == 2
    last = {number: len(made.expert_stacks[number].weights) - 1 for number in of_outputs}
    layers = {f"stacks.{n}.{kind}.{last[n]}" for n in of_outputs for kind in ("weights", "biases")}
    assert changed - {f"stacks.{n}.unknown" for n in of_outputs} == layers


def test_losses_are_those_of_the_mixtures_experts() -> None:
    """In their order; of points of its own, so about the held-out loss of each by itself."""
    made, learning, _ = solved(SYSTEM)
    assert learning.finished
    told = learning.advance()
    measured = HeldOutLoss(SYSTEM, sampler(SYSTEM), made.centre).individual(made)
    found = zip(made.alive, measured, strict=True)
    held_out = torch.tensor([loss for index, loss in found if index != 0]).double()
    torch.testing.assert_close(told.log10(), held_out.log10(), rtol=0, atol=0.3)


def test_each_expert_finds_the_unknown_coefficient() -> None:
    made, _, _ = solved(RATE)
    for index in (1, 2):
        found = float(RATE.unknown["k"].value(made.raw_of(index)[0]))
        assert found == pytest.approx(2.0, rel=1e-3)


def test_it_goes_on_bit_for_bit(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = mixture(RATE)
    learning = OutputLearning(RATE, made, sampler(RATE))
    learning.advance()
    path = tmp_path_factory.mktemp("state") / "c"
    checkpoint.save(path, {"mixture": made.state_dict(), "outputs": learning.state()})
    kept, other = checkpoint.load(path), mixture(RATE)
    other.load_state_dict(kept["mixture"])
    resumed = OutputLearning(RATE, other, sampler(RATE))
    resumed.restore(kept["outputs"])
    assert not resumed.finished
    for _ in range(3):
        assert torch.equal(resumed.advance(), learning.advance())
    pairs = zip(other.parameters(), made.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
