"""The notebooks run from the first cell to the last, and hold no outputs and no machine's paths.

Each runs in a fresh process as a kernel has it: its cells one after the other, with no file of
their own. The cell tagged ``parameters`` is replaced, as papermill does it, by settings that take
a moment.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
TINY = """
settings = {
    "space": {"activations": ["sine", "tanh"], "depths": [1], "widths": [4]},
    "gate": {"depth": 0},
    "tune": {"m": 2, "p": 0.5, "threshold": 0.3},
    "trials": 1,
    "training": {
        "warm_up": {"iterations": 3, "points": {"interior": 24, "boundary": 8}},
        "steps": 20,
        "points": {"interior": 24, "boundary": 8},
        "fine_tuning": {"iterations": 3},
    },
    "parallel": {"engine": "serial", "workers": 1},
}
"""
# What a notebook gives itself, and so does not take from its settings.
GIVEN = {"article_burgers": ("space", "gate"), "article_sparsity": ("tune", "trials")}
# What a kernel does with the last expression of a cell: it shows it.
SHOW = """
def show(value):
    names = ("_repr_png_", "_repr_html_", "__repr__")
    assert next(getattr(value, name)() for name in names if hasattr(value, name))
"""


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in told["cells"] if cell["cell_type"] == kind]


def shown(source: str) -> str:
    """A cell whose last expression is shown."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if isinstance(last, ast.Expr) and not source.rstrip().endswith(";"):
        call = ast.parse("show(None)").body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        call.value.args = [last.value]
        tree.body[-1] = call
    return ast.unparse(ast.fix_missing_locations(tree))


def program(path: Path) -> str:
    """All code of a notebook with tiny settings."""
    parts = [SHOW]
    for cell in cells(path):
        if "parameters" in cell["metadata"].get("tags", []):
            parts.append(TINY)
            parts += [f"del settings[{name!r}]" for name in GIVEN.get(path.stem, ())]
        else:
            parts.append(shown("".join(cell["source"])))
    return "\n".join(parts)


def test_there_are_notebooks() -> None:
    assert len(PATHS) == 5


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_it_runs_to_its_end(path: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-"],
        input=program(path),
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_it_is_clean(path: Path) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in told["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]{1,64}", one) for one in ids)
    code = cells(path)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    tagged = [cell for cell in code if cell["metadata"] == {"tags": ["parameters"]}]
    assert len(tagged) == 1
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/Users/|/tmp/|[A-Z]:\\\\", text)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_files_that_it_names_are_there(path: Path) -> None:
    text = "".join(line for cell in cells(path, "markdown") for line in cell["source"])
    for name in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (path.parent / name).exists(), name
