"""What is said of the recommendation."""

from pathlib import Path

import pandas as pd
import pytest

from nas.campaign.trial_rows import trial_rows
from nas.reports import answer, chosen, report
from nas.reports.tables import trials as table_of_trials
from tests.campaign.run_rows import run
from tests.reports.synthetic_campaign import Campaign, run_row


def tables(*scores: tuple[float | None, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trials and runs."""
    runs = [run(n, *score) for n, score in enumerate(scores)]
    return pd.DataFrame(trial_rows(runs)), pd.DataFrame(runs)


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([(1e-4, 900)], "the only trial"),
        ([(1e-4, 900), (None, 10)], "the only trial that was completed"),
        ([(1e-4, 900), (3e-4, 100), (None, 10)], "least held-out loss of 2 trials"),
        ([(1e-4, 900), (1.5e-4, 950), (9e-4, 10)], "least held-out loss of 3 trials"),
        (
            [(1e-4, 900), (1.5e-4, 300), (1.9e-4, 400), (9e-4, 10)],
            "smallest of 3 trials within a factor of 2 of the least held-out loss and of its "
            "estimated error",
        ),
    ],
)
def test_it_says_out_of_what_and_why(scores: list[tuple[float | None, int]], told: str) -> None:
    assert chosen.why(*tables(*scores)) == told


def test_only_those_that_are_as_good_are_counted() -> None:
    runs = [run(0, 1e-4, 900), run(1, 1.5e-4, 300), run(2, 1.9e-4, 400, error_estimate=0.5)]
    told = chosen.why(pd.DataFrame(trial_rows(runs)), pd.DataFrame(runs))
    assert told.startswith("smallest of 2 trials within")


def test_what_an_earlier_version_recommended_is_told_as_such() -> None:
    table, runs = tables((1e-4, 9000), (4e-4, 900), (1e-2, 800), (1.5e-4, 8000))
    by_the_knee, by_loss_alone = 1, 3
    runs.loc[by_loss_alone, "error_estimate"] = None
    for before in (by_the_knee, by_loss_alone):
        table["recommended"], table["alternative"] = table["trial"] == before, False
        assert chosen.why(table, runs).endswith("by the rule of an earlier version")


def test_the_small_alternative_is_told_with_run_parameters_and_loss() -> None:
    runs = [run(0, 1e-4, 9000), run(1, 4e-4, 900), run(2, 1e-2, 800)]
    table = pd.DataFrame(trial_rows(runs))
    told = "trial 1 (run 0001-0), the knee of the front: 900 parameters, held-out loss 4.00e-4"
    plain, warned = (pd.DataFrame(runs).assign(warnings=one) for one in ("", "it is too flat"))
    assert chosen.alternative(table, plain) == told
    assert chosen.alternative(table, warned) == f"{told}; warning: it is too flat"
    shown = table.astype({"relative_l2": float})
    assert [row[1] for row in table_of_trials(shown).rows] == [
        "recommended",
        "small alternative",
        "on the front",
    ]
    assert chosen.alternative(*tables((1e-4, 900))) == ""


def reported(folder: Path, before: int, after: int) -> report.Report:
    """A campaign whose best run kept so many of so many experts; no error could be estimated."""
    made = Campaign()
    made.tables["runs"] = [
        run_row(f"{n:04d}-0", trial=n)
        | {"held_out_loss": loss, "parameters_before": 9999, "parameters_after": size}
        | {"experts_before": before, "experts_after": after}
        for n, (loss, size) in enumerate([(1e-4, 9000), (4e-4, 900), (1e-2, 800)])
    ]
    made.tables["trials"] = trial_rows(made.tables["runs"])
    return report.of(made.records(folder))


def answered(folder: Path, before: int, after: int) -> str:
    """The words of the answer box."""
    return " ".join(answer.answer(reported(folder, before, after)))


def test_where_no_error_could_be_estimated_none_is_told(tmp_path: Path) -> None:
    names = [name for name, *_ in answer.numbers(reported(tmp_path, 6, 2))]
    assert "Held-out loss" in names
    assert "Estimated error" not in names


def test_the_answer_box_says_what_was_chosen_and_what_was_dropped(tmp_path: Path) -> None:
    told = answered(tmp_path / "some", 6, 2)
    assert told.startswith(
        "Trial 0 (run 0000-0) is recommended: least held-out loss of 3 trials. "
        "Of 6 experts 2 survived: "
    )
    assert "Small alternative: trial 1 (run 0001-0), the knee of the front: 900 param" in told
    assert "Of 6 experts 6 survived, nothing was dropped: " in answered(tmp_path / "all", 6, 6)
    assert "Of 6 experts 1 survived, a single network: " in answered(tmp_path / "one", 6, 1)
