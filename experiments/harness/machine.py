"""The machine that measures."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch


def use_all_cores() -> None:
    """Let torch use all cores."""
    torch.set_num_threads(os.cpu_count() or 1)


def description() -> str:
    """The machine and the versions of what was measured, one line.

    >>> description().startswith(f"{os.cpu_count()} cores of ")
    True
    """
    found = {name: _version(name) for name in ("torch", "jax", "deepxde")}
    parts = [f"{os.cpu_count() or 1} cores of {_processor()}"]
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    parts += [platform.system(), f"Python {platform.python_version()}"]
    parts += [f"{name} {number}" for name, number in found.items() if number]
    return ", ".join(parts)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
