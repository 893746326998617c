"""The command line as a user meets it: output, exit codes, and one line for what is wrong."""

import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from nas import __version__
from nas.campaign import campaign, config
from nas.campaign.records import Records
from nas.exit_codes import FAILED
from nas.reports import example
from nas.runner.overview import Watch
from nas.validation import validation
from tests.command_line import nas, python

CAMPAIGN = """
problem: poisson_l_shape
space: {activations: [sine, tanh], depths: [1], widths: [4]}
gate: {depth: 0, width: 4, activation: tanh}
tune: {m: 2, p: 0.5, threshold: 0.3}
trials: 1
training:
  warm_up: {iterations: 5, points: {interior: 30, boundary: 12}}
  steps: 15
  points: {interior: 30, boundary: 12}
  fine_tuning: {iterations: 5}
parallel: {workers: 1}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(CAMPAIGN)
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A campaign run from a shell, piped: its folder, and what was printed."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "small.yaml").write_text(CAMPAIGN)
    done = python("-m", "nas.cli", "search", "small.yaml", "--out", "out", folder=folder)
    done.check_returncode()
    (folder / "told.txt").write_text(done.stderr)
    return folder / "out", done.stdout


@pytest.fixture
def copied(finished: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of it that may be changed; the campaign's file is in the current folder."""
    monkeypatch.chdir(finished[0].parent)
    return shutil.copytree(finished[0], tmp_path / "out")


