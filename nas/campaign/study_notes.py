"""What people read beside a study, in optuna-dashboard for one; no proposal depends on it."""

import logging
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import optuna

_LOG = logging.getLogger(__name__)

OBJECTIVES: Final = ("held-out loss", "surviving parameters")
# Columns of the table of runs, by what a reader calls them.
TOLD: Final = {
    "status": "status",
    "reason": "reason",
    "experts_before": "experts in the pool",
    "experts_after": "experts left",
    "relative_l2": "relative L2 error",
    "seconds": "seconds",
}


class StudyNotes:
    """Names of the objectives, and what became of the runs of each trial.

    A database that cannot be read or written is the tuner's to complain of: here it only leaves
    the notes out.

    Parameters
    ----------
    storage, study
        Optuna storage URL, and the study's name in it.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> from nas.campaign.tuner import Tuner
    >>> tuner = Tuner(build(problem="burgers", tune={"p": 0.5}), "sqlite:///study.db", "burgers-1")
    >>> proposal = tuner.propose(0)
    >>> notes = StudyNotes("sqlite:///study.db", "burgers-1")
    >>> notes.note(0, "0000-0", {"status": "completed", "experts_after": 2, "reason": ""})
    >>> study = optuna.load_study(study_name="burgers-1", storage="sqlite:///study.db")
    >>> study.metric_names, study.trials[0].user_attrs
    (['held-out loss', 'surviving parameters'], {'run 0000-0': {'status': 'completed', \
'experts left': 2}})
    """

    def __init__(self, storage: str, study: str) -> None:
        self._storage: optuna.storages.RDBStorage | None = None
        with _left_out(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Optuna's, that names are experimental
            known = optuna.storages.RDBStorage(storage)
            found = optuna.load_study(study_name=study, storage=known)
            if found.metric_names != list(OBJECTIVES):
                found.set_metric_names(list(OBJECTIVES))
            self._study = known.get_study_id_from_name(study)
            self._storage = known

    def note(self, trial: int, run: str, row: Mapping[str, Any]) -> None:
        """What became of a ``run`` of a ``trial`` that Optuna has not been told the result of."""
        if self._storage is None:
            return
        told = {name: row.get(column) for column, name in TOLD.items()}
        with _left_out():
            known = self._storage.get_trial_id_from_study_id_trial_number(self._study, trial)
            found = {name: value for name, value in told.items() if _is_told(value)}
            self._storage.set_trial_user_attr(known, f"run {run}", found)


def _is_told(value: Any) -> bool:
    return value not in (None, "") and not (isinstance(value, float) and not math.isfinite(value))


@contextmanager
def _left_out() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # whatever a damaged database leads to
        _LOG.debug("not noted in the study: %r", error)
