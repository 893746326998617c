"""Unknown coefficients: found with the solution, by each expert and by the mixture."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nas.calculus.jacobians import BlockDiagonalJacobian
from nas.calculus.jets import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.problems import Box, Condition, Problem
from nas.problems.unknown import Unknown
from nas.training import mixture_file
from nas.training.collocation import Points
from nas.training.gauss_newton import GaussNewton, GaussNewtonSettings
from nas.training.physics_loss import learn_mixture, physics_loss
from nas.training.residuals import ExpertResiduals, MixtureResiduals
from nas.training.single_networks import SingleNetworks
from nas.training.training_run import RunResult, TrainingRun
from nas.training.unknowns import estimates, rows
from tests.training.problems import INVERSE, POISSON, POOL, sampler, settings, to

CPU, DOUBLE = torch.device("cpu"), torch.float64
TRUTH = {"k": 1.5, "m": 0.6}


def mixture(dropped: Sequence[int] = (), problem: Problem = INVERSE) -> Mixture:
    """A stirred mixture, of coefficients that all differ."""
    made = settings(problem=problem, dtype=DOUBLE).mixture(problem)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator, dtype=DOUBLE))
    for index in dropped:
        made.drop(index)
    return made


def points(problem: Problem = INVERSE) -> Points:
    return sampler(7, 3, problem).draw(0, CPU)


def entries(residuals: Tensor, leaves: Sequence[Tensor]) -> Tensor:
    """The derivative (R, P) of residuals (R,) by all leaves, one row at a time."""
    found = []
    for residual in residuals:
        gradients = torch.autograd.grad(residual, leaves, retain_graph=True, allow_unused=True)
        pairs = zip(leaves, gradients, strict=True)
        parts = [torch.zeros_like(leaf) if one is None else one for leaf, one in pairs]
        found.append(torch.cat([part.flatten() for part in parts]))
    return torch.stack(found)


def by_terms(made: Callable[[Tensor, DerivativeSet], Tensor]) -> Tensor:
    """The weighted residuals (…, R) of all terms, straight from jets."""
    found = []
    for group, sample in zip(INVERSE.groups, points().samples, strict=True):
        jet = made(sample.points, group.derivatives)
        jet = INVERSE.physical(jet, group.derivatives, sample.points)
        for term in group.terms:
            residuals = term.residuals(jet, group.derivatives, sample.points, sample.data)
            found += [
                (weight / len(sample)) ** 0.5 * one
                for weight, one in zip(term.weights, residuals, strict=True)
            ]
    return torch.cat(found, dim=-1)


def layers(weights: Iterable[Tensor], biases: Iterable[Tensor]) -> Iterator[Tensor]:
    for weight, bias in zip(weights, biases, strict=True):
        yield from (weight, bias)


@pytest.mark.parametrize("dropped", [[], [0, 2], [0, 1, 2]], ids=["pool", "two", "one"])
def test_the_mixtures_jacobian_agrees_with_autograd(dropped: list[int]) -> None:
    """Its own coefficients have the last columns; those of the experts have none."""
    made = mixture(dropped)
    residuals, joint = MixtureResiduals(INVERSE, made).linearise(points())
    expected = by_terms(made)
    torch.testing.assert_close(residuals[0], expected.detach(), rtol=1e-12, atol=1e-13)
    assert joint.parameters == made.parameters_learning + 2
    assert made.unknown is not None
    own = entries(expected, [made.unknown])
    assert own[:7].abs().min() > 0  # of the equation with both of them
    torch.testing.assert_close(joint.dense()[0, :, -2:], own, rtol=1e-10, atol=1e-12)
    got = joint.dense()[0].square().sum(1)
    everything = entries(expected, list(made.parameters()))
    torch.testing.assert_close(got, everything.square().sum(1), rtol=1e-10, atol=1e-12)


def test_each_experts_jacobian_agrees_with_autograd() -> None:
    made = mixture()
    systems = ExpertResiduals(INVERSE, made, made.expert_stacks)
    residuals, apart = systems.linearise(points())
    assert isinstance(apart, BlockDiagonalJacobian)
    expected = by_terms(lambda x, one: made.experts(made.coordinates(x, one), one))
    torch.testing.assert_close(residuals, expected.detach(), rtol=1e-12, atol=1e-13)
    row = 0
    for stack in made.expert_stacks:
        assert stack.unknown is not None
        of_stack = [*layers(stack.weights, stack.biases), stack.unknown]
        for number in range(len(stack.members)):
            found = entries(expected[row], of_stack)
            counts = [leaf[0].numel() for leaf in of_stack]
            pieces = torch.split(found, [leaf.numel() for leaf in of_stack], dim=1)
            mine = [
                piece.reshape(-1, len(stack.members), count)[:, number]
                for piece, count in zip(pieces, counts, strict=True)
            ]
            width = sum(counts)
            got = apart.dense()[row]
            torch.testing.assert_close(got[:, :width], torch.cat(mine, 1), rtol=1e-10, atol=1e-12)
            assert not got[:, width:].any()
            row += 1
    assert row == len(POOL)


@pytest.mark.parametrize("together", [False, True], ids=["experts", "mixture"])
def test_gauss_newton_finds_the_coefficient_of_a_linear_problem(together: bool) -> None:
    """u' = 0, u(0) = 0, k = 2."""
    line = Problem(
        name="line",
        domain=Box(x=(0.0, 1.0)),
        residual=lambda u, k: (u.x, k - 2),
        conditions=[Condition("x_min", lambda u: u)],
        unknown={"k": Unknown(start=-3.0)},
        balanced=False,
    )
    made = mixture(problem=line)
    systems = (
        MixtureResiduals(line, made)
        if together
        else ExpertResiduals(line, made, made.expert_stacks)
    )
    steps, drawn = GaussNewton(systems, GaussNewtonSettings()), points(line)
    for _ in range(10):
        steps.advance(drawn)
    raws = [made.raw] if together else [made.raw_of(index) for index in made.alive]
    for raw in raws:
        assert abs(estimates(line, raw)["k"] - 2) < 1e-8


