"""The page's lines are ones that a search can be watched with."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from nas.runner.overview import Running, State

PAGE = (Path(__file__).parents[2] / "docs" / "dashboards.md").read_text(encoding="utf-8")
(BLOCK,) = re.findall(r"<!-- watch -->\n```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def logged(tmp_path: Path) -> Any:
    path = tmp_path / "page.py"
    path.write_text(BLOCK, encoding="utf-8")
    return runpy.run_path(str(path))["Logged"]


def state(*running: Running) -> State:
    return State(4, finished=0, failed=0, running=[*running], seconds=1.0, seconds_left=None)


def test_each_step_of_each_run_is_logged_once(logged: Any) -> None:
    told: list[tuple[str, float, int]] = []
    watch = logged(lambda *one: told.append(one))
    first = Running("0000-0", "selection", 0.1, step=10, loss=0.5, experts=8)
    later = Running("0000-0", "selection", 0.2, step=20, loss=0.25, experts=7)
    silent = Running("0001-0", "warm-up", 0.0, step=0, loss=None, experts=8)
    for one in (state(), state(first, silent), state(first), state(later)):
        watch(one)
    assert told == [
        ("0000-0/selection/loss", 0.5, 10),
        ("0000-0/selection/experts", 8, 10),
        ("0000-0/selection/loss", 0.25, 20),
        ("0000-0/selection/experts", 7, 20),
    ]
