"""What is logged, what is marked, and that it survives."""

from pathlib import Path
from typing import Any

import torch

from nas.training import checkpoint, example
from nas.training.phase import Reading
from nas.training.run_log import RunLog
from tests.training.problems import INVERSE


def test_a_row_tells_what_was_read_and_of_what() -> None:
    mixture = example.mixture()
    log = RunLog(example.PROBLEM)
    log.add("selection", 30, Reading(0.1, 0.2, 1.5, 1e-3), mixture)
    assert log.history == [
        {
            "phase": "selection",
            "step": 30,
            "loss": 0.1,
            "held_out_loss": 0.2,
            "sparsity": 1.5,
            "experts": 3,
            "parameters": mixture.parameters_alive,
            "learning_rate": 1e-3,
        }
    ]


def test_the_trail_has_what_is_marked_and_has_a_held_out_loss() -> None:
    log, mixture = RunLog(example.PROBLEM), example.mixture()
    log.add("warm-up", 1, Reading(0.1, 0.2), mixture, marked=False)
    log.add("gate", 2, Reading(0.1), mixture)
    assert not log.trail.marks
    log.add("gate", 3, Reading(0.1, 0.3), mixture)
    assert len(log.trail.marks) == 1
    assert len(log.history) == 3


def found(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_the_last_word_on_a_step_counts() -> None:
    log = RunLog(INVERSE)
    for step, raw in ((10, found(0.1, 0.2)), (20, found(0.3, 0.4)), (20, found(0.5, 0.6))):
        log.add_unknown("fine-tuning", step, raw)
    assert [(row["step"], row["name"]) for row in log.unknowns] == [
        (10, "k"), (10, "m"), (20, "k"), (20, "m"),
    ]  # fmt: skip
    again = RunLog(INVERSE)
    again.add_unknown("fine-tuning", 20, found(0.5, 0.6))
    assert log.unknowns[2:] == again.unknowns


def test_restored_it_goes_on_as_it_would_have(tmp_path: Path) -> None:
    mixture = example.mixture()

    def told(log: RunLog, step: int) -> None:
        log.add("gate", step, Reading(0.1 / step, 1 / 3 / step), mixture)

    whole, part = RunLog(example.PROBLEM), RunLog(example.PROBLEM)
    for log in (whole, part):
        told(log, 1)
    checkpoint.save(tmp_path / "c", part.state())
    again = RunLog(example.PROBLEM)
    again.restore(checkpoint.load(tmp_path / "c"))
    for log in (whole, again):
        told(log, 2)
    assert again.history == whole.history
    assert tree(again.trail.state()) == tree(whole.trail.state())


def tree(state: Any) -> Any:
    """With numbers in the place of tensors, to be compared."""
    if isinstance(state, torch.Tensor):
        return state.tolist()
    if isinstance(state, dict):
        return {name: tree(one) for name, one in state.items()}
    return [tree(one) for one in state] if isinstance(state, list | tuple) else state
