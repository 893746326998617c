"""README keeps its word: its code runs, its marked commands are single lines."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block_after(mark: str) -> str:
    """The fenced block that follows ``<!-- mark -->``."""
    found = re.search(rf"<!-- {mark} -->\s*```\w*\n(.*?)```", README, re.S)
    assert found, mark
    return found[1]


@pytest.mark.parametrize("mark", ["main job", "tests"])
def test_marked_commands_are_one_line_with_constraints(mark: str) -> None:
    lines = block_after(mark).strip().splitlines()
    assert len(lines) == 1
    assert "-c constraints.txt" in lines[0]


def test_own_equation_runs_as_written(tmp_path: Path) -> None:
    (tmp_path / "heat.py").write_text(block_after("own equation"))
    done = subprocess.run(
        [sys.executable, "heat.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "heat_model" / "model.pt2").exists()
    assert float(done.stdout.split()[-1]) == pytest.approx(EXACT, abs=2e-2)


# u(1/2, 1) = exp(-π²/10): the solution of the README's heat equation
EXACT = 0.3727


def test_files_that_are_named_exist() -> None:
    root = Path(__file__).parents[1]
    for name in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (root / name).exists(), name
