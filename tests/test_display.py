"""What the terminal shows, read as a user reads it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from nas.campaign.records import TABLES, read
from nas.display import advice, estimates, ranking, summary
from nas.reports import example, raced
from nas.result import Result
from tests.reports.solved_campaign import solved
from tests.reports.synthetic_campaign import Campaign, run_row, single


def test_the_candidates_of_a_baseline_are_ranked_by_their_median_loss() -> None:
    rows = [
        single(("tanh", 2, 16), 0.3),
        single(("tanh", 2, 16), 0.1, repetition=1),
        single(("sine", 3, 8), 0.02),
        single(("sine", 3, 8), 0.04, repetition=1, relative_l2=None),
    ]
    assert ranking(rows) == [
        "2 candidates, each by itself, 2 repetitions; the lowest held-out loss first",
        "             parameters  held-out loss  relative L2",
        "  sine 3×8          300       3.00e-02         0.02",
        "  tanh 2×16         300       2.00e-01          0.2",
    ]


def test_without_a_truth_they_are_ranked_all_the_same() -> None:
    lines = ranking([single(("tanh", 2, 16), 0.2, relative_l2=None)])
    assert lines[-1].split() == ["tanh", "2×16", "300", "2.00e-01", "–"]


def test_a_recommendation_comes_with_its_estimate_and_what_speaks_against_it() -> None:
    records = example.records()
    records.runs.loc[1, "warnings"] = "no better than a constant\nbadly scaled"
    lines = summary(Result(records))
    assert lines[-5:] == [
        "  relative L2      2.00e-02 (measured, not used to decide)",
        "  estimated error  3.00e-02 (relative L2, without a truth)",
        "  k found          1.02; the truth is 1",
        "warning: no better than a constant",
        "warning: badly scaled",
    ]


def test_of_several_fields_each_has_its_estimate() -> None:
    """Together the large ones rule: of a wire in a block its own field may be wrong by far more."""
    records = example.records()
    rows = [("0001-0", "u", None, 0.0075), ("0001-0", "v", None, 5.4e-5)]
    fields = pd.DataFrame(rows, columns=["run", "field", "relative_l2", "error_estimate"])
    lines = summary(Result(replace(records, fields=fields)))
    place = next(n for n, line in enumerate(lines) if line.startswith("  estimated error "))
    assert lines[place + 1] == "  of each field    u 7.50e-03, v 5.40e-05"


def test_a_correction_is_told_beside_the_experts() -> None:
    records = example.records()
    records.runs.loc[1, "corrections"] = "sine 1×800"
    result = Result(records)
    lines = summary(result)
    (experts,) = (n for n, line in enumerate(lines) if line.startswith("  experts "))
    added = "  added            a correction: sine 1×800, random features, output layer solved"
    assert lines[experts + 1] == added
    assert (result.corrections, len(result.survivors)) == (["sine 1×800"], 2)
    plain = Result(example.records())
    assert plain.corrections == []
    assert not any("correction" in line for line in summary(plain))


def test_it_is_said_what_was_chosen_and_whether_anything_was_dropped() -> None:
    records = example.records()
    told = summary(Result(records))
    assert "recommended: trial 1 (run 0001-0), least held-out loss of 3 trials" in told
    assert "  experts          4 → 2: sine 1×8, sine 2×16" in told
    records.runs["experts_before"] = 2
    assert "  experts          2 → 2: nothing was dropped; sine 1×8, sine 2×16" in summary(
        Result(records)
    )
    records.runs["experts_after"] = 1
    records.experts.loc[records.experts.candidate == 0, "outcome"] = "dropped"
    assert "  experts          2 → 1: a single network; sine 2×16" in summary(Result(records))


def test_a_small_alternative_comes_with_the_command_that_exports_it() -> None:
    records = example.records()
    assert not any("small" in line for line in summary(Result(records)))
    assert len(advice(Result(records), Path("out"))) == 1
    records.trials["alternative"] = records.trials["trial"] == 0
    assert summary(Result(records))[-1] == (
        "small alternative: trial 0 (run 0000-0), the knee of the front: 420 parameters, "
        "held-out loss 2.00e-3"
    )
    assert advice(Result(records), Path("out"))[-1] == (
        "      the small one: nas export out --run 0000-0 --to small/"
    )


def test_without_estimate_and_warnings_nothing_is_said_of_them() -> None:
    records = example.records()
    records.runs["error_estimate"] = None
    assert not any("estimate" in line or "warning" in line for line in summary(Result(records)))


def found(
    folder: Path, truth: float | None, *values: float, noise: float | None = None
) -> list[str]:
    """What is said of a coefficient k that the runs of the recommended trial found, each by two
    rows."""
    made = Campaign()
    made.tables["trials"] = [
        dict.fromkeys(TABLES["trials"].names)
        | {"trial": 0, "recommended": True, "on_front": True, "best_run": "0000-0"}
    ]
    for repetition, value in enumerate(values):
        name = f"0000-{repetition}"
        made.tables["runs"].append(run_row(name, repetition=repetition))
        keys = {"run": name, "trial": 0, "repetition": repetition, "name": "k", "truth": truth}
        keys |= {"standard_error": noise, "doubt": ""}
        made.tables["unknowns"] += [
            keys | {"phase": "warm-up", "step": 10, "value": 99.0},
            keys | {"phase": "fine-tuning", "step": 110, "value": value},
        ]
    return estimates(Result(made.records(folder)))


def test_unknown_coefficients_are_told_with_an_interval_over_the_repetitions(
    tmp_path: Path,
) -> None:
    assert found(tmp_path / "two", 1.2, 1.5, 1.0) == [
        "  k found          1.5 (-1.9266 to 4.4266 by 2 runs of trial 0, at 95 %); the truth is 1.2"
    ]
    assert found(tmp_path / "one", None, 0.123456) == ["  k found          0.12346"]
    assert found(tmp_path / "equal", None, 0.5, 0.5) == ["  k found          0.5"]


def test_what_noise_leaves_open_stands_beside_the_estimate(tmp_path: Path) -> None:
    lines = found(tmp_path, None, 1.5, noise=0.0123)
    assert lines == ["  k found          1.5 ± 0.012 by noise"]


def test_of_an_answer_that_is_not_to_be_trusted_no_standard_error_is_told() -> None:
    records = example.records()
    records.unknowns["standard_error"] = 0.012
    records.runs.loc[1, "warnings"] = "estimated error 97%: the answer is not to be trusted"
    known = Result(replace(records, unknowns=records.unknowns.assign(doubt="")))
    assert estimates(known) == ["  k found          1.02 ± 0.012 by noise; the truth is 1"]
    assert known.unknown_errors == {"k": 0.012}
    before = Result(replace(records, unknowns=records.unknowns.assign(doubt=None)))
    assert estimates(before) == [
        "  k found          1.02 (no ±: the answer is not to be trusted); the truth is 1"
    ]
    assert before.unknown_errors == {}
    assert before.unknown == {"k": 1.02}


def test_what_limits_an_answer_is_a_note_and_no_warning() -> None:
    records = example.records()
    records.runs.loc[1, "notes"] = "the noise limits the answer"
    lines = summary(Result(records))
    assert lines[-1] == "note: the noise limits the answer"
    assert not any("warning" in line for line in lines)


def test_the_estimate_of_the_recommended_run_is_there_from_python(tmp_path: Path) -> None:
    found(tmp_path / "two", 1.2, 1.5, 1.0)
    assert Result(read(tmp_path / "two")).unknown == {"k": 1.5}
    without = Campaign()
    without.tables["trials"] = [
        dict.fromkeys(TABLES["trials"].names) | {"trial": 0, "recommended": True, "best_run": "a"}
    ]
    without.tables["runs"] = [run_row("a")]
    result = Result(without.records(tmp_path / "without"))
    assert result.unknown == {}
    assert estimates(result) == []


def test_where_nothing_completed_there_is_no_advice_on_results(tmp_path: Path) -> None:
    assert advice(Result(example.records()), Path("out"))[0].startswith("next: nas report out")
    made = Campaign()
    made.tables["runs"] = [run_row("0000-0", status="diverged", reason="loss nan at step 7")]
    for trial in made.tables["trials"]:
        trial["recommended"] = False
    assert advice(Result(made.records(tmp_path)), Path("out")) == []


def test_where_no_network_had_to_learn_there_is_nothing_to_validate() -> None:
    assert "nas validate out" in advice(Result(example.records()), Path("out"))[0]
    assert "nas validate out" in advice(Result(raced.records()), Path("out"))[0]
    assert "validate" not in advice(Result(solved()), Path("out"))[0]
    assert summary(Result(solved()))[0] == (
        "random waves were solved for, and no network had to learn"
    )


def test_what_others_wrote_has_no_power_over_the_terminal() -> None:
    records = example.records()
    failed = records.runs.status != "completed"
    records.runs.loc[failed, "reason"] = "a\x1b[2J\nb"
    told = summary(Result(records))
    assert any(r"a\x1b[2J\nb" in line for line in told)
    told += advice(Result(records), Path("out\x1b[2J\nof"))
    assert all(line.isprintable() for line in told)


def test_where_the_budget_was_over_before_a_race_that_is_said() -> None:
    records = raced.records()
    assert "then 3 contestants raced" in summary(Result(records))[0]
    over = replace(records, race=records.race.assign(iterations=0))
    assert summary(Result(over))[1] == "the budget was over before a race: give a larger one"
    good = replace(over, runs=over.runs.assign(error_estimate=1e-9))
    assert summary(Result(good))[1] == "the budget was over before a race"


def test_a_contestants_parameters_stand_beside_those_of_all_candidates() -> None:
    told = summary(Result(raced.records()))
    (line,) = [one for one in told if one.startswith("  parameters ")]
    assert "→" not in line
    assert " (all candidates together " in line
    own = [one for one in summary(Result(example.records())) if one.startswith("  parameters ")]
    assert "→" in own[0]


def test_random_waves_are_called_that() -> None:
    records = raced.records()
    records.experts["learns"] = "output"
    told = [one for one in summary(Result(records)) if one.startswith("  experts ")]
    assert "a single network of random waves; " in told[0]
