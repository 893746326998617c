"""The race, heat by heat, and what comes after it.

Contestants take turns, since no loss of an early hour tells who will be best at the end: learning
has plateaus. Half of them leave after each heat. The winner has the rest of the time; where it has
stalled several times, on twice as many points each time, the other finalist has a second look:
small networks learn fast and stall soon. Once the winner has ended, the next best goes on. Where
all have ended, the best network begins anew with other initial weights: some find better solutions
than others.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.collocation import Sampler
from nas.training.least_squares.correction import EXACT
from nas.training.meter import Meter, exploring
from nas.training.race.contestant import Contestant
from nas.training.race.second_look import SecondLook
from nas.training.race.settings import Heat, RaceSettings
from nas.training.race.turns import Turns
from nas.training.run_result import Progress

NAME = "race"
PAYS = 0.5  # of the loss: what a correction has to reach for another one at the end
# Of the loss of random waves by themselves: what training has left so far behind they cannot mend.
BEHIND = 1e-3


class Race:
    """Runs a race, as long as a meter allows; `run` may be called again after a stop.

    Parameters
    ----------
    problem, sampler
        What is trained, on which points.
    mixtures
        The contestants by name, as far as they have learnt; trained in place.
    settings
        The heats.
    meter
        How long each turn may take: the stages ``heat 1: NAME``, …, ``rest 1: NAME``, and
        beside them ``rest 1, second look: NAME``, ``rest 1, corrected: NAME``,
        ``rest 1, restarts`` and ``rest 1, second looks``, which counts these.
    restart
        Makes the network at an index in the pool with other initial weights, of a number; without
        it nobody begins anew.

    Examples
    --------
    >>> from nas.training import example
    >>> from nas.training.pool.learning import only
    >>> pool = example.mixture()
    >>> mixtures = {"first": only(pool, [0]), "second": only(pool, [1]), "all": pool}
    >>> counts = {f"heat 1: {name}": 4 for name in mixtures} | {"rest 1: all": 2, "rest 2: all": 2}
    >>> settings = RaceSettings(heats=(Heat(keep=3, share=0.5),))
    >>> race = Race(example.PROBLEM, example.SAMPLER, mixtures, settings, Meter(0.0, counts))
    >>> race.run(), race.leader.loss <= min(one.loss for one in race.contestants.values())
    (True, True)
    """

    def __init__(
        self,
        problem: Problem,
        sampler: Sampler,
        mixtures: Mapping[str, Mixture],
        settings: RaceSettings,
        meter: Meter,
        restart: Callable[[int, int], Mixture] | None = None,
    ) -> None:
        self.settings, self.meter = settings, meter
        self._problem, self._sampler, self._restart = problem, sampler, restart
        self.contestants = {name: self._made(name, one) for name, one in mixtures.items()}
        self.restarts: dict[str, str] = {}  # of each that is one: whose architecture it has
        self.heat, self.turn = 0, 0
        self.part = 0  # of the rest, each of which ends with a correction
        self._corrected: str | None = None  # whose correction is under way
        self._pays = True  # whether the latest correction was worth its time
        self._running = self._fastest(list(self.contestants), settings.heats[0].keep)
        # The heat after which each left that was cut; 0 of those with no place in the first.
        self.left_in = {name: 0 for name in self.contestants if name not in self._running}
        self._began = meter.share()  # the share of the budget at which the heat, or the rest, began
        self._look = SecondLook(settings.second_look_after)

    @property
    def leader(self) -> Contestant:
        """The contestant with the least held-out loss."""
        return min(self.contestants.values(), key=lambda one: one.loss)

    @property
    def step(self) -> int:
        """Iterations done, of all contestants."""
        return sum(one.iterations for one in self.contestants.values())

    def run(
        self,
        should_stop: Callable[[], bool] = lambda: False,
        watch: Callable[[Progress], None] = lambda progress: None,
    ) -> bool:
        """Go on until the time is up, or nobody can learn; false if ``should_stop()`` before."""
        turns = Turns(self.meter, should_stop, partial(self._tell, watch))
        while self.heat < len(self.settings.heats) and self.leader.loss > EXACT:
            if not self._heat(turns):
                return False
        while self.part < len(self.settings.correct_at):
            if not self._do_part(turns):
                return False
        return True

    def state(self) -> dict[str, Any]:
        """All that `restore` needs, in another process."""
        return {
            "members": self._members(),
            "heat": self.heat,
            "turn": self.turn,
            "running": self._running,
            "began": self._began,
            "look": self._look.state(),
            "left_in": self.left_in,
            "part": self.part,
            "corrected": self._corrected,
            "pays": self._pays,
            "meter": self.meter.state(),
            "seconds": self.meter.seconds,
            "restarts": dict(self.restarts),
            "contestants": {name: one.state() for name, one in self.contestants.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``, of a race of the same contestants.

        Where there are more seconds than there were, a race that was over goes on.

        Raises
        ------
        ValueError
            If the contestants are others: weights of the same shapes would be theirs.
        """
        if (there := state["members"]) != (here := self._members()):
            raise ValueError(f"contestants are {there} there and {here} here")
        self.heat, self.turn = state["heat"], state["turn"]
        before, now = state["seconds"], self.meter.seconds
        scale = before / now if now > before > 0 else 1.0  # what was spent is a smaller share
        self._running, self._began = state["running"], scale * state["began"]
        self._look.restore(state["look"], scale)
        self.left_in = state["left_in"]
        self.part, self._corrected = state["part"], state["corrected"]
        self._pays = state["pays"]
        for of in state["restarts"].values():
            self._enter(of)
        for name, one in self.contestants.items():
            one.restore(state["contestants"][name])
        self.meter.restore(state["meter"])  # last: what is done again costs nothing
        if self._over and now > before:
            self._reopen()

    def _members(self) -> list[str]:
        """The architectures of those that did not begin anew."""
        return [one.members for name, one in self.contestants.items() if name not in self.restarts]

    @property
    def _over(self) -> bool:
        """Whether the last correction has begun, or there will be none."""
        last = len(self.settings.correct_at) - 1
        ending = self._corrected is not None or not self._pays
        return self.part > last or (self.part == last and ending)

    def _reopen(self) -> None:
        """There is time again: the rest of the race begins anew, from what has been learnt."""
        for name in self.contestants:
            for part in range(1, len(self.settings.correct_at) + 1):
                self.meter.forget(f"rest {part}, corrected: {name}")
        self._leave_correction()
        self._look.end()
        self.part, self._pays = 0, True

    def _leave_correction(self) -> None:
        """Who was corrected learns on as if it had not been; the best is kept."""
        if self._corrected is not None:
            self.contestants[self._corrected].leave_correction()
            self._corrected = None

    def _heat(self, turns: Turns) -> bool:
        """What is left of the present heat; false if asked to stop before its end."""
        heat = self.settings.heats[self.heat]
        while self.turn < len(self._running):
            one = self.contestants[self._running[self.turn]]
            stage = f"heat {self.heat + 1}"
            if not turns.learn(one, self._until(heat), stage):
                return False
            self.turn += 1
        self._end_heat()
        return True

    def _do_part(self, turns: Turns) -> bool:
        """The best learns on, and where it has ended the next best; then the best is corrected.

        Early, since for some problems that is worth more than all training; where it was worth
        nothing, or promises nothing, what is left is for training alone.
        """
        stage = f"rest {self.part + 1}"
        until = self.settings.correct_at[self.part] if self._pays else 1.0
        if self._corrected is None:
            if not self._train(until, stage, turns):
                return False
            if self._pays and not self._promises:
                self._pays = False
                return True  # this part goes on
            self._corrected = self.leader.name if self._pays else None
        if self._corrected is not None:
            one = self.contestants[self._corrected]
            if one.search is None:
                one.begin_correction(self.settings.most_columns)
            if not turns.correct(one, 1.0, stage):
                return False
            self._pays = one.loss < PAYS * one.tuning.best_loss
        self.part += 1
        if self.part < len(self.settings.correct_at) and self.leader.loss > EXACT:
            self._leave_correction()
        return True

    @property
    def _promises(self) -> bool:
        """Whether a correction of the best promises anything."""
        waves = [one.loss for one in self.contestants.values() if not one.is_trained]
        return self.leader.loss > BEHIND * min(waves, default=0.0)

    def _train(self, until: float, stage: str, turns: Turns) -> bool:
        """What a part has before its correction; false if asked to stop before."""
        while self.leader.loss > EXACT and (one := self._next(stage, until)) is not None:
            if self._look.holder is not None:
                ends, look = min(until, self._look.until), f"{stage}, second look"
                if not turns.learn(one, ends, look, lambda one: one is self.leader):
                    return False
                self._look.end()
                continue
            if not turns.learn(one, until, stage, lambda one: self._rival(one) is not None):
                return False
            if rival := self._rival(one):
                self._look.offer(rival, self._began, until, stage, self.meter)
            elif one.can_learn:
                break
        return True

    def _rival(self, one: Contestant) -> Contestant | None:
        """Who is to have a second look, now that ``one`` has learnt so far."""
        last = len(self.settings.heats)
        first = self.contestants.keys() - self.restarts.keys()
        finalists = sorted(name for name in first if self.left_in.get(name, last) == last)
        return self._look.rival(one, map(self.contestants.__getitem__, finalists))

    def _until(self, heat: Heat) -> float:
        """The share of the budget at which the present turn ends."""
        part = exploring(self.meter.seconds) * heat.share / len(self._running)
        return self._began + (self.turn + 1) * part

    def _end_heat(self) -> None:
        """Let half of the contestants go."""
        self.heat, self.turn, self._began = self.heat + 1, 0, self.meter.share()
        heats = self.settings.heats
        keep = heats[self.heat].keep if self.heat < len(heats) else 1
        stay = self._fastest(self._running, keep)
        self.left_in |= {name: self.heat for name in self._running if name not in stay}
        self._running = stay

    def _fastest(self, names: list[str], keep: int) -> list[str]:
        """The ``keep`` of them with the least losses."""
        return sorted(names, key=lambda name: self.contestants[name].loss)[:keep]

    def _next(self, stage: str, until: float) -> Contestant | None:
        """Who has a second look, else the best that can still learn, else one that begins anew."""
        if self._look.holder is not None:
            return self.contestants[self._look.holder]
        able = [one for one in self.contestants.values() if one.can_learn]
        if able:
            return min(able, key=lambda one: one.loss)
        single = [one for one in self.contestants.values() if one.is_trained_network]
        may = self._restart and single and len(self.restarts) < self.settings.most_restarts
        left = until - self.settings.restart_for
        if not may or not self.meter.goes_on(f"{stage}, restarts", left):
            return None
        return self._enter(min(single, key=lambda one: one.loss).name)

    def _enter(self, of: str) -> Contestant:
        """A contestant with the architecture of another and other initial weights."""
        assert self._restart is not None, "nobody begins anew"
        number, (index,) = len(self.contestants), self.contestants[of].mixture.alive
        one = self._made(str(number), self._restart(index, number))
        self.restarts[one.name], self.contestants[one.name] = of, one
        return one

    def _made(self, name: str, mixture: Mixture) -> Contestant:
        return Contestant(self._problem, self._sampler, self.settings.tuning, name, mixture)

    def _tell(self, watch: Callable[[Progress], None], one: Contestant) -> None:
        alive = len(one.mixture.alive)
        watch(Progress(f"{NAME}: {one.name}", self.meter.share(), self.step, one.loss, alive))
