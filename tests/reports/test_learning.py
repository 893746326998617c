"""What became of a run on its way."""

import pandas as pd
import pytest

from nas.reports import example, learning
from nas.reports.figures import learning_curves


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
        ("warm-up", 10.0, 10.0), ("selection", 10.0, 30.0), ("fine-tuning", 30.0, 50.0),
    ]  # fmt: skip


def test_the_state_that_was_kept_need_not_be_the_last() -> None:
    assert learning.kept(CURVE, 0.01 * (1 + 1e-9)) == (40.0, 0.01)
    assert learning.kept(CURVE, 0.02) is None, "no record has this loss"


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
    content = example.report()
    assert content.best is not None
    before = content.best.run["held_out_loss"]
    try:
        content.best.run["held_out_loss"] = loss
        (picture,) = learning_curves.pictures(content)
    finally:
        content.best.run["held_out_loss"] = before
    assert ("Ring: the state that was kept, step 400" in picture.reading) == (loss == 4e-4)
    assert "each triangle is one drop, at the step at which it happened" in picture.reading
