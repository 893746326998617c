"""What became of a run on its way."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nas.reports import example, learning, report
from nas.reports import raced as of_race
from nas.reports.figures import Picture, learning_curves
from nas.reports.learning import Kept
from nas.reports.report import Report


def told(*rows: tuple[str, int, float, float | None, int]) -> pd.DataFrame:
    columns = ["phase", "step", "loss", "held_out_loss", "experts"]
    return pd.DataFrame(rows, columns=columns)


CURVE = told(
    ("warm-up", 10, 0.1, None, 6),
    ("selection", 20, 0.11, 0.12, 6),
    ("selection", 30, 0.10, 0.11, 3),
    ("fine-tuning", 40, 0.02, 0.01, 3),
    ("fine-tuning", 50, 0.02, 0.03, 3),
)


def test_a_phase_ends_at_its_last_record_and_begins_where_the_one_before_ended() -> None:
    assert [(one.name, one.start, one.end) for one in learning.phases(CURVE)] == [
        ("warm-up", 0.0, 10.0), ("selection", 10.0, 30.0), ("fine-tuning", 30.0, 50.0),
    ]  # fmt: skip


def of_loss(loss: float, stage: str = "selection", corrections: str = "") -> pd.Series:
    return pd.Series({"held_out_loss": loss, "stage": stage, "corrections": corrections})


def test_the_state_that_was_kept_need_not_be_the_last() -> None:
    assert learning.kept(CURVE, of_loss(0.01 * (1 + 1e-9))) == Kept(40.0, 0.01)
    assert learning.kept(CURVE, of_loss(0.02)) is None, "a record of the fine-tuning is better"


def test_where_fine_tuning_brought_nothing_better_its_beginning_was_kept() -> None:
    assert learning.kept(CURVE, of_loss(0.009)) == Kept(30.0, 0.009, "fine-tuning")
    assert learning.kept(CURVE[:3], of_loss(0.009)) is None, "there was none"
    raced = CURVE[3:]
    assert learning.kept(raced, of_loss(0.009, "race")) == Kept(0.0, 0.009, "race")
    corrected = of_loss(0.009, "race", "sine 1×400")
    assert learning.kept(raced, corrected) is None, "it is that of a correction"


def test_a_curve_begins_where_the_state_that_was_kept_was() -> None:
    state = learning.kept(CURVE, of_loss(0.009))
    longer = learning.with_beginning(CURVE, state)
    assert longer["step"].to_list() == [10, 20, 30, 30, 40, 50]
    assert longer["phase"].to_list()[2:4] == ["selection", "fine-tuning"]
    assert longer["held_out_loss"].to_list()[3] == 0.009
    assert pd.isna(longer["loss"].to_list()[3])
    assert learning.phases(longer) == learning.phases(CURVE)
    recorded = learning.kept(CURVE, of_loss(0.01))
    assert learning.with_beginning(CURVE, recorded) is CURVE


def test_each_drop_stands_at_its_own_step_between_two_records() -> None:
    experts = pd.DataFrame(
        [("survived", 30), ("dropped", 27), ("dropped", 22), ("dropped", 24), ("survived", 30)],
        columns=["outcome", "ended"],
    )
    dropped = learning.drops(CURVE, experts)
    assert dropped == (22.0, 24.0, 27.0)
    steps, counts = learning.alive(CURVE, dropped)
    assert (steps, counts) == ((10.0, 22.0, 24.0, 27.0, 50.0), (6, 5, 4, 3, 3))


def test_only_phases_that_begin_with_a_jump_are_explained() -> None:
    (sentence,) = learning.jumps(CURVE)
    assert sentence.startswith("fine-tuning: Gauss–Newton takes over")
    gate = CURVE.assign(loss=[0.01, *CURVE["loss"][1:]])
    assert learning.jumps(gate)[0].startswith("selection: before, it is the loss of the best exp")
    flat = CURVE.assign(loss=0.1, held_out_loss=0.1)
    assert learning.jumps(flat) == []


@pytest.mark.parametrize("loss", [4e-4, 1.0])
def test_the_caption_names_the_marks_that_are_there(loss: float) -> None:
    picture = of_example({"held_out_loss": loss})
    assert ("Ring: the state that was kept, step 400" in picture.reading) == (loss == 4e-4)
    assert len(rings(picture)) == (loss == 4e-4)
    assert "each triangle is one drop, at the step at which it happened" in picture.reading


def test_the_state_from_before_has_a_ring_and_words() -> None:
    picture = of_example({"held_out_loss": 3e-4})
    told = "Ring: the state that was kept is that from before the fine-tuning, step 250 (3.00e-4); "
    assert f"{told}150 steps more brought nothing better." in picture.reading
    assert rings(picture) == [(250.0, 3e-4)]


def test_a_state_with_a_correction_that_was_left_has_words_and_no_ring() -> None:
    picture = of_example({"held_out_loss": 3e-4, "corrections": "sine 1×400"})
    assert "The state that was kept (3.00e-4) is on no curve: it was corrected" in picture.reading
    assert rings(picture) == []


def raced() -> Report:
    """Of three contestants the first learnt for two records, the second for one, the last not."""
    records = of_race.records()
    tuned = records.history.query("run == '0001-0' and phase == 'fine-tuning'")
    curves = {"race-0-1": tuned.assign(step=[10, 20], held_out_loss=[5e-4, 4e-4])}
    curves["race-0-0"] = tuned[:1].assign(step=10, held_out_loss=6e-4)
    history = pd.concat([records.history, *(curves[run].assign(run=run) for run in curves)])
    return report.of(replace(records, history=history))


def test_a_contestant_that_was_best_before_the_race_has_its_ring_at_step_0() -> None:
    (picture,) = learning_curves.pictures(raced())
    told = "Ring: the state that was kept is that from before the race, step 0 (3.00e-4); 20 steps"
    assert told in picture.reading
    assert rings(picture) == [(0.0, 3e-4)]


def test_who_has_a_curve_is_counted_among_the_contestants() -> None:
    (picture,) = learning_curves.pictures(raced())
    told = "Grey: held-out losses of 1 of the 2 other contestants; of 1 nothing was measured on"
    assert told in picture.reading
    figure = drawn(picture)
    upper, lower = figure.axes
    assert [line.get_marker() for line in upper.lines[:1]] == ["."], "one record makes no line"
    assert lower.lines[0].get_marker() == "."
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "other contestants" in names


def test_steps_are_whole_also_of_a_single_record() -> None:
    content = raced()
    short = content.records.history.query("run != 'race-0-1' or step == 20")
    records = replace(content.records, history=short.replace({"held_out_loss": {4e-4: 3e-4}}))
    (picture,) = learning_curves.pictures(report.of(records))
    lower = drawn(picture).axes[1]
    assert lower.get_xlim() == (0.0, 20.0), "all of the curves are there"
    assert all(step == int(step) for step in lower.get_xticks())
    assert lower.lines[-2].get_marker() == "."


def of_example(changes: dict[str, Any]) -> Picture:
    """The picture where the run shown in full is another."""
    content = example.report()
    assert content.best is not None
    best = replace(content.best, run=pd.Series(content.best.run.to_dict() | changes))
    (picture,) = learning_curves.pictures(replace(content, best=best))
    return picture


def drawn(picture: Picture) -> Figure:
    figure = Figure()
    picture.draw(figure)
    return figure


def rings(picture: Picture) -> list[tuple[float, float]]:
    lines = drawn(picture).axes[0].lines
    found = [np.asarray(line.get_xydata()) for line in lines if line.get_label() == "kept"]
    return [(float(x), float(y)) for ((x, y),) in found]
