"""What a machine and its packages are called in the records."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

PACKAGES = ("pinn-nas", "torch", "numpy", "optuna", "pandas")


def versions() -> dict[str, str]:
    """Python's version and those of the packages that figures depend on.

    Examples
    --------
    >>> list(versions())
    ['python', 'pinn-nas', 'torch', 'numpy', 'optuna', 'pandas']
    """
    found = {"python": sys.version.split()[0]}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def processor() -> str:
    """The processor's name, as far as the system knows it, and the number of its cores.

    Examples
    --------
    >>> processor().endswith(f", {os.cpu_count()} cores")
    True
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"
