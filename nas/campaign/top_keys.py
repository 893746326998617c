"""The keys of a campaign file that stand in no section: what each is, and what it expects."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from nas import search_spaces
from nas.campaign import by_budget, durations, limits, schedule, study_storage
from nas.campaign.grid import one_of


def named_space(name: str) -> str:
    """``name``, if a search space has it; raises pydantic's error if none has.

    Examples
    --------
    >>> named_space("full_grid")
    'full_grid'
    """
    one_of(search_spaces.names())(name)
    return name


def _read_schedule(value: object) -> object:
    if isinstance(value, str):
        return schedule.read(Path(value))
    if value is not None and not schedule.is_one(value):
        raise ValueError("no schedule")
    return value


ProblemName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=limits.PATH,
        title="what is solved",
        description="the name of a problem or the path of a Python file",
    ),
]
Budget = Annotated[
    durations.Budget,
    Field(title="wall time of the search; null: as long as its iterations take"),
]
# The path of a schedule.json, or what stands in it.
Schedule = Annotated[
    list[Any] | None,
    BeforeValidator(_read_schedule),
    Field(
        title="the iterations that a budget became, which give the same digits again",
        description="null or the path of the schedule.json of a search within a budget",
    ),
]
Trials = Annotated[
    int,
    limits.count(limits.TRIALS),
    Field(title="how many values of m, p and threshold are tried; within a budget, at most"),
]
Lag = Annotated[
    int,
    limits.count(limits.WORKERS),
    Field(
        title="trials that may be under way, the one proposed included: what ends later it does "
        "not know"
    ),
]
Seeds = Annotated[
    int,
    limits.count(limits.SEEDS, otherwise=", or null"),
    BeforeValidator(by_budget.seeds),
    Field(title="runs of each trial; null: 1, or within a budget one for each worker"),
]
Storage = Annotated[
    str | None,
    AfterValidator(study_storage.checked),
    Field(
        title="where Optuna keeps its trials; null: in the campaign's folder",
        description=study_storage.EXPECTED,
        json_schema_extra=study_storage.SECRET,
    ),
]
# Numpy's generators, which Optuna's samplers use, take no larger seed.
Seed = Annotated[
    int,
    Field(
        ge=0,
        lt=2**32,
        title="of all that is drawn",
        description="an integer from 0 to 4294967295",
    ),
]
