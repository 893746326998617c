"""Optuna tunes m, p and the threshold, and nothing else: ask and tell, in one process.

What is proposed for a trial depends on the seed, the trial's number and the results of the
trials before it, except the last few, which may still be under way: how many these are is the
campaign's ``lag``. So it depends neither on the order in which parallel workers finish nor on their
number, and an interrupted campaign proposes what an uninterrupted one would have. (A campaign
that is given more trials after its end proposes these with all results known.)
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import TrialState

from nas.campaign.config import Campaign
from nas.campaign.ranges import Range
from nas.campaign.study_storage import cause, without_password
from nas.errors import UserError

_LOG = logging.getLogger(__name__)

RANDOM_TRIALS = 8  # before the sampler starts to learn from results


_TUNED = ("m", "p", "threshold")


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
            # Each is asked for once more as a campaign goes on. Optuna would look at all trials
            # for each of them, which takes time that grows with the square of their number.
            known = self._study.get_trials(deepcopy=False)
        self._count = len(known)
        self._ended = {trial.number: trial for trial in known if trial.state.is_finished()}

    @property
    def proposed(self) -> int:
        """How many proposals there are."""
        return self._count

    def propose(self, trial: int) -> Proposal:
        """The proposal for ``trial``; asked in order, but repeated as often as one likes."""
        with self._reachable():
            if trial in self._ended:
                return self._stored(trial)
            if trial == self._count:
                handle = self._study.ask()
                self._count += 1
            else:
                handle = optuna.trial.Trial(self._study, self._known(trial)._trial_id)
            return Proposal(
                trial,
                int(self._suggest(handle, "m")),
                self._suggest(handle, "p"),
                self._suggest(handle, "threshold"),
            )

    def tell(self, trial: int, values: tuple[float, float] | None) -> None:
        """The objectives of ``trial``, or None if it has failed.

        Telling twice does no harm, and the first word stands; if the second is another one, a
        warning tells of it.
        """
        with self._reachable():
            if trial in self._ended:
                known = self._ended[trial]
                if known.state == TrialState.COMPLETE and known.values != list(values or ()):
                    self._warn(trial, known.values, values)
                return
            if values is None:
                self._ended[trial] = self._study.tell(trial, state=TrialState.FAIL)
            else:
                self._ended[trial] = self._study.tell(trial, values)

    def _stored(self, trial: int) -> Proposal:
        """What a trial that has ended was proposed."""
        known, found = self._ended[trial], {}
        for name in _TUNED:
            span = getattr(self.campaign.tune, name)
            if span.fixed:
                found[name] = span.low
                continue
            value = known.params[name]
            if known.distributions[name] != _distribution(name, span):
                raise ValueError(f"the range of {name} in trial {trial}")
            if not span.low <= value <= span.high:
                raise ValueError(f"{name} = {value:g} in trial {trial}")
            found[name] = value
        return Proposal(trial, int(found["m"]), float(found["p"]), float(found["threshold"]))

    def _known(self, trial: int) -> optuna.trial.FrozenTrial:
        known = self._study.get_trials(deepcopy=False)[trial]
        if known.number != trial:
            raise ValueError(f"trial {known.number} in the place of trial {trial}")
        return known

    def _warn(self, trial: int, known: list[float], values: tuple[float, float] | None) -> None:
        told = "none" if values is None else " and ".join(f"{value:g}" for value in values)
        _LOG.warning(
            "trial %d: its runs have %s as held-out loss and parameters, and the study %s: one of "
            "them is damaged, or a run was repeated; later trials follow the study",
            trial,
            told,
            " and ".join(f"{value:g}" for value in known),
        )

    def _suggest(self, handle: optuna.trial.Trial, name: str) -> float:
        span = getattr(self.campaign.tune, name)
        if span.fixed:
            return float(span.low)
        # A fresh sampler for every number: no state that a crash could lose. A trial that was
        # cut short between two suggestions gets the same numbers when it is asked again.
        index = _TUNED.index(name)
        seed = np.random.SeedSequence([self.campaign.seed, handle.number, index])
        self._study.sampler = optuna.samplers.TPESampler(
            seed=int(seed.generate_state(1)[0]), n_startup_trials=RANDOM_TRIALS
        )
        if name == "m":
            value: float = handle.suggest_int(name, span.low, span.high)
        else:
            value = handle.suggest_float(name, span.low, span.high)
        if not span.low <= value <= span.high:  # Optuna repeats what it has stored
            raise ValueError(f"{name} = {value:g} in trial {handle.number}")
        return value

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        """Around all that is asked of Optuna, which raises whatever a damaged database leads to."""
        try:
            yield
        except Exception as error:
            raise UserError(
                f"storage {without_password(self.storage)}: expected an Optuna storage that can be "
                f"read and written, got {cause(error, self.storage)}; mend it or, if it is "
                "the folder's own study.sqlite, delete it; then run the same command again: "
                "finished runs are kept"
            ) from error


def _distribution(name: str, span: Range[Any]) -> optuna.distributions.BaseDistribution:
    """What Optuna draws a number from, as `Tuner` asks it to."""
    if name == "m":
        return IntDistribution(int(span.low), int(span.high))
    return FloatDistribution(span.low, span.high)
