"""Signs of life."""

import json
from dataclasses import asdict
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


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", '{"phase": "selection"}', '{"unknown": 1}', "[" * 100_000),
        *(
            json.dumps(asdict(Progress(0, 1.0, "warm-up", 0.1, 7)) | {key: value})
            for key, value in [
                *(("seconds", "1"), ("seconds", -1), ("done", None), ("done", [0.1])),
                *(("step", 0.5), ("step", 10**30), ("phase", 3), ("loss", "x"), ("experts", {})),
                *(("attempt", None), ("colour", "red")),
            ]
        ),
    ],
)
def test_what_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / PROGRESS_FILE).write_text(text)
    assert read_progress(tmp_path) is None