def learning(made: Mixture) -> list[str]:
    """The coefficients that have a gradient, by their names among the parameters."""
    named = made.named_parameters()
    return [name for name, one in named if "unknown" in name and one.grad is not None]


def test_only_the_gate_learns_where_the_experts_do_not() -> None:
    made = mixture()
    learn_mixture(INVERSE, made, points(), experts_learn=False)
    assert learning(made) == []
    learn_mixture(INVERSE, made, points())
    assert learning(made) == ["unknown"]  # the mixture's, and no expert's


def test_the_gradient_agrees_with_differences() -> None:
    made = mixture()
    assert made.unknown is not None
    learn_mixture(INVERSE, made, points())
    expected = []
    for which in range(2):
        losses = []
        for change in (1e-6, -1e-6):
            moved = mixture()
            assert moved.unknown is not None
            with torch.no_grad():
                moved.unknown[which] += change
            losses.append(physics_loss(INVERSE, points(), moved))
        expected.append((losses[0] - losses[1]) / 2e-6)
    torch.testing.assert_close(made.unknown.grad, torch.stack(expected), rtol=1e-6, atol=1e-9)


@pytest.fixture(scope="module")
def whole() -> RunResult:
    """An uninterrupted run."""
    return TrainingRun(INVERSE, settings(problem=INVERSE)).run()


def test_given_time_the_coefficients_are_exact() -> None:
    chosen = settings(problem=INVERSE, pool=POOL[:2], warm_up_iterations=20)
    result = TrainingRun(INVERSE, chosen).run()
    assert result.unknown == pytest.approx(TRUTH, rel=1e-4)


def test_a_run_finds_the_coefficients(whole: RunResult) -> None:
    assert whole.status == "completed"
    assert whole.unknown == pytest.approx(TRUTH, rel=1e-3)
    assert len(whole.mixture.alive) < len(POOL)


