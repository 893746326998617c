from dataclasses import replace
from pathlib import Path

from nas.campaign.records import Records
from nas.reports import example, in_short, raced


def evil() -> Records:
    records = example.records()
    problem = records.campaign["problem"] | {"title": "<b>x</b>\x1b[2J"}
    runs = records.runs.assign(warnings="a < b\nc & d", corrections="<i>")
    unknowns = records.unknowns.assign(name="<k>")
    about = records.campaign | {"problem": problem}
    return replace(records, folder=Path('a"<script>'), campaign=about, runs=runs, unknowns=unknowns)


def test_all_text_is_escaped() -> None:
    shown = in_short.as_html(evil())
    for safe in (
        "&lt;b&gt;x&lt;/b&gt;\\x1b[2J",
        "&lt;script&gt;",
        "&lt;k&gt;",
        "a &lt; b",
        "c &amp; d",
    ):
        assert safe in shown
    for bad in ("<script", "<b>x", "<i>", "<k>", "\x1b"):
        assert bad not in shown


def test_it_tells_the_answer_the_losses_and_the_survivors() -> None:
    shown = in_short.as_html(example.records())
    for told in (
        "least held-out loss of 3 trials",
        "<td>held-out loss</td><td>4.00e-4</td>",
        "<td>relative L2 error</td><td>0.02</td>",
        "<td>estimated error</td><td>0.03</td>",
        "<td>experts</td><td>4 → 2</td>",
        "<td>parameters</td><td>900 → 500</td>",
        "<td>k</td><td>1.02</td>",
        "<td>sine 2×16</td><td>59 %</td><td>337</td>",
    ):
        assert told in shown
    assert "of u" not in shown  # the only field
    assert len(shown) < 2000


def test_errors_of_several_fields_stand_one_by_one() -> None:
    records = example.records()
    both = records.fields.iloc[[1, 1]].assign(field=["u", "v"], relative_l2=[0.5, 1.7e-9])
    shown = in_short.as_html(replace(records, fields=both))
    assert "<td>of u</td><td>0.5</td></tr><tr><td>of v</td><td>1.70e-9</td>" in shown


def test_under_way_and_within_a_budget() -> None:
    records = example.records()
    trials = records.trials.assign(recommended=False)
    under_way = replace(records, trials=trials)
    assert "trial 1 (run 0001-0), the best so far" in in_short.as_html(under_way)
    assert "4 trials, 3 contestants; contestant race-0-1: sine 2×16; " in in_short.line(
        raced.records()
    )
    failed = replace(records, runs=records.runs.assign(status="diverged"))
    assert in_short.line(failed) == "4 trials; no trial completed, so none is recommended"
    assert "no trial completed" in in_short.as_html(failed)


def test_a_coefficient_has_its_standard_error_or_why_there_is_none() -> None:
    records = example.records()
    for error, doubt, told in ((0.012, "", "1.02 ± 0.012"), (None, "why", "1.02 (no ±: why)")):
        known = records.unknowns.assign(standard_error=error, doubt=doubt)
        shown = in_short.as_html(replace(records, unknowns=known))
        assert f"<td>k</td><td>{told}</td>" in shown


def test_notes_stand_before_warnings() -> None:
    records = example.records()
    runs = records.runs.assign(notes="limited", warnings="bad")
    shown = in_short.as_html(replace(records, runs=runs))
    assert "<td>note</td><td>limited</td></tr><tr><td>warning</td><td>bad</td>" in shown
