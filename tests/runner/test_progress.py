"""Signs of life."""

from pathlib import Path

import pytest

from nas.runner.progress import (
    PROGRESS_FILE,
    Progress,
    clear_progress,
    read_progress,
    write_progress,
)


@pytest.mark.parametrize("loss", [None, 0.1, float("inf")])
def test_it_comes_back_as_written(tmp_path: Path, loss: float | None) -> None:
    progress = Progress(2, 12.5, "selection", 0.25, 300, loss, 7)
    write_progress(tmp_path, progress)
    assert read_progress(tmp_path) == progress
    clear_progress(tmp_path)
    assert read_progress(tmp_path) is None
    clear_progress(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"phase": "selection"}', '{"unknown": 1}'])
def test_what_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / PROGRESS_FILE).write_text(text)
    assert read_progress(tmp_path) is None
