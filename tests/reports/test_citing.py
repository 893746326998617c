"""The paragraph to cite."""

from dataclasses import replace

from nas.reports import citing, example, raced, report


def test_the_paragraph_says_what_was_searched_and_found() -> None:
    one = example.report()
    one = replace(
        one,
        records=replace(
            one.records, campaign=one.records.campaign | {"versions": {"pinn-nas": "9.8"}}
        ),
    )
    text = citing.paragraph(one)
    for words in (
        "“A saddle” was found by pinn-nas 9.8,",
        "in 4 trials of 4 candidates each.",
        "Trial 1 (run 0001-0) is recommended (least held-out loss of 3 trials): sine 2×16 (59 %)",
        "500 parameters.",
        "4.00e-4, its relative L2 error against the reference 0.02, its relative L2 error as",
    ):
        assert words in text, text
    assert "version = {9.8}" in citing.bibtex(one.records)


def test_within_a_budget_the_race_is_told() -> None:
    text = citing.paragraph(report.of(raced.records()))
    assert "within 1 min 00 s, and 1 team that a gate chose and 2 single networks" in text


def test_of_a_single_trial_the_pool_is_that_of_all() -> None:
    one = example.report()
    first = one.records.trials[one.records.trials["trial"] == 1]
    text = citing.paragraph(replace(one, records=replace(one.records, trials=first)))
    assert "in 1 trial of 4 candidates." in text


def test_without_a_completed_run_there_is_no_paragraph() -> None:
    assert citing.paragraph(replace(example.report(), best=None)) == ""


def test_random_waves_that_won_a_race_are_cited_as_such() -> None:
    found = report.of(raced.records())
    assert found.best is not None
    survivors = found.best.survivors.assign(learns="output")
    waves = replace(found, best=replace(found.best, survivors=survivors))
    said = "its output layer solved by least squares (random features); no gate chose it."
    assert said in citing.paragraph(waves)
    assert said not in citing.paragraph(found)
