"""Pruning: drops that stand, drops that are taken back, and the growth of the penalty weight."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.training.collocation import Points
from nas.training.physics_loss import HeldOutLoss
from nas.training.selection import PenaltySchedule, Selection
from nas.training.selection.competition import Competition
from nas.training.training_run import TrainingRun
from tests.training.problems import POISSON, settings, to

SCHEDULE = PenaltySchedule()


def begun(left: float, **rule: Any) -> Selection:
    """At the start of the selection proper."""
    threshold = rule.pop("threshold", 0.9)
    chosen = settings(threshold=threshold, rule={"max_rise_after": left, **rule})
    run = to(TrainingRun(POISSON, chosen), "selection")
    assert run.selection is not None
    return run.selection


def drops(selection: Selection) -> Iterator[int]:
    """The indices of experts as they are dropped, until the end."""
    known = None
    while not selection.finished:
        selection.advance()
        if selection.pruning.on_trial not in (None, known):
            known = selection.pruning.on_trial
            assert known is not None
            yield known.index


NEVER, ALWAYS = -1e9, 1e9  # the rise that may be left of a drop


def test_a_drop_that_the_others_do_not_make_up_for_is_taken_back() -> None:
    selection = begun(NEVER)
    everyone = selection.mixture.alive
    dropped = [next(drops(selection))]
    trial = selection.pruning.on_trial
    assert trial is not None
    assert dropped[0] not in selection.mixture.alive
    while selection.pruning.on_trial is trial:
        selection.advance()
    outcome = selection.outcomes[dropped[0]]
    assert (outcome.ended, outcome.importance, outcome.refusals) == (None, None, 1)
    assert outcome.reason.startswith("dropped and taken back: 15 steps later")
    dropped += drops(selection)
    assert len(dropped) > 1
    assert selection.mixture.alive == everyone
    assert sum(outcome.refusals for outcome in selection.outcomes.values()) >= len(dropped)


def test_what_is_taken_back_is_all_that_was_before() -> None:
    selection = begun(NEVER)
    index = next(drops(selection))
    trial = selection.pruning.on_trial
    assert trial is not None
    before = trial.competition
    selection.competition.restore(before)
    assert index in selection.mixture.alive
    after = selection.competition.state()
    assert after["alive"] == before["alive"]
    assert torch.equal(after["importance"], before["importance"])
    for name, value in before["mixture"].items():
        assert torch.equal(after["mixture"][name], value)
    moments, there = before["optimiser"]["state"], after["optimiser"]["state"]
    assert moments.keys() == there.keys()
    assert all(torch.equal(there[n]["exp_avg"], moments[n]["exp_avg"]) for n in moments)
    measure = HeldOutLoss(POISSON, selection.sampler, selection.mixture.centre)
    loss = measure(selection.mixture)
    assert loss == pytest.approx(trial.held_out_loss, rel=1e-6)


def test_a_drop_after_which_the_loss_is_no_number_is_taken_back() -> None:
    run = to(TrainingRun(POISSON, settings()), "selection")
    assert run.selection is not None
    index = next(drops(run.selection))
    with torch.no_grad():
        next(iter(run.mixture.gate.parameters())).fill_(torch.nan)
    result = run.run()
    assert result.status == "completed"
    assert result.outcomes[index].refusals >= 1
    assert any("the loss became nan" in outcome.reason for outcome in result.outcomes.values())


def test_a_drop_that_is_made_up_for_stands() -> None:
    selection = begun(ALWAYS)
    dropped = list(drops(selection))
    assert dropped
    assert not set(dropped) & set(selection.mixture.alive)
    assert all(selection.outcomes[index].ended for index in dropped)


def test_each_drop_is_seen_to_its_end() -> None:
    """Also that of the last but one: the search ends when the only survivor has proven itself."""
    selection = begun(ALWAYS, threshold=0.999, tolerance=1e9, every=5, min_experts=1)
    list(drops(selection))
    assert selection.pruning.on_trial is None
    assert len(selection.mixture.alive) == 1
    assert selection.step < selection.ends


def test_the_penalty_grows_while_nobody_can_be_dropped() -> None:
    selection = begun(ALWAYS, threshold=1e-9)  # a bar that nobody falls under
    begins, seen = selection.step, []
    while not selection.finished:
        selection.advance()
        seen.append(selection.pruning.penalty_weight)
    rule = selection.pruning.rule
    looks = sum(rule.due(step) for step in range(begins + 1, selection.step))
    assert seen == sorted(seen)
    assert selection.pruning.penalty_weight == pytest.approx(
        SCHEDULE.first * SCHEDULE.growth ** (looks - 1)
    )


def test_where_nobody_may_be_dropped_the_penalty_does_not_grow() -> None:
    selection = begun(ALWAYS, threshold=0.0)
    list(drops(selection))
    assert selection.pruning.penalty_weight == SCHEDULE.first
    assert len(selection.mixture.alive) == len(selection.mixture.pool)


def test_where_nobody_can_leave_there_is_no_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate of the last two learns the physics alone."""
    told: list[tuple[int, float]] = []
    advance = Competition.advance

    def watched(
        self: Competition, points: Points, rate: float, penalty_weight: float, learn: bool
    ) -> Tensor:
        told.append((len(self.mixture.alive), penalty_weight))
        return advance(self, points, rate, penalty_weight, learn)

    monkeypatch.setattr(Competition, "advance", watched)
    selection = begun(ALWAYS, threshold=0.999, tolerance=1e9, every=5)
    told.clear()
    list(drops(selection))
    assert {penalty_weight for alive, penalty_weight in told if alive == 2} == {0.0}
    assert all(penalty_weight >= SCHEDULE.first for alive, penalty_weight in told if alive > 2)


def test_the_penalty_weight_is_part_of_the_state() -> None:
    selection = begun(ALWAYS)
    selection.pruning.penalty_weight = 3.5
    again = begun(ALWAYS)
    again.restore(selection.state())
    assert again.pruning.penalty_weight == 3.5


def test_the_schedule_is_a_setting_and_has_an_end() -> None:
    selection = begun(ALWAYS, threshold=1e-9)
    selection.pruning.schedule = PenaltySchedule(growth=1e3, most=50.0)
    while not selection.finished:
        selection.advance()
    assert selection.pruning.penalty_weight == 50.0
