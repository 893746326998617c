"""Twenty bad inputs as whole commands: exit code 2, one line, and nothing else is touched."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fuzz.inputs import PATIENCE, PROMPT, assert_lines

ROOT = Path(__file__).parents[2]
LIMITED = ("sh", "-c", f'ulimit -t {PROMPT:.0f} && exec "$@"', "sh")  # CPU time
BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{9 * f'*{before}, '}]\n" for before, name in pairwise("abcdefghij")
)
FILES = {
    "bomb.yaml": BOMB,
    "deep.yaml": "[" * 50_000,
    "pickle.yaml": "problem: !!python/object/apply:os.system [touch hit]",
    "list.yaml": "- problem",
    "long.yaml": f"problem: {'x' * 90_000}",
    "surrogate.yaml": 'problem: "\\ud800"',
    "many.yaml": "problem: burgers\ntune: {m: 100000000000000000000}",
    "points.yaml": "problem: burgers\ntraining: {points: {interior: 1000000000000}}",
    "workers.yaml": "problem: burgers\nparallel: {workers: 100000}",
    "redis.yaml": "problem: burgers\nstorage: redis://me:secret@host",
    "postgres.yaml": "problem: burgers\nstorage: postgresql://me:secret@127.0.0.1:1/db",
    "depth.yaml": "problem: burgers\nspace: {activations: [tanh], depths: [1000000], widths: [4]}",
    "gone.yaml": "problem: no/such/problem.py",
    "exits.yaml": "problem: exits.py",
    "exits.py": "import sys\nsys.exit(0)",
    "broken.py": "def (",
    "raises.py": "raise RuntimeError('first\\nsecond\\x1b[2J')",
    "mine/index.html": "<title>mine</title>",
}
COMMANDS = (
    *(["search", name, "--out", "out"] for name in FILES if name.endswith(".yaml")),
    ["search", "exits.py", "--budget", "1s"],
    ["search", "broken.py", "--budget", "1s"],
    ["check", "raises.py"],
    ["search", "burgers", "--budget", "-5m", "--out", "out"],
    ["search", "burgers", "--set", "m\x1b[2J=3", "--out", "out"],
    ["search", "burgers", "--budget", "5s", "--out", "mine"],
    ["report", "mine"],
    ["report", "no\x1b[2Jwhere"],
    ["export", "mine", "--to", "mine"],
    ["validate", "x" * 5000],
)


Ended = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> list[Ended]:
    """All of them, two at a time, each in a folder of its own."""

    def run(arguments: list[str]) -> Ended:
        folder = tmp_path_factory.mktemp("bad")
        for name, text in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        done = subprocess.run(
            [*LIMITED, sys.executable, "-m", "nas.cli", *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return folder, done

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, COMMANDS))


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_a_bad_input_is_one_line_and_touches_nothing(ended: list[Ended], number: int) -> None:
    folder, done = ended[number]
    assert done.returncode == 2, done
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: "), line
    assert_lines(line)
    assert "secret" not in done.stderr + done.stdout
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert there == FILES.keys()
    assert all((folder / name).read_text() == text for name, text in FILES.items())


def test_there_are_twenty_of_them() -> None:
    assert len(COMMANDS) >= 20
