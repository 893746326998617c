"""Problems by name and by path, and one clear line for every file that cannot be used."""

import inspect
import logging
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import cloudpickle  # type: ignore[import-untyped]  # as joblib does
import pytest

from nas import problems
from nas.errors import UserError
from nas.problems import burgers, loading

HEAT = """\
from nas.problems import Box, Condition, Problem

heat = Problem(
    name="heat",
    domain=Box(x=(0, 1), t=(0, 1)),
    residual=lambda u: u.t - 0.1 * u.xx,
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
)
"""


def write(folder: Path, text: str, name: str = "heat.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_names_are_those_of_the_files() -> None:
    assert {"burgers", "poisson_l_shape"} <= set(problems.names())
    assert "problem" not in problems.names()
    assert "sampling" not in problems.names()


def test_by_name() -> None:
    assert problems.load("burgers") is burgers.problem


def test_by_path(tmp_path: Path) -> None:
    path = write(tmp_path, HEAT)
    problem = problems.load(path)
    assert problem.name == "heat"
    assert problem.derivatives.keys == ((0, 0), (1, 0), (0, 1), (2, 0))
    assert problems.load(str(path)).fingerprint == problem.fingerprint
    assert callable(problem.residual)
    assert "u.t - 0.1 * u.xx" in inspect.getsource(problem.residual)


def test_a_file_changed_meanwhile_is_read_again(tmp_path: Path) -> None:
    first = problems.load(write(tmp_path, HEAT))
    second = problems.load(write(tmp_path, HEAT.replace("0.1", "0.2")))
    assert first.fingerprint != second.fingerprint


def test_loading_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path, "rate = 0.3\n", "neighbour_of_heat.py")
    text = HEAT.replace("0.1", "neighbour_of_heat.rate")
    path, modules = list(sys.path), set(sys.modules)
    problems.load(write(tmp_path, "import neighbour_of_heat\n" + text))
    assert sys.path == path
    assert set(sys.modules) == modules


def test_two_folders_may_have_neighbours_of_the_same_name(tmp_path: Path) -> None:
    fingerprints = set()
    for rate in (1, 2):
        folder = tmp_path / str(rate)
        folder.mkdir()
        write(folder, f"rate = {rate}\n", "neighbour_of_heat.py")
        text = "from neighbour_of_heat import rate\n" + HEAT.replace("0.1", "rate")
        fingerprints.add(problems.load(write(folder, text)).fingerprint)
    assert len(fingerprints) == 2


def test_a_problem_of_a_file_travels_to_another_process(tmp_path: Path) -> None:
    """By value: the other process could not import the file's module or its neighbours."""
    write(tmp_path, "def rate():\n    return 0.3\n", "neighbour_of_heat.py")
    flow = "def flow(u):\n    return u.t - rate() * u.xx\n\n"
    text = "from neighbour_of_heat import rate\n" + HEAT.replace("\n\nheat", "\n\n" + flow + "heat")
    text = text.replace("lambda u: u.t - 0.1 * u.xx", "flow")
    problem = problems.load(write(tmp_path, text))
    command = (
        "import pickle, sys\n"
        "import torch\n"
        "problem = pickle.load(sys.stdin.buffer)\n"
        "jet = torch.ones(4, 5, 1)\n"
        "x, none = torch.ones(5, 2), torch.ones(5, 0)\n"
        "(residual,) = problem.terms[0].residuals(jet, problem.derivatives, x, none)\n"
        "print(problem.fingerprint, f'{residual[0]:.3f}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", command],
        input=cloudpickle.dumps(problem),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split() == [problem.fingerprint, "0.700"]


class Heard(logging.Handler):
    """Messages, and whether there has been one."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []
        self.event = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
        self.event.set()


@pytest.mark.parametrize("slow", [True, False])
def test_a_file_that_takes_long_is_told(
    slow: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until it has been told of, or does not wait: no clock decides."""
    heard = Heard()
    monkeypatch.setattr(loading, "SLOW", 0.01 if slow else 600.0)
    monkeypatch.setattr(logging.getLogger("nas"), "handlers", [heard])
    wait = {"wait": heard.event.wait if slow else lambda seconds: True}
    monkeypatch.setitem(sys.modules, "of_the_test", SimpleNamespace(**wait))
    text = "import of_the_test\n\nassert of_the_test.wait(600)\n" + HEAT
    path = write(tmp_path, text, "he%dat.py")
    assert problems.load(path).name == "heat"
    expected = f"{path}: has not been loaded after 0.01 s: its own code is at work; Ctrl-C ends it"
    assert heard.messages == [expected] * slow


