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
from optuna.trial import TrialState, create_trial

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
            # The sampler looks at all trials several times a proposal. A database would be asked
            # each time for all those under way: with 200 workers that is a quarter of a second.
            self._mirror = optuna.create_study(directions=["minimize", "minimize"])
            for number, trial in enumerate(self._study.get_trials(deepcopy=False)):
                if trial.number != number:
                    raise ValueError(f"trial {trial.number} in the place of trial {number}")
                self._mirror.add_trial(trial)
            # Each is asked for once more as a campaign goes on. Optuna would look at all trials
            # for each of them, which takes time that grows with the square of their number.
            self._known = dict(enumerate(self._mirror.get_trials(deepcopy=False)))

    @property
    def proposed(self) -> int:
        """How many proposals there are."""
        return len(self._known)

    def propose(self, trial: int) -> Proposal:
        """The proposal for ``trial``; asked in order, but repeated as often as one likes."""
        with self._reachable():
            if trial == self.proposed:
                handle = self._mirror.ask()
                for name in _TUNED:
                    self._suggest(handle, name)
                made = create_trial(
                    state=TrialState.RUNNING,
                    params=handle.params,
                    distributions=handle.distributions,
                )
                self._study.add_trial(made)  # at once: a kill leaves all of it, or nothing
                self._known[trial] = made
            return self._stored(trial)

    def tell(self, trial: int, values: tuple[float, float] | None) -> None:
        """The objectives of ``trial``, or None if it has failed.

        Telling twice does no harm, and the first word stands; if the second is another one, a
        warning tells of it.
        """
        with self._reachable():
            known = self._known[trial]
            if known.state.is_finished():
                if known.state == TrialState.COMPLETE and known.values != list(values or ()):
                    self._warn(trial, known.values, values)
                return
            for study in (self._study, self._mirror):
                if values is None:
                    self._known[trial] = study.tell(trial, state=TrialState.FAIL)
                else:
                    self._known[trial] = study.tell(trial, values)

    def _stored(self, trial: int) -> Proposal:
        """What a trial was proposed."""
        known, found = self._known[trial], {}
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

    def _warn(self, trial: int, known: list[float], values: tuple[float, float] | None) -> None:
        told = "none" if values is None else " and ".join(f"{value:g}" for value in values)
        _LOG.warning(
            "trial %d: its runs have %s as held-out loss and parameters, and the study %s: one of "
            "them is damaged, or a run was repeated; later trials follow the study",
            trial,
            told,
            " and ".join(f"{value:g}" for value in known),
        )

    def _suggest(self, handle: optuna.trial.Trial, name: str) -> None:
        """Let the sampler choose a number, if it is to be tuned."""
        span = getattr(self.campaign.tune, name)
        if span.fixed:
            return
        # A fresh sampler for every number: no state that a crash could lose.
        index = _TUNED.index(name)
        seed = np.random.SeedSequence([self.campaign.seed, handle.number, index])
        self._mirror.sampler = optuna.samplers.TPESampler(
            seed=int(seed.generate_state(1)[0]), n_startup_trials=RANDOM_TRIALS
        )
        if name == "m":
            handle.suggest_int(name, span.low, span.high)
        else:
            handle.suggest_float(name, span.low, span.high)

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
