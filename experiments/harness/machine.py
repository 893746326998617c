"""The machine that measures."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from nas.runner.provenance import processor


def use_all_cores() -> None:
    """Let torch use all cores."""
    torch.set_num_threads(os.cpu_count() or 1)


def description() -> str:
    """The machine and the versions of what was measured, one line.

    >>> f"{os.cpu_count()} cores, " in description()
    True
    """
    found = {name: _version(name) for name in ("torch", "jax", "deepxde")}
    parts = [processor()]
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    parts += [platform.system(), f"Python {platform.python_version()}"]
    parts += [f"{name} {number}" for name, number in found.items() if number]
    return ", ".join(parts)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