def test_each_phase_and_each_run_is_a_line_where_nobody_looks(finished: tuple[Path, str]) -> None:
    told = (finished[0].parent / "told.txt").read_text()
    loss, time = r"\d\.\d\de-?\d\d", r"\d:\d\d:\d\d"
    expected = [
        rf"0000-0 selection ended at step 20: training loss {loss}, 2 experts",
        rf"0000-0 fine-tuning ended at step \d\d: training loss {loss}, \d experts?",
        rf"0000-0 completed after {time}: held-out loss {loss}, 2 → \d experts, \d+ parameters",
    ]
    lines = [line for line in told.splitlines() if not line.startswith("compiling")]
    assert len(lines) == len(expected)
    for line, wanted in zip(lines, expected, strict=True):
        assert re.fullmatch(wanted, line), line
    kept = (finished[0] / "runs" / "0000-0" / "log.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in kept] == lines


def test_quiet_says_the_answer_alone(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["search", "small.yaml", "--out", copied, "--set", "trials=2"]
    command += ["--set", "parallel.engine=serial"]
    assert nas(monkeypatch, *command, "--quiet") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("2 runs finished\n")
    assert "next: " not in printed.out
    assert all(line.startswith("warning: ") for line in printed.err.splitlines())
    assert nas(monkeypatch, *command, "--quiet", "--verbose") == 2
    told = "error: --quiet: expected it without --verbose, got both; leave out one of them\n"
    assert capsys.readouterr().err == told


def test_search_prints_what_it_recommends(finished: tuple[Path, str]) -> None:
    _, printed = finished
    assert printed.startswith("1 run finished\n")
    assert "recommended: trial 0 (run 0000-0)" in printed
    assert "relative L2" in printed
    assert "next: nas report out · nas validate out · nas export out --to model/" in printed


@pytest.mark.parametrize(
    ("arguments", "problem", "folder"),
    [
        (["burgers"], "burgers", "burgers-search"),
        (["mine/heat.py"], "heat.py", "heat-search"),
        (["small.yaml"], "poisson_l_shape", "small-search"),
        (["burgers", "--out", "there"], "burgers", "there"),
    ],
)
def test_search_takes_a_problem_too_and_finds_a_folder(
    arguments: list[str],
    problem: str,
    folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    begun: list[tuple[config.Campaign, Path]] = []

    def search(settings: config.Campaign, out: Path, watch: Watch) -> Records:
        begun.append((settings, out))
        return example.records()

    monkeypatch.setattr(campaign, "search", search)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text("problem: poisson_l_shape")
    more = ["--budget", "1m", "--set", "trials=4"]
    assert nas(monkeypatch, "search", *arguments, *more) == FAILED  # one run of the example
    ((settings, out),) = begun
    assert (settings.problem.endswith(problem), settings.budget, settings.trials) == (True, 60, 4)
    assert out == Path(folder)
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"next: nas report {folder} ")


def test_a_name_that_is_nothing_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert nas(monkeypatch, "search", "burgerz", "--budget", "5m") == 2
    assert re.fullmatch("error: burgerz: .*; did you mean burgers\\?\n", capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_report_and_export_print_paths(
    finished: tuple[Path, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    folder, _ = finished
    assert nas(monkeypatch, "report", folder) == 0
    page = Path(capsys.readouterr().out.split("page: ")[1].strip())
    assert page == folder / "report" / "index.html"
    assert page.exists()
    assert nas(monkeypatch, "export", folder, "--to", tmp_path / "model") == 0
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == f"model: {tmp_path / 'model'}"
    assert (tmp_path / "model" / "model.pt2").exists()
    assert "fresh process" in told


def test_a_problem_is_shown_and_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    assert nas(monkeypatch, "problems", "burgers", "--write", path) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("burgers: Burgers' equation\n  equation")
    assert f"written: {path}; " in printed
    assert nas(monkeypatch, "problems", "burgers", "--write", path) == 2
    assert nas(monkeypatch, "problems", "--write", path) == 2
    assert nas(monkeypatch, "problems", "burger") == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert [line.split("; ")[0] for line in found.err.splitlines()] == [
        f"error: {path}: is there already",
        "error: --write: expected a problem's name before it",
        "error: problem 'burger': no such problem",
    ]


def test_problems_and_spaces_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert nas(monkeypatch, "problems") == 0
    listed = capsys.readouterr().out
    assert "burgers               Burgers' equation\n" in listed
    assert max(map(len, listed.splitlines())) <= 100
    assert "in full: nas problems NAME" in listed
    assert nas(monkeypatch, "spaces") == 0
    assert "full_grid" in capsys.readouterr().out
    assert nas(monkeypatch, "spaces", "broad") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("?")
    assert {"tanh 2×32", "sine 3×24 ×10", "sine 1×200 output"} <= set(told[1:])
    assert nas(monkeypatch, "spaces", "narrow") == 2
    assert "space 'narrow': no such space; the toolkit's are " in capsys.readouterr().err


def test_validate_prints_what_was_found(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(validation, "SUBSETS", 2)
    assert nas(monkeypatch, "validate", copied) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == f"next: nas report {copied}"
    assert len(told) > 1
    assert nas(monkeypatch, "report", copied) == 0
    page = (copied / "report" / "index.html").read_text()
    assert "Can you trust this?" in page
    assert nas(monkeypatch, "baseline", copied) == 0  # all that it wants is there
    listed = capsys.readouterr().out
    assert all(name in listed for name in ("sine 1×4", "tanh 1×4"))


def test_validate_wants_a_run_of_the_campaign(
    finished: tuple[Path, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert nas(monkeypatch, "validate", finished[0], "--run", "0042-0") == 2
    assert re.fullmatch(r"error: .*0042-0.*0000-0.*\n", capsys.readouterr().err)


def test_baseline_wants_a_folder_for_a_file_and_nothing_beside_a_folder(
    file: Path,
    finished: tuple[Path, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert nas(monkeypatch, "baseline", file) == 2
    assert "expected --out beside a campaign file" in capsys.readouterr().err
    assert nas(monkeypatch, "baseline", finished[0], "--set", "seeds=2") == 2
    assert "expected a campaign file beside --out and --set" in capsys.readouterr().err


def test_a_warning_is_exit_code_three_where_strict(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A network that has learnt for a moment: its run is found finished, and is told of again."""
    assert nas(monkeypatch, "search", "small.yaml", "--out", copied) == 0
    told = capsys.readouterr().out
    assert "estimated error" in told
    assert "\nwarning: " in told
    assert nas(monkeypatch, "search", "small.yaml", "--out", copied, "--strict") == 3
    assert capsys.readouterr().out == told


ROD = """
from nas import Box, Condition, Problem
problem = Problem("rod", Box(x=(0, 1)), lambda u: {residual}, [Condition("x_min", lambda u: u)])
"""


@pytest.mark.parametrize(
    ("residual", "code", "strict", "told"),
    [
        ("u.x - 1", 0, 0, "no mistake was found"),
        ("u.xx - 1", 0, 3, "warning: along x the equations have order 2, and 1 condition stands"),
        ("u.q - 1", 2, 2, "u.q: no such derivative"),
    ],
)
def test_check_tells_mistakes_before_any_training(
    residual: str,
    code: int,
    strict: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "rod.py"
    path.write_text(ROD.format(residual=residual))
    assert nas(monkeypatch, "check", path) == code
    printed = capsys.readouterr()
    assert told in (printed.err if code else printed.out)
    assert nas(monkeypatch, "check", path, "--strict") == strict


def test_check_draws_where_it_is_told_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "check.png"
    assert nas(monkeypatch, "check", "poisson_l_shape", "--to", picture) == 0
    assert capsys.readouterr().out.endswith(f"picture: {picture}\n")
    assert picture.exists()


COMMANDS = ["check", "search", "report", "export", "baseline", "validate", "problems", "spaces"]
COMMANDS += ["init", "keys"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_is_there_for_everything(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for asked in ("--help", "-h"):
        assert nas(monkeypatch, *command, asked) == 0
        assert "Usage: nas" in capsys.readouterr().out


def test_the_version_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert nas(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"nas {__version__}\n"


@pytest.mark.parametrize("columns", [44, 80])
def test_words_of_a_help_are_whole_on_a_narrow_terminal(columns: int) -> None:
    wide = {"COLUMNS": f"{columns}", "TERMINAL_WIDTH": f"{columns}"}
    done = python("-m", "nas", "search", "-h", env=os.environ | wide)
    assert done.returncode == 0, done
    assert "Usage: nas search" in done.stdout
    assert all(len(line) <= columns for line in done.stdout.splitlines())
    assert not re.search(r"\w…", done.stdout)
    for word in ("tcp://host:8786.", "training.steps=500.", "--workers", "resumes"):
        assert word in done.stdout


def test_a_shell_completes_commands_without_torch() -> None:
    code = (
        "import sys, nas.cli, os; sys.argv = ['nas']\n"
        "try:\n    nas.cli.main()\nexcept SystemExit as ended:\n"
        "    sys.exit(ended.code or ('torch' in sys.modules))"
    )
    asked = {"_NAS_COMPLETE": "complete_bash", "COMP_WORDS": "nas va", "COMP_CWORD": "1"}
    done = python("-c", code, env=os.environ | asked)
    assert (done.returncode, done.stdout.split()) == (0, ["validate"]), done


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("training.stepz=5", "training.stepz: unknown key.*did you mean training.steps"),
        ("training.steps=many", "training.steps: expected an integer"),
        ("space.widths=[]", "space.widths: expected a list of one or more"),
        ("tune.p=0", "tune.p: expected"),
        ("tune.p=1", "tune.p: expected"),
        ("tune.m=1", "tune.m: expected"),
        ("tune.threshold=1", "tune.threshold: expected"),
        ("tune.threshold=0", "tune.threshold: expected"),
        ("space=ful_grid", "space.*full_grid"),
        ("problem=burger", "burger.*burgers"),
        ("problem=missing.py", "missing.py: expected a Python file"),
        ("training.device=cuda:97", "training.device: expected a device of this machine"),
        ("training.points.boundary=2", "boundary.*6"),
        ("training.warm_up.points.boundary=2", "boundary.*6"),
        ("training.warm_up.method=lbfgs", "training.warm_up.method: expected one of adam, "),
        ("storage=postgresql://host:port/db", "storage: expected null or the URL"),
        ("training.steps", "--set"),
    ],
)
def test_bad_settings_are_one_line_and_exit_code_two(
    change: str,
    told: str,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    assert nas(monkeypatch, "search", file, "--out", out, "--set", change) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert re.search(told, errors[0]), errors[0]
    assert not out.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("problem = (", "does not parse"),
        ("x = 1", "expected .*Problem"),
        ("raise ValueError('oh')", "ValueError"),
        (
            "from nas import *\n"
            "problem = Problem(name='bad', domain=Box(x=(0, 1), t=(0, 1)),"
            " residual=lambda u: u.t - u.yy, conditions=[Condition('t_min', lambda u: u)])",
            "u.yy: no such derivative; expected u and 1 to 4 letters of the coordinates x, t",
        ),
    ],
)
def test_bad_problem_files_are_one_line_and_exit_code_two(
    content: str,
    told: str,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bad.py").write_text(content)
    problem = f"problem={tmp_path / 'bad.py'}"
    assert nas(monkeypatch, "search", file, "--out", tmp_path / "out", "--set", problem) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert re.search(told, errors[0]), errors[0]


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
@pytest.mark.parametrize("where", ["import", "solution"])
def test_what_would_end_python_is_one_line_and_exit_code_two(
    does: str,
    told: str,
    where: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """As the file is imported, and at points where only `nas check` evaluates the solution."""
    path = tmp_path / "rod.py"
    solution = f"def solution(x):\n    if len(x) > 100:\n        {does}\n    return x - 1\n"
    problem = ROD.format(residual="u.x - 1").replace("u)])", "u)], solution=solution)")
    path.write_text(f"{does}\n" if where == "import" else f"{solution}{problem}")
    assert nas(monkeypatch, "check", path) == 2
    assert re.fullmatch(f"error: .*rod.py, line \\d: raised {told}.*\n", capsys.readouterr().err)


def test_what_a_file_does_to_the_process_is_undone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    meddling = (
        "import os, torch, warnings; os.chdir('/'); torch.set_grad_enabled(False)\n"
        "warnings.simplefilter('error')\n"
    )
    (tmp_path / "rod.py").write_text(meddling + ROD.format(residual="u.x - 1"))
    for command in ("check", "problems"):
        assert nas(monkeypatch, command, "rod.py") == 0
        assert Path.cwd() == tmp_path
    assert "no mistake was found" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["report"], ["export", "--to", "model"]])
def test_a_folder_that_is_no_campaign_is_refused(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert nas(monkeypatch, *command, tmp_path) == 2
    assert "expected a campaign folder" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


def test_a_table_cut_short_is_told(
    finished: tuple[Path, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, _ = finished
    table = folder / "tables" / "runs.parquet"
    content = table.read_bytes()
    table.write_bytes(content[:-50])
    try:
        assert nas(monkeypatch, "report", folder) == 2
        assert "damaged or cut short" in capsys.readouterr().err
    finally:
        table.write_bytes(content)


def test_an_unknown_command_is_a_user_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert nas(monkeypatch, "serch") == 2


def test_help_needs_no_torch() -> None:
    code = "import sys, nas.cli; sys.exit('torch' in sys.modules)"
    assert python("-c", code).returncode == 0


def listening() -> None:
    """Let a command be interrupted, even where these tests run in a shell's background."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("number", ["SIGINT", "SIGHUP"])
def test_an_interrupt_at_any_moment_is_exit_code_130(tmp_path: Path, number: str) -> None:
    """Also within the `exec` of a text, where python would end by a signal of its own."""
    send = f"import os, signal; os.kill(os.getpid(), signal.{number})"
    (tmp_path / "mine.py").write_text(f"exec({send!r})\n")
    (tmp_path / "small.yaml").write_text("problem: mine.py\nspace: full_grid\n")
    command = ("-m", "nas.cli", "search", "small.yaml", "--out", "out")
    done = python(*command, folder=tmp_path, preexec_fn=listening)
    assert done.returncode == 130
    assert done.stderr == "interrupted; run the same command again to go on\n"


def test_a_thread_of_a_users_file_does_not_keep_the_command(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "import threading\nfrom nas import Box, Condition, Problem\n"
        "threading.Thread(target=threading.Event().wait, name='for\\never').start()\n"
        "ends = Condition(('x_min', 'x_max'), lambda u: u)\n"
        "problem = Problem('bend', Box(x=(0, 1)), lambda u: u.xx + 2, [ends])\n"
    )
    done = python("-m", "nas.cli", "check", "mine.py", folder=tmp_path)
    assert done.returncode == 0, done
    assert done.stdout
    assert done.stderr == r"note: ended beside threads of a problem's file: for\never" + "\n"
