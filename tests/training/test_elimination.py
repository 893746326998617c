"""Elimination: drops that stand, drops that are taken back, and the penalty_weight of sparsity."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from nas.training import resampling
from nas.training.elimination import DEARER, FIRST_PRICE
from nas.training.loss import mixture_loss
from nas.training.points import Points
from nas.training.search import SELECTION, Search
from nas.training.selection import Selection
from nas.training.trainer import Trainer
from tests.training.problems import POISSON, settings, to


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "CANDIDATES", 256)


def begun(left: float, **rule: Any) -> Search:
    search = Trainer(POISSON, settings()).search
    change(search, left=left, **rule)
    return search


def change(search: Search, **rule: Any) -> None:
    search.elimination.rule = replace(search.elimination.rule, **rule)


def drops(search: Search) -> Iterator[int]:
    """The indices of experts as they are dropped, until the end."""
    known = None
    while not search.finished:
        search.advance()
        if search.elimination.on_trial not in (None, known):
            known = search.elimination.on_trial
            assert known is not None
            yield known.index


NEVER, ALWAYS = -1e9, 1e9  # the rise that may be left of a drop


def test_a_drop_that_the_others_do_not_make_up_for_is_taken_back() -> None:
    search = to(begun(NEVER), SELECTION)
    everyone = search.mixture.alive
    dropped = [next(drops(search))]
    trial = search.elimination.on_trial
    assert trial is not None
    assert dropped[0] not in search.mixture.alive
    while search.elimination.on_trial is trial:
        search.advance()
    outcome = search.outcomes[dropped[0]]
    assert (outcome.ended, outcome.importance, outcome.refusals) == (None, None, 1)
    assert outcome.reason.startswith("dropped and taken back: 15 steps later")
    dropped += drops(search)
    assert len(dropped) > 1
    assert search.mixture.alive == everyone
    assert sum(outcome.refusals for outcome in search.outcomes.values()) >= len(dropped)


def test_what_is_taken_back_is_all_that_was_before() -> None:
    search = to(begun(NEVER), SELECTION)
    index = next(drops(search))
    trial = search.elimination.on_trial
    assert trial is not None
    before = trial.selection
    search.selection.restore(before)
    assert index in search.mixture.alive
    after = search.selection.state()
    assert after["alive"] == before["alive"]
    assert torch.equal(after["importance"], before["importance"])
    for name, value in before["mixture"].items():
        assert torch.equal(after["mixture"][name], value)
    moments, there = before["optimiser"]["state"], after["optimiser"]["state"]
    assert moments.keys() == there.keys()
    assert all(torch.equal(there[n]["exp_avg"], moments[n]["exp_avg"]) for n in moments)
    loss = float(mixture_loss(POISSON, search.mixture, search._held_out))
    assert loss == pytest.approx(trial.held_out_loss, rel=1e-6)


def test_a_drop_after_which_the_loss_is_no_number_is_taken_back() -> None:
    trainer = Trainer(POISSON, settings())
    search = to(trainer.search, SELECTION)
    index = next(drops(search))
    with torch.no_grad():
        next(iter(search.mixture.gate.parameters())).fill_(torch.nan)
    result = trainer.run()
    assert result.status == "completed"
    assert result.outcomes[index].refusals >= 1
    assert any("the loss became nan" in outcome.reason for outcome in result.outcomes.values())


def test_a_drop_that_is_made_up_for_stands() -> None:
    search = to(begun(ALWAYS), SELECTION)
    dropped = list(drops(search))
    assert dropped
    assert not set(dropped) & set(search.mixture.alive)
    assert all(search.outcomes[index].ended for index in dropped)


def test_each_drop_is_seen_to_its_end() -> None:
    """Also that of the last but one: the search ends when the only survivor has proven itself."""
    search = begun(ALWAYS, threshold=0.999, tolerance=1e9, every=5, fewest=1)
    list(drops(search))
    assert search.elimination.on_trial is None
    assert len(search.mixture.alive) == 1
    assert search.step < search.settings.ends


def test_the_price_grows_while_nobody_can_be_dropped() -> None:
    search = to(begun(ALWAYS, threshold=1e-9), SELECTION)  # a bar that nobody falls under
    seen = []
    while not search.finished:
        search.advance()
        seen.append(search.elimination.penalty_weight)
    rule, begins = search.elimination.rule, search.settings.gate_ends
    looks = sum(rule.due(step) for step in range(begins + 1, search.step))
    assert seen == sorted(seen)
    assert search.elimination.penalty_weight == pytest.approx(FIRST_PRICE * DEARER ** (looks - 1))


def test_where_nobody_may_be_dropped_there_is_no_greater_price() -> None:
    search = begun(ALWAYS, threshold=0.0)
    list(drops(search))
    assert search.elimination.penalty_weight == FIRST_PRICE
    assert len(search.mixture.alive) == len(search.mixture.pool)


def test_where_nobody_can_leave_there_is_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate of the last two learns the physics alone."""
    told: list[tuple[int, float]] = []
    advance = Selection.advance

    def watched(
        self: Selection, points: Points, rate: float, penalty_weight: float, learn: bool
    ) -> Tensor:
        told.append((len(self.mixture.alive), penalty_weight))
        return advance(self, points, rate, penalty_weight, learn)

    monkeypatch.setattr(Selection, "advance", watched)
    search = to(begun(ALWAYS, threshold=0.999, tolerance=1e9, every=5), SELECTION)
    told.clear()
    list(drops(search))
    assert {penalty_weight for alive, penalty_weight in told if alive == 2} == {0.0}
    assert all(penalty_weight >= FIRST_PRICE for alive, penalty_weight in told if alive > 2)


def test_the_price_is_part_of_the_state() -> None:
    search = begun(ALWAYS)
    search.elimination.penalty_weight = 3.5
    again = begun(ALWAYS)
    again.restore(search.state())
    assert again.elimination.penalty_weight == 3.5
