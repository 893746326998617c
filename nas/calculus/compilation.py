"""The fused kernel as a shared library: compiled at the first need, then kept on disk.

It is compiled for this very processor, against torch's own vector classes; the library's name
is a digest of all that went into it, so that no change can meet a stale one.
"""

import ctypes
import hashlib
import logging
import os
import platform
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import torch
from filelock import FileLock

from nas.calculus import emission

_LOG = logging.getLogger("nas")
_SOURCE = Path(__file__).with_name("fused.cpp")
_TORCH = Path(torch.__file__).parent
_COMPILERS = ("g++", "clang++", "c++")
_PATIENCE = 300.0  # seconds


@cache
def library() -> ctypes.CDLL | None:
    """The kernel's functions; None where it cannot be had, which is logged once."""
    try:
        path = _cached()
        return ctypes.CDLL(str(path))
    except (OSError, subprocess.SubprocessError, _NoCompiler, emission.NotWritable) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        _LOG.warning("no fused kernel, so training is slower by a factor of 2 to 4: %s", reason)
        return None


def folder() -> Path:
    """Where the library is kept: ``$NAS_CACHE``, or ``nas`` in the user's cache folder."""
    named = os.environ.get("NAS_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nas"


class _NoCompiler(Exception):  # noqa: N818 - a fact about the machine, not a failure
    """There is no compiler, or none that compiles the kernel."""


def _cached() -> Path:
    activations, source = emission.write(), _SOURCE.read_text()
    command = _command(_compiler())
    parts = [activations, source, *command, torch.__version__, _processor()]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
    path = folder() / f"fused-{digest}.so"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=_PATIENCE):
            if not path.exists():  # another process may have been first
                _compile(command, activations, path)
    return path


def _compile(command: list[str], activations: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        work = Path(name)
        (work / "activations.h").write_text(activations)
        made = work / path.name
        done = subprocess.run(
            [*command, f"-I{work}", str(_SOURCE), "-o", str(made), *_linked()],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode:
            raise _NoCompiler(f"{command[0]} failed: {done.stderr[:500]}")
        made.replace(path)


def _compiler() -> str:
    named = os.environ.get("CXX")
    for name in [named] if named else _COMPILERS:
        if shutil.which(name):
            return name
    raise _NoCompiler(f"no C++ compiler ({named or ', '.join(_COMPILERS)}) was found")


def _command(compiler: str) -> list[str]:
    capability = torch.backends.cpu.get_cpu_capability()
    return [
        *compiler.split(),
        "-std=c++20",
        "-O3",
        "-march=native",
        "-fno-math-errno",
        "-fno-trapping-math",
        "-fopenmp",
        "-fPIC",
        "-shared",
        f"-DCPU_CAPABILITY={capability}",
        f"-DCPU_CAPABILITY_{capability}",
        f"-I{_TORCH / 'include'}",
    ]


def _linked() -> list[str]:
    """torch's own libraries, the one of its threads among them: two such would fight."""
    folder = _TORCH / "lib"
    threads = [str(path) for path in sorted(folder.glob("libgomp*"))]
    return [*threads, f"-L{folder}", "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{folder}"]


def _processor() -> str:
    """What ``-march=native`` depends on, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return "".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))