def test_the_record_has_a_row_for_each_logged_step_and_coefficient(whole: RunResult) -> None:
    logged = [(row["phase"], row["step"]) for row in whole.history]
    assert [(row["phase"], row["step"]) for row in whole.unknowns] == [
        one for one in logged for _ in INVERSE.unknown
    ]
    assert [row["truth"] for row in whole.unknowns[:2]] == [1.5, None]
    last = {row["name"]: row["value"] for row in whole.unknowns[-2:]}
    assert last == whole.unknown


def test_the_record_has_the_best_experts_in_the_warm_up() -> None:
    run = TrainingRun(INVERSE, settings(problem=INVERSE, warm_up_iterations=20))
    while run.selection is None:
        run._advance(lambda progress: None)
        if run.step == 10:
            best = estimates(INVERSE, run.mixture.raw_of(run.warm_up.best))
    first = {row["name"]: row["value"] for row in run.unknowns if row["step"] == 10}
    assert first == best
    assert first != estimates(INVERSE, run.mixture.raw)


def test_the_mixture_starts_from_the_expert_that_learnt_best() -> None:
    run = TrainingRun(INVERSE, settings(problem=INVERSE))
    start = run.mixture.raw.clone()
    to(run, "gate")
    losses = {index: one.individual_loss or 0.0 for index, one in run.outcomes.items()}
    best = min(losses, key=lambda index: losses[index])
    assert torch.equal(run.mixture.raw, run.mixture.raw_of(best))
    assert not torch.equal(run.mixture.raw, start)
    assert len({tuple(run.mixture.raw_of(index).tolist()) for index in run.mixture.alive}) == 4


def test_a_subset_starts_from_the_best_of_its_own(tmp_path: Path) -> None:
    path, chosen = tmp_path / "checkpoint", settings(problem=INVERSE)
    first = to(TrainingRun(INVERSE, chosen, path), "gate")
    first.save()
    losses = {index: one.individual_loss or 0.0 for index, one in first.outcomes.items()}
    _, second, _, last = sorted(losses, key=lambda index: losses[index])
    subset = TrainingRun(INVERSE, chosen)
    subset.go_on_from(path, [last, second])
    assert torch.equal(subset.mixture.raw, first.mixture.raw_of(second))
    assert torch.equal(subset.mixture.raw_of(last), first.mixture.raw_of(last))
    assert subset.unknowns == []
    assert subset.run().unknown == pytest.approx(TRUTH, rel=1e-2)


def test_another_run_adopts_the_experts_coefficients() -> None:
    first = to(TrainingRun(INVERSE, settings(problem=INVERSE)), "gate")
    other = TrainingRun(INVERSE, settings(problem=INVERSE, seed=5))
    other.adopt(first.warm_up)
    for index in range(len(POOL)):
        assert torch.equal(other.mixture.raw_of(index), first.mixture.raw_of(index))
    assert torch.equal(other.mixture.raw, first.mixture.raw)


def stopped(run: TrainingRun, step: int) -> bool:
    return run.step >= step


@pytest.mark.parametrize("step", [3, 9, 60, 115, 125])
def test_stopped_anywhere_a_run_ends_with_the_same_coefficients(
    whole: RunResult, tmp_path: Path, step: int
) -> None:
    path, chosen = tmp_path / "checkpoint", settings(problem=INVERSE)
    run = TrainingRun(INVERSE, chosen, path)
    told = run.run(should_stop=partial(stopped, run, step))
    assert told.status == "interrupted"
    again = TrainingRun(INVERSE, chosen, path)
    assert again.run(should_stop=lambda: True).unknown == told.unknown
    result = TrainingRun(INVERSE, chosen, path).run()
    assert result.unknown == whole.unknown
    assert result.unknowns == whole.unknowns
    assert result.history == whole.history


def test_a_drop_that_is_taken_back_brings_the_coefficients_back() -> None:
    run = to(TrainingRun(INVERSE, settings(problem=INVERSE)), "selection")
    assert run.selection is not None
    competition = run.selection.competition
    before, alive = competition.state(), list(competition.mixture.alive)
    raws = {index: competition.mixture.raw_of(index).clone() for index in alive}
    own = competition.mixture.raw.clone()
    state = {**before, "mixture": {k: v.clone() for k, v in before["mixture"].items()}}
    competition.drop(alive[1])
    assert competition.mixture.unknown is not None
    with torch.no_grad():
        competition.mixture.unknown.add_(1)
    for index in competition.mixture.alive:
        assert torch.equal(competition.mixture.raw_of(index), raws[index])
    competition.restore(state)
    assert torch.equal(competition.mixture.raw, own)
    for index in alive:
        assert torch.equal(competition.mixture.raw_of(index), raws[index])


