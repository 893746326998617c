"""Is the choice to be trusted? Numbers worked by hand."""

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nas.campaign.records import Records
from nas.reports import trust
from nas.reports.verdict import verdict
from tests.reports.synthetic_campaign import Campaign, expert, realistic, run_row, single, subset

GRID = [("sine", 2, 16), ("sine", 3, 16), ("tanh", 2, 16), ("tanh", 3, 16)]
ATTEMPT = {
    "trial": 0, "repetition": 0, "attempt": 0, "started": "2026-03-01T10:00:00Z", "seconds": 20.0,
    "from_step": 0, "to_step": 9, "ending": "completed", "device": "cpu", "threads": 1,
    "processor": "A processor", "platform": "Linux", "versions": "{}",
}  # fmt: skip


def made(
    folder: Path,
    selected: tuple[float, ...] = (0.02,),
    rivals: tuple[float, ...] = (0.01, 0.03, 0.04, 0.05),
) -> Records:
    """A run for each of ``selected``, with an error of 0.01 and a pool of four."""
    campaign = Campaign()
    for repetition, error in enumerate(selected):
        run = f"0000-{repetition}"
        keys = {"repetition": repetition}
        campaign.tables["runs"].append(run_row(run, relative_l2=0.01, evaluations=2000, **keys))
        campaign.tables["attempts"].append(ATTEMPT | {"run": run} | keys)
        for index, (activation, depth, width) in enumerate(GRID):
            levels = {"activation": activation, "depth": depth, "width": width}
            outcome = "survived" if index < 2 else "dropped"
            told = {"individual_loss": 0.1 * (index + 1), "importance": 0.4 - 0.1 * index}
            told |= {"leave_one_out": 2.0 - 0.1 * index}
            row = expert(run, index, outcome, 900 - index, **levels, **keys, **told)
            campaign.tables["experts"].append(row)
            alone = single(GRID[index], 0.02 * (index + 1), **keys)
            campaign.tables["singles"].append(alone)
        for kind, value in (("selected", error), ("best", 0.04), ("all", 0.005), ("longest", 0.1)):
            campaign.tables["subsets"].append(subset(run, kind, value, **keys))
        for number, value in enumerate(rivals):
            campaign.tables["subsets"].append(subset(run, "random", value, number, **keys))
    return campaign.records(folder)


def test_ratios_are_those_of_the_errors(tmp_path: Path) -> None:
    (row,) = trust.runs(made(tmp_path)).to_dict("records")
    assert row["better"] == pytest.approx(3 / 4)
    assert row["over_best"] == pytest.approx(0.02 / 0.04)
    assert row["over_single"] == pytest.approx(0.01 / 0.02)
    assert row["over_longest"] == pytest.approx(0.01 / 0.1)
    assert row["over_all"] == pytest.approx(0.01 / 0.005)
    assert row["parameters"] == pytest.approx(2000 / 4000)
    assert row["seconds"] == pytest.approx(20 / (4 * 10))
    assert row["evaluations"] == pytest.approx(2000 / (4 * 1000))
    assert (row["size"], row["pool"], row["subsets"]) == (2, 4, 4)


def test_an_interval_of_one_run_is_wilsons(tmp_path: Path) -> None:
    """Wilson (1927), by its formula."""
    middle, low, high = trust.share(trust.runs(made(tmp_path)))
    z, n, share = stats.norm.ppf(0.975), 4, 0.75
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert middle == share
    assert [low, high] == pytest.approx([centre - half, centre + half])


@pytest.mark.parametrize("selected", [(0.02,), (0.02, 0.035), (0.001, 0.02, 0.1)])
def test_chance_is_that_of_all_ranks(tmp_path: Path, selected: tuple[float, ...]) -> None:
    """Brute force over the ranks of every run."""
    table = trust.runs(made(tmp_path, selected))
    ranks = list(itertools.product(range(5), repeat=len(selected)))
    as_well = sum(sum(one) >= table["beaten"].sum() for one in ranks)
    assert trust.chance(table) == pytest.approx(as_well / len(ranks))


def test_an_equal_team_is_half_beaten(tmp_path: Path) -> None:
    (row,) = trust.runs(made(tmp_path, rivals=(0.02, 0.03))).to_dict("records")
    assert row["better"] == pytest.approx(0.75)


