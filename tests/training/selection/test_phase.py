"""The selection as a phase: what it records before it chooses, and whom it keeps when told to."""

from dataclasses import replace

import pytest
import torch

from nas.training.physics_loss import HeldOutLoss
from nas.training.selection import Selection, SelectionSettings
from nas.training.training_run import TrainingRun
from tests.training.problems import ENDS, POISSON, settings, to


def begun(run: TrainingRun | None = None) -> tuple[TrainingRun, Selection]:
    """At the start of the gate phase."""
    run = to(run or TrainingRun(POISSON, settings()), "gate")
    assert run.selection is not None
    return run, run.selection


def measure(selection: Selection) -> HeldOutLoss:
    return HeldOutLoss(POISSON, selection.sampler, selection.mixture.centre)


def test_what_the_mixture_would_be_without_each_expert_is_known_before_any_is_dropped() -> None:
    run, selection = begun()
    assert all(outcome.leave_one_out is None for outcome in selection.outcomes.values())
    to(run, "selection")
    loss, mixture = measure(selection), selection.mixture
    whole = loss(mixture)
    for index, outcome in selection.outcomes.items():
        assert outcome.leave_one_out == pytest.approx(loss(mixture, index) / whole, rel=1e-6)


def test_evaluations_count_points_for_each_expert_that_learns() -> None:
    run, selection = begun()
    pool, counts = len(selection.mixture.alive), run.settings.warm_up.counts
    points = pool * (counts.interior + ENDS)
    assert run.warm_up.evaluations == run.settings.warm_up.iterations * points
    assert selection.evaluations == 0
    selection.advance()
    counts = run.settings.sampler.counts
    assert selection.evaluations == pool * (counts.interior + ENDS)


def test_somebody_has_to_be_kept() -> None:
    _, selection = begun()
    selection.competition.drop(1)
    with pytest.raises(ValueError, match=r"expected one of the experts \[1\] to be alive .* got"):
        selection.keep([1])


def test_those_that_are_kept_are_as_if_no_others_had_been() -> None:
    _, selection = begun()
    individual = {index: one.individual_loss for index, one in selection.outcomes.items()}
    before = dict(
        zip(
            selection.mixture.alive,
            measure(selection).individual(selection.mixture),
            strict=True,
        )
    )
    selection.keep([0, 2])
    mixture = selection.mixture
    assert sorted(mixture.alive) == sorted(selection.outcomes) == [0, 2]
    for index, loss in zip(mixture.alive, measure(selection).individual(mixture), strict=True):
        assert loss == pytest.approx(before[index], rel=1e-6)
        assert individual[index] == pytest.approx(loss, rel=1e-6)
    merit = torch.tensor(
        [
            1 / ((individual[index] or 1) * mixture.expert_parameters(index))
            for index in mixture.alive
        ]
    )
    got = torch.softmax(mixture.gate.networks.biases[-1][0], 0)
    torch.testing.assert_close(got, (merit / merit.sum()).to(got))


def test_the_gates_start_is_an_argument() -> None:
    chosen = settings()
    uniform = replace(
        chosen,
        selection=replace(chosen.selection, start=lambda losses, mixture: torch.zeros(len(losses))),
    )
    _, selection = begun(TrainingRun(POISSON, uniform))
    assert selection.mixture.gate.networks.biases[-1].abs().max() == 0


def test_the_gate_learns_alone_for_its_share_of_the_steps() -> None:
    _, selection = begun()
    experts = [p.detach().clone() for p in selection.mixture.stacks.parameters()]
    while selection.name == "gate":
        selection.advance()
    assert selection.step - selection.begins == int(0.15 * 110)
    after = selection.mixture.stacks.parameters()
    assert all(torch.equal(p, q) for p, q in zip(experts, after, strict=True))
    selection.advance()
    after = selection.mixture.stacks.parameters()
    assert not all(torch.equal(p, q) for p, q in zip(experts, after, strict=True))


def test_points_serve_for_as_many_steps_as_are_set() -> None:
    chosen = settings()
    often = replace(chosen, selection=replace(chosen.selection, redraw=3))
    _, selection = begun(TrainingRun(POISSON, often))
    drawn = []
    for _ in range(12):
        drawn.append(selection._current_points().interior)
        selection.advance()
    changes = [
        selection.begins + step
        for step in range(1, 12)
        if not torch.equal(drawn[step], drawn[step - 1])
    ]
    assert changes == [
        step for step in range(selection.begins + 1, selection.begins + 12) if step % 3 == 0
    ]


def test_settings_say_what_the_defaults_are() -> None:
    """The figures of the experiments rest on these."""
    chosen: SelectionSettings = settings().selection
    assert (chosen.gate_share, chosen.redraw, chosen.check_every, chosen.log_every) == (
        0.15, 10, 10, 50,
    )  # fmt: skip
