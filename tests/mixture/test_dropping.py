"""The rules of dropping, by hand."""

from dataclasses import replace

import pytest

from nas.mixture.dropping import DropRule, judge, proposal, recovery

RULE = DropRule(
    threshold=0.4, every=10, tolerance=0.5, max_rise_after=0.5, cooldown=100, min_experts=1
)


def test_the_weakest_below_its_share_is_proposed() -> None:
    # 0.4 / 4 experts: the bar is at 0.1
    assert proposal(RULE, 20, {3: 0.09, 5: 0.05, 7: 0.4, 9: 0.46}, {}) == 5


def test_nobody_at_or_above_the_bar_is_proposed() -> None:
    assert proposal(RULE, 20, {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4}, {}) is None


def test_proposals_come_at_intervals() -> None:
    assert [step for step in range(35) if RULE.due(step)] == [0, 10, 20, 30]


def test_a_refused_expert_rests_and_the_next_is_proposed() -> None:
    importance = {0: 0.01, 1: 0.02, 2: 0.97}
    assert proposal(RULE, 110, importance, {0: 20}) == 1
    assert proposal(RULE, 120, importance, {0: 20}) == 0


def test_the_last_expert_stays() -> None:
    assert proposal(RULE, 20, {4: 1.0}, {}) is None


def test_as_few_stay_as_shall() -> None:
    rule = replace(RULE, min_experts=3)
    assert proposal(rule, 20, {0: 0.01, 1: 0.02, 2: 0.97}, {}) is None
    assert proposal(rule, 20, {0: 0.01, 1: 0.02, 2: 0.03, 3: 0.94}, {}) == 0


def test_the_bar_rises_as_experts_leave() -> None:
    importance = {0: 0.15, 1: 0.85}
    assert proposal(RULE, 20, importance, {}) == 0  # 0.4 / 2 = 0.2
    assert proposal(RULE, 20, {0: 0.15, 1: 0.25, 2: 0.6}, {}) is None  # 0.4 / 3 = 0.133


@pytest.mark.parametrize(
    ("without", "dropped"), [(0.5, True), (1.5, True), (1.51, False), (float("nan"), False)]
)
def test_the_tolerance_decides(without: float, dropped: bool) -> None:
    assert judge(RULE, 0.05, 4, loss_with=1.0, loss_without=without).dropped is dropped


def test_the_reasons_are_told() -> None:
    assert judge(RULE, 0.05, 4, 1.0, 1.2).reason == "importance 5.00e-02 under 1.00e-01"
    refused = judge(RULE, 0.05, 4, 1.0, 3.0)
    assert refused.reason == "held-out loss would rise by 200%, more than 50%"


@pytest.mark.parametrize(
    ("now", "stands"), [(0.5, True), (1.49, True), (1.51, False), (float("nan"), False)]
)
def test_a_drop_stands_where_the_others_have_made_up_for_it(now: float, stands: bool) -> None:
    assert recovery(RULE, 10, before=1.0, now=now).dropped is stands


def test_a_drop_that_is_taken_back_tells_why() -> None:
    assert recovery(RULE, 10, 2.0, 3.2).reason == (
        "dropped and taken back: 10 steps later the held-out loss was 60.0% higher, more than 50%"
    )
    assert not recovery(RULE, 10, 0.0, 1e-9).dropped
