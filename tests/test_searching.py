"""Campaigns begun from Python."""

from pathlib import Path

import pytest

import nas
from nas.campaign import campaign, config
from nas.campaign.records import Records
from nas.reports import example
from nas.search_spaces import Candidate, SearchSpace
from tests.test_result import SETTINGS, bend, space


def test_its_choice_is_validated_and_its_candidates_are_measured_alone(
    tmp_path: Path,
) -> None:
    out = tmp_path / "bend"
    alone = nas.baseline(bend, space, out=out, **SETTINGS)
    assert sorted(zip(alone.activation, alone.depth, alone.width, strict=True)) == [
        ("sine", 1, 4),
        ("tanh", 1, 4),
    ]
    validated = nas.search(bend, space, out=out, **SETTINGS).validate(problem=bend)
    assert set(validated.records.subsets.kind) >= {"selected", "all", "longest"}
    assert validated.records.singles.relative_l2.tolist() == alone.relative_l2.tolist()


def test_a_space_that_is_no_grid_is_refused(tmp_path: Path) -> None:
    odd = SearchSpace((Candidate("sine", 1, 4), Candidate("tanh", 2, 8)))
    with pytest.raises(
        nas.UserError, match="space: expected a full grid, got a list of candidates"
    ):
        nas.search(bend, odd, out=tmp_path / "out")


def test_a_wrong_setting_is_told(tmp_path: Path) -> None:
    with pytest.raises(nas.UserError, match="trails: unknown key; did you mean trials"):
        nas.search(bend, out=tmp_path / "out", trails=3)


def test_a_budget_may_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[config.Campaign] = []

    def search(built: config.Campaign, *rest: object) -> Records:
        begun.append(built)
        return example.records()

    monkeypatch.setattr(campaign, "search", search)
    nas.search(bend, out=tmp_path, budget="5m")
    nas.search("burgers", out=tmp_path, budget=20.0, parallel={"workers": 3})
    nas.search("burgers", out=tmp_path)
    assert [(one.budget, one.seeds) for one in begun] == [(300, 2), (20, 3), (None, 1)]
    with pytest.raises(nas.UserError, match="budget: expected at least 10 s"):
        nas.search(bend, out=tmp_path, budget=0)
