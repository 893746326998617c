"""What a page says of corrections, and what it does not count them as."""

import pytest

from nas.reports import corrections, example
from nas.reports.answer import answer, numbers
from nas.reports.report import of


@pytest.mark.parametrize("none", ["", None, float("nan")])
def test_where_there_are_none_nothing_is_said(none: str | float | None) -> None:
    assert corrections.in_words(none) == ""


def test_several_are_all_named() -> None:
    words = corrections.in_words("sine 1×800, sine 1×400 ×0.5 periodic x y 3, tanh 1×8")
    assert words == (
        "3 corrections: sine 1×800, sine 1×400 ×0.5 periodic x y 3 and tanh 1×8, random features, "
        "output layers solved"
    )


def test_the_answer_names_them_behind_the_experts() -> None:
    plain, corrected = example.records(), example.records()
    corrected.runs.loc[1, "corrections"] = "sine 1×800"
    corrected.runs.loc[1, "parameters_after"] = 3600
    before, after = answer(of(plain)), answer(of(corrected))
    said = "Outside the gate it has a correction: sine 1×800, random features, output layer solved."
    assert after[2] == said
    assert after[1] == before[1]  # as many experts survived
    assert after[3:] == before[2:]
    assert not any("orrection" in line for line in before)
    size, small = numbers(of(corrected))[-1], numbers(of(plain))[-1]
    told = "300 % more than the 900 of the pool, gate and correction included"
    assert size == ("Parameters", "3,600", told)
    assert small[2].endswith("% fewer than the 900 of the pool, gate included")


def test_statistics_of_experts_do_not_see_them() -> None:
    plain, corrected = example.records(), example.records()
    corrected.runs["corrections"] = "sine 1×800"
    before, after = of(plain).statistics, of(corrected).statistics
    for name in ("rates", "importance"):
        assert getattr(after, name).equals(getattr(before, name))
