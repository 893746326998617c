"""The fine-tuning goes on bit for bit wherever it was stopped."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nas.training import checkpoint
from nas.training.fine_tuning import FineTuning
from tests.training.fine_tuning.test_phase import CHUNK, begun, on


def facts(tuning: FineTuning, losses: list[float]) -> dict[str, Any]:
    return {
        "now": {name: value.tolist() for name, value in tuning.mixture.state_dict().items()},
        "best": {name: value.tolist() for name, value in tuning.best.items()},
        "losses": losses,
        "told": (tuning.iterations, tuning.evaluations, tuning.ended, tuning.best_loss),
        "best_losses": tuning.best_losses,
    }


def resumed(
    iterations: int,
    stop: int,
    path: Path,
    spoil: Callable[[Any], None] = lambda state: None,
    **settings: Any,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an uninterrupted run led to, and one that was stopped at a chunk."""
    tuning = begun(iterations, **settings)
    losses: list[float] = []
    while not tuning.finished:
        if len(losses) == stop:
            checkpoint.save(path, tuning.state())
        losses.append(on(tuning))
    again, later = begun(iterations, **settings), []
    state = checkpoint.load(path)
    spoil(state)
    again.restore(state)
    while not again.finished:
        later.append(on(again))
    return facts(again, later), facts(tuning, losses[stop:])


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_it_goes_on_bit_for_bit(stop: int, tmp_path: Path) -> None:
    again, whole = resumed(4 * CHUNK, stop, tmp_path / "c")
    assert again == whole


@pytest.mark.parametrize("stop", [1, CHUNK - 1, CHUNK, CHUNK + 3])
def test_it_stops_between_two_looks_and_goes_on_bit_for_bit(stop: int, tmp_path: Path) -> None:
    whole = begun(3 * CHUNK)
    losses = [on(whole) for _ in range(3)]
    tuning = begun(3 * CHUNK)
    for _ in range(stop):
        tuning.advance()
    checkpoint.save(tmp_path / "c", tuning.state())
    again = begun(3 * CHUNK)
    again.restore(checkpoint.load(tmp_path / "c"))
    later = [on(again) for _ in range(3 - stop // CHUNK)]
    assert facts(again, later) == facts(whole, losses[stop // CHUNK :])


@pytest.mark.parametrize("stop", [2, 3])
def test_it_goes_on_bit_for_bit_with_more_points(stop: int, tmp_path: Path) -> None:
    """Left before the first iterations with twice the points, and after them."""
    settings: dict[str, Any] = {"patience": 1, "progress": 0.0}
    again, whole = resumed(4 * CHUNK, stop, tmp_path / "c", **settings)
    assert again == whole
    assert again["told"][1] > 4 * CHUNK * 2 * 36  # two experts, and a quarter of 144 points


def test_a_state_that_is_forgotten_shows(tmp_path: Path) -> None:
    """What the tests above would see, were the step before not kept."""

    def forget(state: Any) -> None:
        state["optimiser"]["step"] *= 0

    again, whole = resumed(3 * CHUNK, 1, tmp_path / "c", forget)
    assert again["now"] != whole["now"]


def test_losses_that_are_no_numbers_come_back(tmp_path: Path) -> None:
    tuning = begun(10)
    tuning.best_loss, tuning.best_losses = math.inf, [math.inf, 0.5]
    checkpoint.save(tmp_path / "c", tuning.state())
    again = begun(10)
    again.restore(checkpoint.load(tmp_path / "c"))
    assert (again.best_loss, again.best_losses) == (math.inf, [math.inf, 0.5])