def test_a_variation_of_a_problem_of_the_toolkit(tmp_path: Path) -> None:
    text = (
        "from dataclasses import replace\n"
        "from nas.problems.burgers import problem\n"
        "milder = replace(problem, name='milder', residual=lambda u: u.t + u * u.x - 0.1 * u.xx)\n"
    )
    assert problems.load(write(tmp_path, text)).name == "milder"


def test_a_file_that_passes_on_a_problem_of_the_toolkit(tmp_path: Path) -> None:
    path = write(tmp_path, "from nas.problems.burgers import problem\n")
    assert problems.load(path) is burgers.problem


def test_private_names_and_second_names_do_not_count(tmp_path: Path) -> None:
    text = HEAT.replace("heat =", "_draft =") + HEAT + "again = heat\n"
    assert problems.load(write(tmp_path, text)).name == "heat"


def test_dataclasses_work_in_a_problem_file(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n\n"
        "@dataclass\nclass Material:\n    rate: float = 0.1\n\n"
    )
    text += HEAT.replace("0.1", "Material().rate")
    assert problems.load(write(tmp_path, text)).name == "heat"


@pytest.mark.parametrize("name", ["burger", "Burgers", "bürgers"])
def test_a_misspelt_name_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(
        UserError, match=f"problem '{name}': no such problem; did you mean burgers?"
    ):
        problems.load(name)


def test_an_unknown_name_is_answered_with_all() -> None:
    with pytest.raises(
        UserError, match=r"no such problem; expected one of .*burgers, .*a \.py file"
    ):
        problems.load("zzzzzz")


def test_a_campaign_file_is_told_from_a_problem() -> None:
    with pytest.raises(UserError, match=r"expected a problem, got the name of a campaign file"):
        problems.load("my.yaml")


@pytest.mark.parametrize("machinery", ["problem", "domains", "loading"])
def test_machinery_is_no_problem(machinery: str) -> None:
    with pytest.raises(UserError, match="no such problem"):
        problems.load(machinery)


def test_a_missing_file() -> None:
    with pytest.raises(
        UserError, match=r"nowhere/heat\.py: expected a Python file .* no such file"
    ):
        problems.load("nowhere/heat.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\ny = = 2\n", r", line 2: does not parse: invalid syntax"),
        ("x = 1\n\n1 / 0\n", r", line 3: raised ZeroDivisionError: division by zero"),
        ("import no_such_module_at_all\n", r", line 1: raised ModuleNotFoundError: No module"),
        ("def f():\n    raise ValueError('a\\nb')\n\nf()\n", r", line 2: raised ValueError: a b"),
        ("import sys\nsys.exit(3)\n", r", line 2: raised SystemExit: 3"),
        ("import json\njson.loads('{')\n", r", line 2: raised JSONDecodeError: Expecting"),
        (HEAT.replace("u.t", "u.y"), r", line 3: heat: residual: u\.y: no such derivative"),
        (
            "x = 1\n",
            r"heat\.py: expected a problem = Problem\(\.\.\.\) at module level, found none",
        ),
        ("from nas.problems import Problem\n", r"found none"),
        (
            HEAT + HEAT.replace("heat =", "cold =") + "again = heat\n",
            r"found several: heat, cold; let the names",
        ),
        (
            "from nas.problems.burgers import problem\n"
            "from nas.problems.poisson_l_shape import problem as other\n",
            r"expected one problem, found several: problem, other",
        ),
        ("x = '\0'\n", r"heat\.py.*: .*null bytes"),
        ("", r"found none"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UserError, match=message) as caught:
        problems.load(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "heat.py"
    path.write_bytes(b"x = '\xff\xfe'\n")
    with pytest.raises(UserError, match=re.escape(str(path)) + ".*does not parse"):
        problems.load(path)


def test_a_failed_import_leaves_no_half_made_module(tmp_path: Path) -> None:
    modules = set(sys.modules)
    with pytest.raises(UserError, match="division by zero"):
        problems.load(write(tmp_path, "1 / 0\n"))
    assert set(sys.modules) == modules


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("class E(Exception):\n    def __str__(self): return None\nraise E", "raised E$"),
        ("raise ValueError('x' * 10**7)", r"raised ValueError: x+… \([0-9,]+ characters left out"),
    ],
)
def test_whatever_an_exception_says_is_a_short_line(tmp_path: Path, raised: str, told: str) -> None:
    path = tmp_path / "own.py"
    path.write_text(raised)
    with pytest.raises(UserError, match=told) as caught:
        problems.load(str(path))
    assert len(str(caught.value)) < 700
