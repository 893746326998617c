"""The kernel's library: compiled once, kept, and done without where there is no compiler."""

import ctypes
import logging
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.calculus import compilation

COMPILER = next(filter(None, map(shutil.which, ("g++", "clang++", "c++"))), None)
NEEDS_COMPILER = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and nothing remembered."""
    monkeypatch.setenv("NAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(compilation, "library", compilation.library.__wrapped__)
    return tmp_path / "cache"


@pytest.fixture
def warning(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """The text of the one warning that was logged."""
    caplog.set_level(logging.WARNING, "nas")

    def one() -> str:
        (record,) = caplog.records
        return record.getMessage()

    return one


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@NEEDS_COMPILER
def test_with_a_compiler_there_is_a_kernel() -> None:
    assert compilation.library() is not None


@pytest.fixture
def quick(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of a machine whose compiler makes another library, in a moment."""
    (tmp_path / "quick.c").write_text("int answer(void) { return 42; }")
    compiler = script(
        tmp_path / "quick-c++",
        f"""echo made >> {tmp_path}/made
        while [ "$1" != -o ]; do shift; done
        {COMPILER} -x c -shared -fPIC {tmp_path}/quick.c -o "$2\"""",
    )
    monkeypatch.setenv("CXX", str(compiler))
    return fresh


def times_made(cache: Path) -> int:
    return len((cache.parent / "made").read_text().splitlines())


def answer() -> int:
    library = compilation.library()
    assert library is not None
    return int(library.answer())


@NEEDS_COMPILER
def test_the_library_is_made_once_and_nothing_else_is_left(quick: Path) -> None:
    assert answer() == 42
    (made,) = quick.glob("*.so")
    left_over = quick / f"{made.stem[:-33]}-killed.part"
    left_over.mkdir()
    assert answer() == 42
    assert times_made(quick) == 1
    made.unlink()
    assert answer() == 42
    assert times_made(quick) == 2
    assert {path.suffix for path in quick.iterdir()} == {".so", ".lock"}


