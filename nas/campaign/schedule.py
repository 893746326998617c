"""The iterations that a budget became: with them, a search does the same again.

``schedule.json`` of a campaign's folder has for each repetition the number of its trials and, for
its pool and its race, how often each stage went on.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nas import json_file, paths
from nas.campaign import layout, limits
from nas.errors import UserError

_LOG = logging.getLogger(__name__)

FILE = "schedule.json"
MOST_BYTES = 10_000_000  # a thousand repetitions have a tenth of it
Counts = Mapping[str, int]
_REPETITIONS = "repetitions"


@dataclass(frozen=True)
class Part:
    """What a pool's or a race's seconds became: how often each stage went on, and how long.

    Examples
    --------
    >>> Part(seconds=60.0, counts={"round 1": 12}, taken={"round 1": 7.5}).counts["round 1"]
    12
    """

    seconds: float
    counts: dict[str, int]
    taken: dict[str, float]  # seconds of each stage


def write_part(folder: Path, part: Part) -> None:
    """Note in the folder of a pool or race what its seconds became.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_part(Path(name), Part(60.0, {"round 1": 12}, {"round 1": 7.5}))
    ...     read_part(Path(name))
    Part(seconds=60.0, counts={'round 1': 12}, taken={'round 1': 7.5})
    """
    json_file.write(folder / FILE, vars(part), indent=1)


def read_part(folder: Path) -> Part | None:
    """What `write_part` noted; None where there is no such file.

    Examples
    --------
    >>> read_part(Path("no such folder")) is None
    True
    """
    try:
        part = json_file.read(folder / FILE)
        counts = {stage: _count(count) for stage, count in part["counts"].items()}
        taken = {stage: _seconds(seconds) for stage, seconds in part["taken"].items()}
        return Part(_seconds(part["seconds"]), counts, taken)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{folder / FILE}: expected the iterations that a search wrote down, got a file that "
            "is damaged; delete it and run the same command again"
        ) from error


def seconds_of(campaign: Path, run: str) -> float:
    """Seconds of a race in which a contestant learnt on, or a correction of it was sought.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     race = layout.race_folder(Path(name), 0)
    ...     race.mkdir(parents=True)
    ...     taken = {"heat 1: 0": 2.0, "heat 1: 1": 2.5, "rest 1, corrected: 1": 20.0}
    ...     write_part(race, Part(60.0, counts={}, taken=taken))
    ...     seconds_of(Path(name), "race-0-1")
    22.5
    """
    _, repetition, name = run.split("-")
    part = read_part(layout.race_folder(campaign, int(repetition)))
    taken = {} if part is None else part.taken
    return sum(seconds for stage, seconds in taken.items() if stage.endswith(f": {name}"))


def gather(campaign: Path, trials: int, repetitions: int) -> None:
    """Write the campaign's schedule from those of its pools and races.

    Where one of them is gone there is none, which a warning tells.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     pool = layout.pool_folder(Path(name), 0)
    ...     pool.mkdir(parents=True)
    ...     write_part(pool, Part(60.0, {"round 1": 12}, {"round 1": 7.5}))
    ...     gather(Path(name), trials=3, repetitions=1)
    ...     read(Path(name) / FILE)
    [{'trials': 3, 'pool': {'round 1': 12}, 'race': {}}]
    """
    places = {"pool": layout.pool_folder, "race": layout.race_folder}
    folders = [of(campaign, number) for number in range(repetitions) for of in places.values()]
    gone = [folder for folder in folders if folder.exists() and read_part(folder) is None]
    if gone:
        _LOG.warning(
            "%s: is gone, so nobody can repeat this search by its iterations (%s is not written); "
            "all else is as it was",
            gone[0] / FILE,
            FILE,
        )
        return
    parts = [
        {"trials": trials, **{name: _counts(of(campaign, one)) for name, of in places.items()}}
        for one in range(repetitions)
    ]
    json_file.write(campaign / FILE, {_REPETITIONS: parts}, indent=1)


def read(path: Path) -> list[dict[str, Any]]:
    """The schedule that `gather` wrote: what each repetition did.

    Raises
    ------
    UserError
        If there is no such file, or it is another one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     gather(Path(name), trials=3, repetitions=1)
    ...     read(Path(name) / FILE)
    [{'trials': 3, 'pool': {}, 'race': {}}]
    """
    text = paths.text(path, MOST_BYTES, f"the {FILE} of a campaign within a budget")
    try:
        found = json_file.parsed(text.encode())
    except ValueError as error:
        raise _no_schedule(path, f"none: {error!s:.80}") from error
    if isinstance(found, dict) and found.keys() == {_REPETITIONS}:
        found = found[_REPETITIONS]  # earlier versions wrote these alone, without a digest
    if not is_one(found):
        raise _no_schedule(path, "another file")
    checked: list[dict[str, Any]] = found
    return checked


def is_one(found: object) -> bool:
    """Whether it is what `gather` writes, read back.

    Examples
    --------
    >>> is_one([{"trials": 3, "pool": {"round 1": 12}, "race": {}}]), is_one([{"trials": 3}])
    (True, False)
    """
    if not isinstance(found, list) or not 1 <= len(found) <= limits.SEEDS:
        return False
    return all(map(_is_repetition, found))


def _counts(folder: Path) -> dict[str, int]:
    part = read_part(folder)
    return {} if part is None else part.counts


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"expected a number of iterations, got {value!r:.40}")
    return value


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"expected seconds, got {value!r:.40}")
    return float(value)


def _is_repetition(part: Any) -> bool:
    if not isinstance(part, dict) or part.keys() != {"trials", "pool", "race"}:
        return False
    counts = (part["pool"], part["race"])
    if not all(isinstance(one, dict) for one in counts):
        return False
    went_on = [count for one in counts for count in one.values()]
    return _is_count(part["trials"], limits.TRIALS) and all(map(_is_count, went_on))


def _is_count(found: object, most: int = limits.COUNT) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= most


def _no_schedule(path: Path, got: str) -> UserError:
    return UserError(
        f"{path}: expected the {FILE} of a campaign that was searched within a budget, got {got}"
    )
