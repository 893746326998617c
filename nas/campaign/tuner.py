"""Optuna tunes m, p and the threshold, and nothing else: ask and tell, in one process.

What is proposed for a trial depends on the seed, the trial's number and the results of the
trials before it, except the last `LAG` - 1, which may still be under way. So it depends neither
on the order in which parallel workers finish nor on their number, and an interrupted campaign
proposes what an uninterrupted one would have. (With more workers than `LAG` some wait. A
campaign that is given more trials after its end proposes these with all results known.)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from nas.campaign.config import Campaign
from nas.campaign.study_storage import without_password
from nas.errors import UserError

LAG = 8  # trials that may be under way, the one proposed included
RANDOM_TRIALS = 8  # before the sampler starts to learn from results


@dataclass(frozen=True)
class Proposal:
    """What Optuna wants tried: pool size, exponent, drop threshold.

    Examples
    --------
    >>> Proposal(trial=0, m=12, p=0.5, threshold=0.3).m
    12
    """

    trial: int
    m: int
    p: float
    threshold: float


class Tuner:
    """A study with two objectives, both to be small: held-out loss and surviving parameters.

    Parameters
    ----------
    campaign
        Its ``tune`` and ``seed``.
    storage, study
        Optuna storage URL, and the study's name in it; created if it is not there.

    Raises
    ------
    UserError
        If the storage cannot be reached or written.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> campaign = build(problem="burgers", tune={"m": 12, "p": 0.5, "threshold": 0.3})
    >>> tuner = Tuner(campaign, "sqlite://", study="burgers-1")
    >>> tuner.propose(0)
    Proposal(trial=0, m=12, p=0.5, threshold=0.3)
    >>> tuner.tell(0, (1e-3, 2500.0))
    """

    def __init__(self, campaign: Campaign, storage: str, study: str) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.campaign, self.storage = campaign, storage
        with self._reachable():
            self._study = optuna.create_study(
                storage=storage,
                study_name=study,
                directions=["minimize", "minimize"],
                load_if_exists=True,
            )

    def propose(self, trial: int) -> Proposal:
        """The proposal for ``trial``; asked in order, but repeated as often as one likes."""
        with self._reachable():
            trials = self._study.get_trials(deepcopy=False)
            if trial == len(trials):
                handle = self._study.ask()
            else:
                handle = optuna.trial.Trial(self._study, trials[trial]._trial_id)
            return Proposal(
                trial,
                int(self._suggest(handle, "m")),
                self._suggest(handle, "p"),
                self._suggest(handle, "threshold"),
            )

    def tell(self, trial: int, values: tuple[float, float] | None) -> None:
        """The objectives of ``trial``, or None if it has failed; telling twice does no harm."""
        with self._reachable():
            known = self._study.get_trials(deepcopy=False)[trial]
            if known.state.is_finished():
                return
            if values is None:
                self._study.tell(trial, state=TrialState.FAIL)
            else:
                self._study.tell(trial, values)

    def _suggest(self, handle: optuna.trial.Trial, name: str) -> float:
        span = getattr(self.campaign.tune, name)
        if span.fixed:
            return float(span.low)
        # A fresh sampler for every number: no state that a crash could lose. A trial that was
        # cut short between two suggestions gets the same numbers when it is asked again.
        index = ("m", "p", "threshold").index(name)
        seed = np.random.SeedSequence([self.campaign.seed, handle.number, index])
        self._study.sampler = optuna.samplers.TPESampler(
            seed=int(seed.generate_state(1)[0]), n_startup_trials=RANDOM_TRIALS
        )
        if name == "m":
            return handle.suggest_int(name, span.low, span.high)
        return handle.suggest_float(name, span.low, span.high)

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError, ImportError) as error:
            cause = " ".join(str(error.__cause__ or error).split()[:30])
            raise UserError(
                f"storage {without_password(self.storage)}: expected an Optuna storage that can be "
                f"read and written, got {cause}; mend it, then run the same command again: "
                "finished runs are kept"
            ) from error
