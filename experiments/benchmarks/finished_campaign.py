"""A campaign of any number of finished runs, made of one that was trained.

Each run has the trained one's tables, with its own number, proposal, loss and size; the study knows
all of them. Of what a run leaves, its network and its map are missing: nobody reads thousands.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pyarrow as pa
from optuna.distributions import FloatDistribution, IntDistribution

from nas import json_file
from nas.campaign import (
    campaign,
    config,
    layout,
    parquet,
    proposal_file,
    records,
    study_storage,
)
from nas.campaign.config import Campaign
from nas.campaign.tuner import Proposal
from nas.runner.attempt_log import AttemptLog

SETTINGS = {
    "problem": "poisson_l_shape",
    "space": {"activations": ["sine", "tanh", "swish"], "depths": [1, 2], "widths": [8, 16]},
    "gate": {"depth": 1, "width": 6},
    "tune": {"m": [4, 12], "p": [0.2, 0.9], "threshold": [0.05, 0.5]},
    "training": {
        "warm_up": {"iterations": 4, "points": {"interior": 40, "boundary": 20}},
        "steps": 200,
        "points": {"interior": 40, "boundary": 20},
        "fine_tuning": {"iterations": 10},
    },
    "parallel": {"engine": "serial"},
}
HISTORY = 100  # rows of a run's history


def settings(trials: int, **more: object) -> Campaign:
    """The campaign, of so many trials.

    >>> settings(12).trials
    12
    """
    return config.build(**{**SETTINGS, **more, "trials": trials})


def make(folder: Path, trials: int) -> Campaign:
    """Fill ``folder`` with a campaign of ``trials`` finished runs; nothing is gathered."""
    trained = campaign.search(settings(1), folder).campaign
    tables = pattern(layout.run_folder(folder, "0000-0"))
    for path in (folder / layout.TABLES_FOLDER).iterdir():
        path.unlink()
    draw = np.random.default_rng(0)
    known = [_trial(draw) for _ in range(1, trials)]
    for number, trial in enumerate(known, start=1):
        run = layout.run_folder(folder, f"{number:04d}-0")
        write_run(run, tables, number, trial.params, trial.values)
    study = optuna.load_study(study_name=trained["study"], storage=storage(folder))
    study.add_trials(known)
    return settings(trials)


def _trial(draw: np.random.Generator) -> optuna.trial.FrozenTrial:
    distributions = {
        "m": IntDistribution(4, 12),
        "p": FloatDistribution(0.2, 0.9),
        "threshold": FloatDistribution(0.05, 0.5),
    }
    params = {
        "m": int(draw.integers(4, 13)),
        "p": float(draw.uniform(0.2, 0.9)),
        "threshold": float(draw.uniform(0.05, 0.5)),
    }
    values = [float(draw.lognormal(-8, 2)), float(draw.integers(100, 4000))]
    return optuna.trial.create_trial(params=params, distributions=distributions, values=values)


def pattern(run: Path) -> dict[str, pa.Table]:
    """The tables of a run, with a history of usual length."""
    names = (*layout.ADDED_TABLES, *layout.RUN_TABLES)
    found = {
        name: parquet.read_table(layout.table_file(run, name), records.TABLES[name])
        for name in names
    }
    times = -(-HISTORY // len(found["history"]))
    return found | {"history": pa.concat_tables([found["history"]] * times)}


def write_run(
    folder: Path,
    tables: Mapping[str, pa.Table],
    number: int,
    proposed: Mapping[str, Any],
    came: Sequence[float],
) -> None:
    """A finished run of the trial ``number``: what was ``proposed``; loss and size that it came to.

    All else is as in ``tables``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    loss, parameters = came
    log = AttemptLog(folder, threads=1)
    log.begin(0, "cpu")
    log.close("completed", HISTORY)
    proposal_file.keep(folder, Proposal(number, **proposed), anew=True)
    for name, table in tables.items():
        schema = records.TABLES[name]
        values: dict[str, Any] = {"run": folder.name, "trial": number}
        if name == "runs":
            values |= {**proposed, "held_out_loss": loss, "parameters_after": int(parameters)}
        for column, value in values.items():
            place = schema.get_field_index(column)
            constant = pa.array([value] * len(table), schema.field(column).type)
            table = table.set_column(place, schema.field(column), constant)
        parquet.write_table(layout.table_file(folder, name), table)


def storage(folder: Path) -> str:
    """The URL of the campaign's study."""
    return study_storage.in_folder(folder)


def study_name(folder: Path) -> str:
    """Optuna's name for it."""
    found: str = json_file.read(folder / layout.CAMPAIGN_FILE)["study"]
    return found