def test_where_nothing_else_was_drawn_nothing_is_said_of_it(tmp_path: Path) -> None:
    (row,) = trust.runs(made(tmp_path, rivals=())).to_dict("records")
    assert math.isnan(row["better"])
    records = made(tmp_path / "again", rivals=())
    assert verdict(records)[0].startswith("The subset has not been measured against others")
    records.runs["experts_after"] = 4
    assert verdict(records)[0].startswith("Nothing was dropped")


def test_a_failed_team_is_infinitely_bad(tmp_path: Path) -> None:
    records = made(tmp_path, rivals=(0.01, *(0.03,) * 19))
    records.subsets.loc[records.subsets.number == 0, ["relative_l2", "held_out_loss"]] = np.nan
    failed = records.subsets.kind.isin(["selected", "best"])  # number 0 is the best random one, too
    records.subsets.loc[failed, "relative_l2"] = 0.02
    (row,) = trust.runs(records).to_dict("records")
    assert row["better"] == 1
    records.subsets.loc[records.subsets.kind == "selected", "relative_l2"] = np.nan
    (row,) = trust.runs(records).to_dict("records")
    assert row["better"] == pytest.approx(1 / 40)  # half of the one that failed, too
    assert verdict(records)[0].startswith("No")


def test_where_all_teams_failed_it_is_said(tmp_path: Path) -> None:
    records = made(tmp_path, rivals=(0.01, *(0.03,) * 19))
    records.subsets[["relative_l2", "held_out_loss"]] = np.nan
    assert verdict(records)[0].startswith("No")


def test_runs_of_other_trials_do_not_count(tmp_path: Path) -> None:
    records = made(tmp_path, (0.02, 0.03))
    assert trust.validated(records) == ["0000-0", "0000-1"]
    records.runs.loc[records.runs.run == "0000-1", "trial"] = 1
    records = replace(records, trials=pd.DataFrame({"trial": [0, 1], "recommended": [True, False]}))
    assert trust.validated(records) == ["0000-0"]


def test_without_a_truth_the_held_out_loss_is_the_error(tmp_path: Path) -> None:
    records = made(tmp_path)
    for table in (records.subsets, records.singles, records.runs):
        table["relative_l2"] = np.nan
    records.runs["held_out_loss"] = 0.03
    (row,) = trust.runs(records).to_dict("records")
    assert row["over_single"] == pytest.approx(0.03 / 0.02)


def test_an_interval_over_runs_is_that_of_the_sign_test(tmp_path: Path) -> None:
    few = trust.runs(made(tmp_path / "few", selected=(0.02, 0.06, 0.04)))
    assert list(trust.over_runs(few, "over_best")) == pytest.approx([1.0, 0.5, 1.5])
    one = trust.runs(made(tmp_path / "one"))
    assert trust.over_runs(one, "over_best") == pytest.approx(
        (0.5, math.nan, math.nan), nan_ok=True
    )
    many = pd.DataFrame({"ratio": range(1, 11)})
    assert trust.over_runs(many, "ratio") == (5.5, 2, 9)


@pytest.mark.parametrize(("runs", "left"), [(3, 0), (5, 0), (6, 0), (9, 1), (10, 1), (12, 2)])
def test_its_coverage_is_counted(runs: int, left: int) -> None:
    """Brute force over which runs lie above the median: too few or too many is a miss."""
    above = [bin(sides).count("1") for sides in range(2**runs)]
    held = sum(left < count < runs - left for count in above) / 2**runs
    assert trust.coverage(runs) == pytest.approx(held)


def test_rankings_are_judged_by_how_good_each_is_alone(tmp_path: Path) -> None:
    """Individual loss, importance and leave-one-out effect go with the truth, all the way; of the
    order of survival, the two survivors are a tie and the dropped go from worse to better."""
    records = made(tmp_path, selected=(0.02, 0.02))
    records.singles.loc[records.singles.repetition == 1, "relative_l2"] = [0.02, 0.04, 0.08, 0.06]
    table = trust.rankings(records).set_index("ranking")
    for ranking in ("individual loss", "importance", "leave-one-out effect"):
        assert table.loc[ranking, "tau"] == pytest.approx(_tau_b_with_one_tie(6, 0, 1))
    assert table.loc[trust.AGREEMENT, "tau"] == pytest.approx(4 / 6)
    lived = [-math.inf, -math.inf, -898, -897]
    truth = [0.02, 0.04, math.sqrt(0.06 * 0.08), math.sqrt(0.08 * 0.06)]
    expected = stats.kendalltau(stats.rankdata(lived), truth).statistic
    assert table.loc["order of survival", "tau"] == pytest.approx(expected)


