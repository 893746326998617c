"""What the rows of trials say of their runs, by hand."""

import pytest

from nas.campaign.trial_rows import trial_rows
from tests.campaign.run_rows import run


def test_the_reference_decides_nothing() -> None:
    runs = [run(t, loss, size) for t, (loss, size) in enumerate([(0.1, 9), (0.2, 3), (0.3, 1)])]
    blind = trial_rows(runs)
    seeing = trial_rows([row | {"relative_l2": 1.0 - row["trial"] / 3} for row in runs])
    for one, other in zip(blind, seeing, strict=True):
        assert {k: v for k, v in one.items() if k != "relative_l2"} == {
            k: v for k, v in other.items() if k != "relative_l2"
        }


def test_one_trial_is_recommended_and_the_failed_are_listed() -> None:
    rows = trial_rows([run(0, 0.1, 9), run(1, None, 5), run(2, 0.2, 12)])
    assert [row["status"] for row in rows] == ["completed", "failed", "completed"]
    assert [row["recommended"] for row in rows] == [True, False, False]
    assert [row["alternative"] for row in rows] == [False, False, False]
    assert [row["on_front"] for row in rows] == [True, False, False]


def test_the_best_run_has_the_least_loss() -> None:
    rows = trial_rows([run(0, 0.3, 9, repetition=0), run(0, 0.1, 9, repetition=1)])
    assert rows[0]["best_run"] == "0000-1"
    assert rows[0]["held_out_loss"] == pytest.approx(0.2)


def test_a_trials_estimated_error_is_that_of_its_best_run() -> None:
    runs = [
        run(0, 1e-4, 900, error_estimate=1e-3),
        run(1, 1.9e-4, 100, repetition=0, error_estimate=9e-3),
        run(1, 1.5e-4, 100, repetition=1, error_estimate=1e-3),  # its best
    ]
    assert [row["recommended"] for row in trial_rows(runs)] == [False, True]
    runs[1]["error_estimate"], runs[2]["error_estimate"] = 1e-3, 9e-3
    assert [row["recommended"] for row in trial_rows(runs)] == [True, False]


def test_the_knee_is_told_as_the_small_alternative() -> None:
    rows = trial_rows([run(0, 1e-4, 9000), run(1, 4e-4, 900), run(2, 1e-2, 800), run(3, 2, 9999)])
    assert [row["recommended"] for row in rows] == [True, False, False, False]
    assert [row["alternative"] for row in rows] == [False, True, False, False]
    assert [row["on_front"] for row in rows] == [True, True, True, False]


def test_where_nothing_completed_nothing_is_recommended() -> None:
    (row,) = trial_rows([run(0, None, 5)])
    assert (row["status"], row["recommended"], row["alternative"]) == ("failed", False, False)