@NEEDS_COMPILER
def test_another_source_is_another_library(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answer() == 42
    other = shutil.copytree(compilation._SOURCES, tmp_path / "cpp")
    (other / "mixing.h").write_text("// changed")
    monkeypatch.setattr(compilation, "_SOURCES", other)
    assert answer() == 42
    assert times_made(quick) == 2


def damage(path: Path, change: Callable[[bytes], bytes]) -> bytes:
    """What stands at ``path`` then, in a new file: this process has the old one in its memory."""
    changed = change(path.read_bytes())
    path.unlink()
    path.write_bytes(changed)
    path.chmod(0o700)
    return changed


def flipped(content: bytes, place: float) -> bytes:
    damaged = bytearray(content)
    damaged[int(place * len(content))] ^= 16
    return bytes(damaged)


@NEEDS_COMPILER
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("how", ["truncated", "flipped"])
def test_a_damaged_library_is_made_anew_and_never_loaded(
    quick: Path, monkeypatch: pytest.MonkeyPatch, how: str, part: float
) -> None:
    """To load one ends the process by SIGBUS or SIGSEGV."""
    assert answer() == 42
    (made,) = quick.glob("*.so")
    damaged = damage(
        made,
        lambda content: (
            content[: int(part * len(content))] if how == "truncated" else flipped(content, part)
        ),
    )
    load, seen = ctypes.CDLL, list[bytes]()

    def seeing(path: str) -> ctypes.CDLL:
        seen.append(Path(path).read_bytes())
        return load(path)

    monkeypatch.setattr(ctypes, "CDLL", seeing)
    assert answer() == 42
    assert times_made(quick) == 2
    assert [content == damaged for content in seen] == [False]


@NEEDS_COMPILER
@pytest.mark.parametrize("shared", ["folder", "library"])
def test_what_others_can_write_is_not_run(
    quick: Path, warning: Callable[[], str], shared: str
) -> None:
    assert answer() == 42
    (made,) = quick.glob("*.so")
    (quick if shared == "folder" else made).chmod(0o777)
    assert compilation.library() is None
    assert "can be written by others" in warning()


@NEEDS_COMPILER
@pytest.mark.parametrize("compiler", ["no-such-compiler", "exit 1"])
def test_without_a_compiler_a_library_that_is_at_hand_is_used(
    quick: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    compiler: str,
) -> None:
    assert answer() == 42
    without = script(tmp_path / "broken", compiler) if " " in compiler else compiler
    monkeypatch.setenv("CXX", str(without))
    quick.chmod(0o500)  # nor need the folder be written to
    assert answer() == 42
    quick.chmod(0o700)
    assert not caplog.records
    assert times_made(quick) == 1


OTHERS = {
    "sources": ("emission.write", lambda: "// of another version"),
    "torch": ("torch.__version__", "1.0"),
    "processor": ("_processor", lambda: "another"),
    "vectors": ("torch.backends.cpu.get_cpu_capability", lambda: "OTHER"),
}


@NEEDS_COMPILER
@pytest.mark.parametrize("other", OTHERS)
def test_without_a_compiler_no_library_of_another_kind_is_used(
    quick: Path, monkeypatch: pytest.MonkeyPatch, warning: Callable[[], str], other: str
) -> None:
    assert answer() == 42
    monkeypatch.setenv("CXX", "no-such-compiler")
    monkeypatch.setattr(f"nas.calculus.compilation.{OTHERS[other][0]}", OTHERS[other][1])
    assert compilation.library() is None
    assert "no C++ compiler" in warning()


@NEEDS_COMPILER
def test_without_a_compiler_a_damaged_library_is_not_used(
    quick: Path, monkeypatch: pytest.MonkeyPatch, warning: Callable[[], str]
) -> None:
    assert answer() == 42
    (made,) = quick.glob("*.so")
    damage(made, lambda content: content[:-1])
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert compilation.library() is None
    assert "no C++ compiler" in warning()


@pytest.mark.parametrize(
    ("compiler", "reason"),
    [
        ("no-such-compiler", "no C.. compiler .no-such-compiler. was found"),
        ("echo 'no such header' >&2; exit 1", "failed: no such header"),
        ("exit 0", "No such file"),  # it says that all is well, and makes nothing
    ],
)
def test_without_a_compiler_the_reason_is_logged(
    fresh: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    warning: Callable[[], str],
    compiler: str,
    reason: str,
) -> None:
    if " " in compiler:
        compiler = f"{script(tmp_path / 'compiler', compiler)} -O2"
    monkeypatch.setenv("CXX", compiler)
    assert compilation.library() is None
    assert warning().startswith("no fused kernel, so training is slower: ")
    assert re.search(reason, warning())
    assert len(list(fresh.glob("*.so"))) == 0


def test_a_folder_that_cannot_be_written_is_reported(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warning: Callable[[], str]
) -> None:
    monkeypatch.setenv("CXX", str(script(tmp_path / "compiler", "exit 1")))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NAS_CACHE", str(tmp_path / "file" / "cache"))
    assert compilation.library() is None
    assert "Not a directory" in warning()


def test_a_user_without_a_home_is_no_error(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, warning: Callable[[], str]
) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("NAS_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    assert compilation.library() is None
    assert "home directory" in warning() or "no C++ compiler" in warning()


def test_training_goes_on_without_a_compiler(tmp_path: Path) -> None:
    """The same loss in a process that has none; it says so once."""
    program = """
import torch
from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import load
from nas.problems.terms import PointCounts
from nas.training.collocation import Sampler
from nas.training.physics_loss import learn_individually
from nas.search_spaces import Candidate
torch.set_num_threads(1)
problem = load("burgers")
pool = [Candidate("tanh", 2, 8), Candidate("sine", 1, 8)]
mixture = Mixture(pool, GateSettings(1, 4), problem.domain.bounds, 1, 0)
sampler = Sampler(problem, PointCounts(40, 12), "sobol", 0)
points = sampler.draw(0, torch.device("cpu"))
for _ in range(2):
    losses = learn_individually(problem, mixture, points)
print(losses.tolist())
"""
    found = []
    for compiler in ({}, {"CXX": "no-such-compiler", "NAS_CACHE": str(tmp_path)}):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | compiler,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(([float(x) for x in done.stdout.strip("[]\n").split(",")], done.stderr))
    assert COMPILER is None or found[0][1] == ""
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-12)
    assert found[1][1].count("no fused kernel") == 1
