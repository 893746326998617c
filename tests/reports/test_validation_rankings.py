"""How far a search tells which networks are good alone: numbers worked by hand."""

import math
from pathlib import Path

import pytest
from scipy import stats

from nas.reports.validation_rankings import AGREEMENT, rankings
from tests.reports.validated_campaign import made


def test_rankings_are_judged_by_how_good_each_is_alone(tmp_path: Path) -> None:
    """Individual loss, importance and leave-one-out effect go with the truth, all the way; of the
    order of survival, the two survivors are a tie and the dropped go from worse to better."""
    records = made(tmp_path, selected=(0.02, 0.02))
    records.singles.loc[records.singles.repetition == 1, "relative_l2"] = [0.02, 0.04, 0.08, 0.06]
    table = rankings(records).set_index("ranking")
    for ranking in ("individual loss", "importance", "leave-one-out effect"):
        assert table.loc[ranking, "tau"] == pytest.approx(_tau_b_with_one_tie(6, 0, 1))
    assert table.loc[AGREEMENT, "tau"] == pytest.approx(4 / 6)
    lived = [-math.inf, -math.inf, -898, -897]
    truth = [0.02, 0.04, math.sqrt(0.06 * 0.08), math.sqrt(0.08 * 0.06)]
    expected = stats.kendalltau(stats.rankdata(lived), truth).statistic
    assert table.loc["order of survival", "tau"] == pytest.approx(expected)


def _tau_b_with_one_tie(pairs: int, discordant: int, tied: int) -> float:
    """Kendall's τ_b where ``tied`` pairs are tied in the truth only."""
    concordant = pairs - discordant - tied
    return (concordant - discordant) / math.sqrt(pairs * (pairs - tied))
