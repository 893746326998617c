"""Unknown coefficients: found with the solution, by each expert and by the mixture."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from nas.calculus.jets import DerivativeSet
from nas.mixture.mixture import Mixture
from nas.problems.unknown import Unknown
from nas.training import mixture_file
from nas.training.single_networks import SingleNetworks
from nas.training.training_run import RunResult, TrainingRun
from nas.training.unknowns import estimates, rows
from tests.training.problems import INVERSE, POISSON, POOL, settings, to

DOUBLE = torch.float64
TRUTH = {"k": 1.5, "m": 0.6}


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
    first = {row["name"]: row["value"] for row in run.log.unknowns if row["step"] == 10}
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
    assert subset.log.unknowns == []
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
    assert run.log.unknowns == []


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
