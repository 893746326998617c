"""Every command, with every kind of path that it can do nothing with: one line, exit code two."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.campaign import config
from nas.campaign.folder import opened
from tests.command_line import nas

# No shell can hand over a null character; it is refused all the same (see test_paths.py).
IMPOSSIBLE = ["loop", "x" * 5000, os.fsdecode(b"raw\xff")]
WRONG = ["file/below", "dangling", ""]  # of which some commands can make something
COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "search": lambda path: ["search", f"{path}.yaml"],
    "problem": lambda path: ["search", f"{path}.py"],
    "set problem": lambda path: ["search", "burgers", "--set", f"problem={path!r}"],
    "search --out": lambda path: ["search", "burgers", f"--out={path}"],
    "report": lambda path: ["report", "--", path],
    "report --to": lambda path: ["report", "campaign", f"--to={path}"],
    "export": lambda path: ["export", "--to=model", "--", path],
    "export --to": lambda path: ["export", "campaign", f"--to={path}"],
    "validate": lambda path: ["validate", "--", path],
    "baseline": lambda path: ["baseline", "--", path],
    "baseline --out": lambda path: ["baseline", "small.yaml", f"--out={path}"],
    "check": lambda path: ["check", f"{path}.py"],
    "check --to": lambda path: ["check", "poisson_l_shape", f"--to={path}"],
    "problems": lambda path: ["problems", f"{path}.py"],
    "init": lambda path: ["init", f"{path}.yaml"],
    "problems --write": lambda path: ["problems", "burgers", f"--write={path}.py"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With links in a circle and to nothing, a file, and a campaign that has just begun."""
    monkeypatch.chdir(tmp_path)
    for name, target in {"loop": "loop", "loop.py": "loop.py", "loop.yaml": "loop.yaml"}.items():
        Path(name).symlink_to(target)
    Path("dangling").symlink_to("nothing")
    Path("file").touch()
    Path("small.yaml").write_text("problem: burgers")
    with opened(config.build(problem="burgers"), Path("campaign")):
        pass
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that was told."""
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("error: ")
    return told[0]


@pytest.mark.parametrize("path", IMPOSSIBLE, ids=["loop", "long", "not UTF-8"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_impossible_path_is_one_line(
    command: str,
    path: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = sorted(folder.rglob("*"))
    assert nas(monkeypatch, *COMMANDS[command](path)) == 2
    told = refused(capsys)
    assert told.isprintable()
    assert len(told) < 1100
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("path", WRONG, ids=["below a file", "dangling", "empty"])
@pytest.mark.parametrize("command", ["report", "export", "validate", "baseline", "search", "check"])
def test_a_path_where_nothing_is_is_one_line(
    command: str,
    path: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = sorted(folder.rglob("*"))
    assert nas(monkeypatch, *COMMANDS[command](path)) == 2
    refused(capsys)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("command", ["search --out", "report --to", "export --to", "check --to"])
@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_is_no_folder_and_a_folder_no_file(
    command: str,
    path: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = "campaign" if (command, path) == ("check --to", "file") else path
    assert nas(monkeypatch, *COMMANDS[command](path)) == 2
    refused(capsys)
    assert Path("file").read_bytes() == b""


@pytest.mark.parametrize(
    "value", ["0", "-5m", "nan", "inf", f"{10**12} h", "1e400", "", "5" * 5000]
)
def test_a_budget_that_is_none_is_one_line(
    value: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert nas(monkeypatch, "search", "burgers", f"--budget={value}") == 2
    told = capsys.readouterr().err
    assert told.startswith("error: --budget: expected at least 10 s and at most a year: ")
    assert len(told) < 300
    assert not (folder / "burgers-search").exists()


@pytest.mark.parametrize("command", [["validate"], ["export", "--to=model"]])
@pytest.mark.parametrize("run", ["", "../../x", "a\x1b[2J\nb", "9" * 100_000])
def test_a_run_that_is_none_is_one_line(
    command: list[str],
    run: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert nas(monkeypatch, *command, "campaign", f"--run={run}") == 2
    assert refused(capsys).isprintable()
