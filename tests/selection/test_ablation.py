"""The searches of the ablation: each is done once, from the warm-up of its problem and seed."""

from pathlib import Path

import pytest

from experiments.selection import ablation
from experiments.selection.ablation import Start
from experiments.selection.variants import DEFAULT, VARIANTS, Variant

CAMPAIGN = """
problem: burgers
space: full_grid
tune: {m: 2, p: 0.5, threshold: 0.1}
training:
  points: {interior: 32, boundary: 12}
  warm_up: {iterations: 2}
  steps: 20
  fine_tuning: {iterations: 1}
"""


def test_only_what_is_not_kept_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "burgers.yaml").write_text(CAMPAIGN)
    monkeypatch.setattr(ablation, "HERE", tmp_path)
    done: list[Variant] = []
    search = Start.search

    def counted(self: Start, variant: Variant) -> ablation.Row:
        done.append(variant)
        return search(self, variant)

    monkeypatch.setattr(Start, "search", counted)
    two = dict(list(VARIANTS.items())[:2])
    folder = str(tmp_path / "kept")
    for variants in ({DEFAULT: two[DEFAULT]}, two, two):
        monkeypatch.setattr(ablation, "VARIANTS", variants)
        rows = ablation.searches("burgers", 3, folder)
        assert [row["variant"] for row in rows] == list(variants)
        assert {(row["problem"], row["seed"]) for row in rows} == {("burgers", 3)}
    assert done == list(two.values())
    default, wide = rows
    assert default["experts"] == wide["experts"] == 2
    assert default["parameters"] < wide["parameters"]
    assert 0 < default["relative_l2"] < 10
    assert default["held_out_loss"] > 0
    assert default["seconds"] > 0