def _tau_b_with_one_tie(pairs: int, discordant: int, tied: int) -> float:
    """Kendall's τ_b where ``tied`` pairs are tied in the truth only."""
    concordant = pairs - discordant - tied
    return (concordant - discordant) / math.sqrt(pairs * (pairs - tied))


def test_a_ranking_that_was_not_recorded_is_left_out(tmp_path: Path) -> None:
    records = made(tmp_path)
    records.experts["leave_one_out"] = np.nan
    table = trust.rankings(records).set_index("ranking")
    assert table.loc["leave-one-out effect", "runs"] == 0
    assert "leave-one-out" not in " ".join(verdict(records))


@pytest.mark.parametrize(
    ("selected", "rivals", "answer"),
    [
        (
            (0.02,) * 3,
            (0.03,) * 20,
            "Yes, the subset is better than chance would pick. Against the",
        ),
        ((0.02,) * 3, (0.01,) * 20, "No: the subset cannot be told from one picked by chance"),
    ],
)
def test_the_answer_comes_first(
    tmp_path: Path, selected: tuple[float, ...], rivals: tuple[float, ...], answer: str
) -> None:
    assert verdict(made(tmp_path, selected, rivals))[0].startswith(answer)


def test_a_better_single_network_is_told_also_when_the_team_is_good(tmp_path: Path) -> None:
    records = made(tmp_path, (0.02,) * 3, (0.03,) * 20)
    records.singles.loc[records.singles.activation == "sine", "relative_l2"] = 0.001
    said = verdict(records)
    assert said[0].endswith(
        "One single network, sine 2×16, does as well or better in as many iterations."
    )
    assert any("Best alone over all seeds: sine 2×16 (1.00e-3)" in sentence for sentence in said)


def test_the_network_that_learns_as_long_is_named(tmp_path: Path) -> None:
    """It is chosen by its loss, as a user would, and need not be the best by its error."""
    records = made(tmp_path, (0.02,) * 3, (0.03,) * 20)
    longest = records.subsets.kind == "longest"
    records.subsets.loc[longest, "members"] = "tanh 3×16"
    records.subsets.loc[longest, "relative_l2"] = 0.001
    said = verdict(records)
    assert said[0].endswith(
        "One single network, tanh 3×16, does as well or better in the time of the search."
    )
    assert any(
        "10 (10 to 10) times that of tanh 3×16, the single network with the least held-out loss"
        in sentence
        for sentence in said
    )


def test_too_few_teams_leave_it_undecided(tmp_path: Path) -> None:
    table = trust.runs(made(tmp_path, (0.001,), (0.03,) * 9))
    assert trust.least_chance(table) == trust.chance(table) == pytest.approx(1 / 10)
    said = verdict(made(tmp_path / "again", (0.001,), (0.03,) * 9))
    assert said[0].startswith("Undecided: 1 run beside so few random subsets could not tell")
    more = trust.runs(made(tmp_path / "more", (0.1,) * 2, (0.03,) * 9))
    assert trust.least_chance(more) == pytest.approx(0.01)


def test_a_team_that_is_that_of_the_best_is_said_to_be_so(tmp_path: Path) -> None:
    records = made(tmp_path, (0.02,) * 3)
    first = (records.subsets.run == "0000-0") & (records.subsets.kind == "best")
    records.subsets.loc[records.subsets.kind == "best", "members"] = "tanh 2×16, tanh 3×16"
    assert not trust.runs(records).is_best.any()
    records.subsets.loc[first, "members"] = "sine 2×16, tanh 2×16"
    assert list(trust.runs(records).is_best) == [True, False, False]
    assert any(
        "both from scratch; in 1 run it is that very subset." in one for one in verdict(records)
    )


def test_what_was_not_validated_is_said_to_be_so(tmp_path: Path) -> None:
    records = made(tmp_path)
    nothing = Records(**(vars(records) | {"subsets": records.subsets.iloc[:0]}))
    (said,) = verdict(nothing)
    assert said.startswith("Not measured. The command “nas validate” on this campaign's folder")


def test_a_validated_campaign_without_a_reference_is_judged_by_its_losses(tmp_path: Path) -> None:
    records = realistic("flow", trials=2, broken=()).records(tmp_path)
    assert records.subsets.relative_l2.isna().all()
    said = verdict(records)
    assert len(said) > 4
    assert any("times the held-out loss of the best single network" in one for one in said)
    assert not any("times the error" in one for one in said)
