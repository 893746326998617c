"""The machine: what it is, and how fast it multiplies matrices."""

import os
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

SIZE = 2048  # of the square matrices whose product tells the machine's rate
OPERATIONS = 2 * SIZE**3


def cores() -> int:
    """How many cores there are."""
    return os.cpu_count() or 1


def use_all_cores() -> None:
    """Let torch use all cores."""
    torch.set_num_threads(cores())


def description() -> str:
    """The machine and the versions of what was measured, one line."""
    packages = [
        f"{name} {found}"
        for name in ("torch", "jax", "deepxde")
        if (found := _version(name)) is not None
    ]
    parts = [f"{cores()} cores of {_processor()}"]
    if torch.cuda.is_available():
        parts.append(torch.cuda.get_device_name())
    parts += [platform.system(), f"Python {platform.python_version()}", *packages]
    return ", ".join(parts)


def matrix_product() -> Callable[[], object]:
    """A product of two large float32 matrices, `OPERATIONS` operations."""
    left, right = torch.rand(SIZE, SIZE), torch.rand(SIZE, SIZE)
    out = torch.empty(SIZE, SIZE)
    return lambda: torch.mm(left, right, out=out)


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
