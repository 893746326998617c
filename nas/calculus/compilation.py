"""The fused kernel as a shared library: compiled at the first need, then kept on disk.

It is compiled for this very processor, against torch's own vector classes. The library's name has
a digest of all that went into it but the compiler, then one of the compiler, so that no change can
meet a stale one; `nas.calculus.kept_library` adds that of the library itself.
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
from nas.calculus.kept_library import NoKernel, keep, loaded

_LOG = logging.getLogger("nas")
_SOURCES = Path(__file__).with_name("cpp")
_TORCH = Path(torch.__file__).parent
_COMPILERS = ("g++", "clang++", "c++")
_PATIENCE = 300.0  # seconds


@cache
def library() -> ctypes.CDLL | None:
    """The kernel's functions; None where it cannot be had, which is logged once.

    Where nothing compiles, a library that another compiler made for the same processor is used:
    on a cluster the login node may have a compiler, and the others none.

    Examples
    --------
    >>> kernel = library()  # compiles it, if this is the first call on this machine
    >>> kernel is library()  # found once in a process
    True
    """
    try:
        return _found()
    except (OSError, subprocess.SubprocessError, NoKernel, emission.NotWritable) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        _LOG.warning("no fused kernel, so training is slower: %s", reason)
        return None


def _found() -> ctypes.CDLL:
    made_from = f"fused-{_digest(_ingredients())}"
    try:
        return _compiled(made_from)
    except (OSError, subprocess.SubprocessError, NoKernel) as error:
        at_hand = loaded(folder(), f"{made_from}-*")
        if at_hand is None:
            raise
        _LOG.info("the kernel that another compiler made is used here: %s", error)
        return at_hand


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
        raise NoKernel(str(error)) from error


def _ingredients() -> list[str]:
    """All that a library depends on, but the compiler."""
    sources = [
        path.read_text(encoding="utf-8") for path in sorted(_SOURCES.iterdir()) if path.is_file()
    ]
    return [emission.write(), *sources, *_flags(), torch.__version__, _processor()]


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def _compiled(made_from: str) -> ctypes.CDLL:
    """The library of this machine's compiler, made if there is none that is whole."""
    compiler, kept = _compiler(), folder()
    stem = f"{made_from}-{_digest(compiler)}"
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = loaded(kept, stem)
    if found is None:
        with FileLock(kept / f"{stem}.lock", timeout=_PATIENCE):
            found = loaded(kept, stem)  # another process may have been first
            if found is None:
                found = ctypes.CDLL(str(_compile(compiler, kept, stem)))
    return found


def _compile(compiler: list[str], kept: Path, stem: str) -> Path:
    _LOG.info("compiling the kernel that makes training fast, once for this machine ...")
    for left_over in kept.glob(f"{stem}-*.part"):  # of a process that was killed
        shutil.rmtree(left_over, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{stem}-", suffix=".part", dir=kept) as name:
        work = Path(name)
        (work / "activations.h").write_text(emission.write())
        made = work / "fused.so"
        source = str(_SOURCES / "fused.cpp")
        command = [*compiler, *_flags(), f"-I{work}", source, "-o", str(made), *_linked()]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
        if done.returncode:
            raise NoKernel(f"{command[0]} failed: {done.stderr[:500]}")
        return keep(made, kept, stem)


def _compiler() -> list[str]:
    named = os.environ.get("CXX", "").split()
    for words in [named] if named else [[name] for name in _COMPILERS]:
        if shutil.which(words[0]):
            return words
    looked_for = " ".join(named) or ", ".join(_COMPILERS)
    raise NoKernel(f"no C++ compiler ({looked_for}) was found; install g++, or name yours in CXX")


def _flags() -> list[str]:
    capability = torch.backends.cpu.get_cpu_capability()
    return [
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
