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
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import torch
from filelock import FileLock

from nas.calculus import emission

_LOG = logging.getLogger("nas")
_SOURCES = Path(__file__).with_name("cpp")
_TORCH = Path(torch.__file__).parent
_COMPILERS = ("g++", "clang++", "c++")
_PATIENCE = 300.0  # seconds


@cache
def library() -> ctypes.CDLL | None:
    """The kernel's functions; None where it cannot be had, which is logged once.

    Examples
    --------
    >>> kernel = library()  # compiles it, if this is the first call on this machine
    >>> kernel is library()  # found once in a process
    True
    """
    try:
        path = _path()
        try:
            return ctypes.CDLL(str(_compiled(path)))
        except OSError:  # damaged, or made on a machine with newer libraries
            path.unlink(missing_ok=True)
            return ctypes.CDLL(str(_compiled(path)))
    except (OSError, subprocess.SubprocessError, _NoKernel, emission.NotWritable) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        _LOG.warning("no fused kernel, so training is slower: %s", reason)
        return None


def folder() -> Path:
    """Where the library is kept: ``$NAS_CACHE``, or ``nas`` in the user's cache folder.

    Examples
    --------
    >>> folder().is_absolute()
    True
    """
    named = os.environ.get("NAS_CACHE")
    if named:
        return Path(named).absolute()
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "nas"
    except RuntimeError as error:  # a user without a home
        raise _NoKernel(str(error)) from error


class _NoKernel(Exception):  # noqa: N818 - a fact about the machine, not a failure
    """There is no compiler, none that compiles the kernel, or no safe folder to keep it in."""


def _path() -> Path:
    sources = [path.read_text() for path in sorted(_SOURCES.iterdir()) if path.is_file()]
    parts = [emission.write(), *sources, *_command(), torch.__version__, _processor()]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
    return folder() / f"fused-{digest}.so"


def _compiled(path: Path) -> Path:
    """The library, compiled if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_own(path.parent)
    if not path.exists():
        with FileLock(path.with_suffix(".lock"), timeout=_PATIENCE):
            if not path.exists():  # another process may have been first
                _compile(path)
    _check_own(path)
    return path


def _check_own(path: Path) -> None:
    """Refuse what other users can write: it is about to be run."""
    if hasattr(os, "getuid"):
        status = path.stat()
        if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise _NoKernel(
                f"{path} can be written by others; name a folder of your own in NAS_CACHE"
            )


def _compile(path: Path) -> None:
    _LOG.info("compiling the kernel that makes training fast, once for this machine ...")
    for left_over in path.parent.glob(f"{path.stem}-*"):  # of a process that was killed
        shutil.rmtree(left_over, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{path.stem}-", dir=path.parent) as name:
        work = Path(name)
        (work / "activations.h").write_text(emission.write())
        made = work / path.name
        command = [
            *_command(),
            f"-I{work}",
            str(_SOURCES / "fused.cpp"),
            "-o",
            str(made),
            *_linked(),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
        if done.returncode:
            raise _NoKernel(f"{command[0]} failed: {done.stderr[:500]}")
        made.chmod(0o700)
        made.replace(path)


def _compiler() -> list[str]:
    named = os.environ.get("CXX", "").split()
    for words in [named] if named else [[name] for name in _COMPILERS]:
        if shutil.which(words[0]):
            return words
    looked_for = " ".join(named) or ", ".join(_COMPILERS)
    raise _NoKernel(f"no C++ compiler ({looked_for}) was found; install g++, or name yours in CXX")


def _command() -> list[str]:
    capability = torch.backends.cpu.get_cpu_capability()
    return [
        *_compiler(),
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
    """torch's own libraries, its OpenMP among them: two of these in one process would fight."""
    folder = _TORCH / "lib"
    threads = [str(path) for path in sorted(folder.glob("libgomp*"))]
    return [*threads, f"-L{folder}", "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{folder}"]


def _processor() -> str:
    """What ``-march=native`` depends on, as far as the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    kinds = ("model name", "flags", "Features", "CPU implementer", "CPU part")
    return "".join(sorted({line for line in lines if line.startswith(kinds)}))
