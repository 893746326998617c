"""Work on several devices at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """The answers of ``tasks``, each of a device; a thread each where there are several.

    A step looks at numbers of its own device, and waits for these: one thread would let all other
    devices wait with it.

    Examples
    --------
    >>> side_by_side([lambda: 1, lambda: 2])
    [1, 2]
    """
    if len(tasks) == 1:
        return [tasks[0]()]
    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(lambda task: task(), tasks))