def test_adam_moves_the_coefficients() -> None:
    """In the warm-up those of the experts, in the selection those of the mixture."""
    slope = replace(
        INVERSE,
        residual=lambda u, t, k: (u.t - k, u - 1 - 2 * t),
        unknown={"k": Unknown(start=-3.0)},
        solution=lambda t: 1 + 2 * t,
    )
    run = TrainingRun(slope, settings(problem=slope, warm_up="adam", warm_up_iterations=300))
    to(run, "gate")
    for index in run.mixture.alive:
        assert estimates(slope, run.mixture.raw_of(index))["k"] == pytest.approx(2, abs=1)
    warmed = run.mixture.raw.clone()
    to(run, "selection")
    assert torch.equal(run.mixture.raw, warmed)  # the gate learns alone
    own = {index: run.mixture.raw_of(index).clone() for index in run.mixture.alive}
    for _ in range(10):
        run._advance(lambda progress: None)
    assert (run.mixture.raw != warmed).all()
    for index in run.mixture.alive:
        assert torch.equal(run.mixture.raw_of(index), own[index])


def test_single_networks_go_on_with_their_own_coefficients() -> None:
    found = []

    def measure(single: Mixture) -> None:
        found.append(estimates(INVERSE, single.raw))

    singles = SingleNetworks(INVERSE, settings(problem=INVERSE, iterations=0), measure).run()
    assert singles is not None
    run = to(TrainingRun(INVERSE, settings(problem=INVERSE)), "gate")
    assert found == [estimates(INVERSE, run.mixture.raw_of(index)) for index in range(len(POOL))]


def test_a_saved_mixture_keeps_its_coefficients(whole: RunResult, tmp_path: Path) -> None:
    mixture_file.save(tmp_path / "mixture", whole.mixture)
    back = mixture_file.load(tmp_path / "mixture", INVERSE.domain.bounds, outputs=1)
    assert estimates(INVERSE, back.raw) == whole.unknown
    x = torch.rand(5, 1, dtype=DOUBLE)
    values = DerivativeSet([], 1)
    assert torch.equal(back(x, values), whole.mixture(x, values))


def test_a_problem_without_coefficients_has_no_trace_of_them() -> None:
    made = settings(problem=POISSON).mixture(POISSON)
    assert not any("unknown" in name for name in made.state_dict())
    assert made.raw.shape == made.raw_of(0).shape == (0,)
    assert made.parameters_alive == sum(one.numel() for one in made.parameters())
    assert made(torch.rand(5, 1), DerivativeSet([], 1)).shape == (1, 5, 1)
    assert rows(POISSON, made.raw, "warm-up", 10) == []
    run = to(TrainingRun(POISSON, settings(problem=POISSON)), "gate")
    assert run.unknowns == []


def test_coefficients_are_no_parameters_of_the_architecture() -> None:
    """So that sizes compare with those of another problem; the fields are the same, too."""
    bare = settings(problem=POISSON, dtype=DOUBLE).mixture(POISSON)
    made = settings(problem=INVERSE, dtype=DOUBLE).mixture(INVERSE)
    assert made.parameters_alive == bare.parameters_alive
    assert made.parameters_learning == bare.parameters_learning
    assert sum(one.numel() for one in made.parameters()) == bare.parameters_alive + 5 * 2
    x, derivatives = torch.rand(5, 1, dtype=DOUBLE), DerivativeSet([(2,)], 1)
    jet = made(x, derivatives)
    assert torch.equal(jet[..., :1], bare(x, derivatives))
    assert jet[0, :, 1:].tolist() == [[INVERSE.unknown["k"].first, INVERSE.unknown["m"].first]] * 5
    assert not jet[1:, :, 1:].any()
