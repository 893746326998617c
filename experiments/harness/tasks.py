"""Work that goes on where it was stopped: what a task yields is kept in a file of its own."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nas.files import write_text

AT_ONCE = 2  # tasks side by side, each on a core of its own


def kept(path: Path, work: Callable[[], Any]) -> Any:
    """What ``work()`` yields, as JSON; once it is in the file at ``path``, it is read from there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [kept(Path(folder) / "sum.json", lambda: sum(found)) for found in ([1, 2], [3, 4])]
    [3, 3]
    """
    if not path.exists():
        write_text(path, json.dumps(work()) + "\n")
    return json.loads(path.read_text(encoding="utf-8"))


def side_by_side(works: Iterable[Callable[[], Any]], at_once: int = AT_ONCE) -> list[Any]:
    """What all of them yield, in their order; ``at_once`` of them run at a time.

    The first error ends the queue, and what has begun ends by itself.

    >>> side_by_side([lambda: 1, lambda: 2])
    [1, 2]
    """
    pool = ThreadPoolExecutor(at_once)
    try:
        return [done.result() for done in [pool.submit(work) for work in works]]
    finally:
        pool.shutdown(cancel_futures=True)
