"""This process's memory, as Linux tells it: of this process alone.

What `resource.getrusage` calls the highest memory of a process is never less than that of the one
that started it, which may have held gigabytes.
"""

from pathlib import Path

STATUS = Path("/proc/self/status")


def now() -> int:
    """Bytes that this process has in memory.

    Examples
    --------
    >>> 1e6 < now() <= peak()
    True
    """
    return _told("VmRSS")


def peak() -> int:
    """The most bytes that this process has had in memory.

    Examples
    --------
    >>> before = now()
    >>> before <= peak()
    True
    """
    return _told("VmHWM")


def _told(name: str) -> int:
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    (kib,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return 1024 * int(kib)
