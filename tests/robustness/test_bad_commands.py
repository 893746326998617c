"""Twenty bad inputs as whole commands: exit code 2, one line, and nothing else is touched."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fuzz.inputs import PATIENCE, PROMPT, assert_lines

ROOT = Path(__file__).parents[2]
# Each command in a process of its own, that has imported all before it begins: that is seconds.
EACH = """
import gc, json, os, resource, sys
from nas import cli, commands, compare_command, export, reports, result, validation

gc.freeze()  # nothing of this is to be looked at as each of them ends
limit, commands = json.load(sys.stdin)
codes = []
for folder, arguments in commands:
    if os.fork() == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
        os.chdir(folder)
        for number, name in (1, "out"), (2, "err"):
            os.dup2(os.open(f"{folder}.{name}", os.O_WRONLY | os.O_CREAT), number)
        sys.argv[1:] = arguments
        cli.main()
    codes.append(os.waitstatus_to_exitcode(os.wait()[1]))
print(codes)
"""
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


@dataclass(frozen=True)
class Ended:
    """Where a command was run, what it left, and its exit code."""

    folder: Path
    code: int

    def said(self, stream: str) -> str:
        return self.folder.with_suffix(f".{stream}").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> list[Ended]:
    """All of them, each in a folder of its own."""
    folders = [tmp_path_factory.mktemp("bad") for _ in COMMANDS]
    for folder in folders:
        for name, text in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", EACH],
        input=json.dumps([PROMPT, list(zip(map(str, folders), COMMANDS, strict=True))]),
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=len(COMMANDS) * PATIENCE,
        check=True,
    )
    codes = json.loads(done.stdout)
    return [Ended(folder, code) for folder, code in zip(folders, codes, strict=True)]


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_a_bad_input_is_one_line_and_touches_nothing(ended: list[Ended], number: int) -> None:
    folder, errors = ended[number].folder, ended[number].said("err")
    assert ended[number].code == 2, errors
    (line,) = errors.splitlines()
    assert line.startswith("error: "), line
    assert_lines(line)
    assert "secret" not in errors + ended[number].said("out")
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert there == FILES.keys()
    assert all((folder / name).read_text() == text for name, text in FILES.items())


def test_there_are_twenty_of_them() -> None:
    assert len(COMMANDS) >= 20
