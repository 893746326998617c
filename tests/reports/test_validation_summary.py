"""Is the choice to be trusted? The sentences, and which of them comes first."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nas.campaign.records import Records
from nas.reports import raced
from nas.reports import validation_statistics as statistics
from nas.reports.validation_rankings import rankings
from nas.reports.validation_summary import summary
from tests.reports.synthetic_campaign import realistic
from tests.reports.validated_campaign import made


def test_where_nothing_else_was_drawn_nothing_is_said_of_it(tmp_path: Path) -> None:
    (row,) = statistics.runs(made(tmp_path, others=())).to_dict("records")
    assert math.isnan(row["better"])
    records = made(tmp_path / "again", others=())
    assert summary(records)[0].startswith("The subset has not been measured against others")
    records.runs["experts_after"] = 4
    assert summary(records)[0].startswith("Nothing was dropped")


def test_a_failed_subset_is_infinitely_bad(tmp_path: Path) -> None:
    records = made(tmp_path, others=(0.01, *(0.03,) * 19))
    records.subsets.loc[records.subsets.number == 0, ["relative_l2", "held_out_loss"]] = np.nan
    failed = records.subsets.kind.isin(["selected", "best"])  # number 0 is the best random one, too
    records.subsets.loc[failed, "relative_l2"] = 0.02
    (row,) = statistics.runs(records).to_dict("records")
    assert row["better"] == 1
    records.subsets.loc[records.subsets.kind == "selected", "relative_l2"] = np.nan
    (row,) = statistics.runs(records).to_dict("records")
    assert row["better"] == pytest.approx(1 / 40)  # half of the one that failed, too
    assert summary(records)[0].startswith("No")


def test_where_all_subsets_failed_it_is_said(tmp_path: Path) -> None:
    records = made(tmp_path, others=(0.01, *(0.03,) * 19))
    records.subsets[["relative_l2", "held_out_loss"]] = np.nan
    assert summary(records)[0].startswith("No")


def test_a_ranking_that_was_not_recorded_is_left_out(tmp_path: Path) -> None:
    records = made(tmp_path)
    records.experts["leave_one_out"] = np.nan
    table = rankings(records).set_index("ranking")
    assert table.loc["leave-one-out effect", "runs"] == 0
    assert "leave-one-out" not in " ".join(summary(records))


@pytest.mark.parametrize(
    ("selected", "others", "answer"),
    [
        (
            (0.02,) * 3,
            (0.03,) * 20,
            "Yes, the subset is better than chance would pick. Against the",
        ),
        ((0.02,) * 3, (0.01,) * 20, "No: the subset is indistinguishable from a random one"),
    ],
)
def test_the_answer_comes_first(
    tmp_path: Path, selected: tuple[float, ...], others: tuple[float, ...], answer: str
) -> None:
    assert summary(made(tmp_path, selected, others))[0].startswith(answer)


def test_a_better_single_network_is_named_also_when_the_subset_is_good(tmp_path: Path) -> None:
    records = made(tmp_path, (0.02,) * 3, (0.03,) * 20)
    records.singles.loc[records.singles.activation == "sine", "relative_l2"] = 0.001
    said = summary(records)
    assert said[0].endswith(
        "A single network, sine 2×16, does as well or better in the same number of iterations."
    )
    assert any("Best over all seeds: sine 2×16 (1.00e-3)" in sentence for sentence in said)


def test_the_network_that_is_trained_as_long_is_named(tmp_path: Path) -> None:
    """It is chosen by its loss, as a user would, and need not be the best by its error."""
    records = made(tmp_path, (0.02,) * 3, (0.03,) * 20)
    longest = records.subsets.kind == "longest"
    records.subsets.loc[longest, "members"] = "tanh 3×16"
    records.subsets.loc[longest, "relative_l2"] = 0.001
    said = summary(records)
    assert said[0].endswith(
        "A single network, tanh 3×16, does as well or better in the time of the search."
    )
    assert any(
        "10 times (10 to 10) that of tanh 3×16, the single network with the lowest held-out loss"
        in sentence
        for sentence in said
    )


def test_too_few_subsets_leave_it_undecided(tmp_path: Path) -> None:
    table = statistics.runs(made(tmp_path, (0.001,), (0.03,) * 9))
    assert statistics.least_chance(table) == statistics.chance(table) == pytest.approx(1 / 10)
    said = summary(made(tmp_path / "again", (0.001,), (0.03,) * 9))
    assert said[0].startswith("Undecided: 1 run and so few random subsets cannot distinguish any")
    more = statistics.runs(made(tmp_path / "more", (0.1,) * 2, (0.03,) * 9))
    assert statistics.least_chance(more) == pytest.approx(0.01)


def test_a_subset_that_is_that_of_the_best_is_said_to_be_so(tmp_path: Path) -> None:
    records = made(tmp_path, (0.02,) * 3)
    first = (records.subsets.run == "0000-0") & (records.subsets.kind == "best")
    records.subsets.loc[records.subsets.kind == "best", "members"] = "tanh 2×16, tanh 3×16"
    assert not statistics.runs(records).is_best.any()
    records.subsets.loc[first, "members"] = "sine 2×16, tanh 2×16"
    assert list(statistics.runs(records).is_best) == [True, False, False]
    assert any(
        "both from scratch; in 1 run the two are the same subset." in one
        for one in summary(records)
    )


def test_what_was_not_validated_is_said_to_be_so(tmp_path: Path) -> None:
    records = made(tmp_path)
    nothing = Records(**(vars(records) | {"subsets": records.subsets.iloc[:0]}))
    (said,) = summary(nothing)
    assert said.startswith("Not measured. The command “nas validate” on this campaign's folder")


def test_a_validated_campaign_without_a_reference_is_judged_by_its_losses(tmp_path: Path) -> None:
    records = realistic("flow", trials=2, broken=()).records(tmp_path)
    assert records.subsets.relative_l2.isna().all()
    said = summary(records)
    assert len(said) > 4
    assert any(one.startswith("The held-out loss of the search's mixture is") for one in said)
    assert not any("The error" in one for one in said)


def test_within_a_budget_the_race_is_the_measure() -> None:
    records = raced.records()
    (said,) = summary(replace(records, subsets=records.subsets[:0]))
    assert said.startswith("Within a budget the race is the measure")
