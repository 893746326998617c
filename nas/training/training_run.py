"""One run from pool to result, phase by phase; logged, checkpointed, resumable.

Failure is a value here: a run that diverges or is told to stop returns a `RunResult` that says
so. Continued from its checkpoint on the same number of CPU threads, a run ends bit for bit as
if it had never been stopped: points are functions of seed, step and the networks, and all else
stands in the checkpoint.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from nas.mixture.adoption import adopt
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training import checkpoint, unknowns
from nas.training.fine_tuning import FineTuning
from nas.training.phase import Phase, Reading
from nas.training.run_log import RunLog
from nas.training.run_result import Progress as Progress
from nas.training.run_result import RunResult as RunResult
from nas.training.run_result import Status
from nas.training.selection import ExpertOutcome, Selection
from nas.training.training_settings import TrainingSettings
from nas.training.warm_up import WarmUp


class TrainingRun:
    """Drives one run; `run` may be called in a new process after any kind of end.

    Parameters
    ----------
    problem, settings
        What to train.
    path
        Of the checkpoint; None keeps nothing.
    save_after
        Seconds between two checkpoints: no more than these are lost where a process is killed.

    Raises
    ------
    UserError
        If the checkpoint at ``path`` is damaged, or of another version of the toolkit.

    Examples
    --------
    Stopped at once, and continued from its checkpoint:

    >>> from nas.training import example
    >>> where = Path("run.safetensors")
    >>> run = TrainingRun(example.PROBLEM, example.settings(), where)
    >>> run.run(should_stop=lambda: run.step >= 12).status
    'interrupted'
    >>> again = TrainingRun(example.PROBLEM, example.settings(), where)
    >>> again.step, again.run().status
    (12, 'completed')
    """

    def __init__(
        self,
        problem: Problem,
        settings: TrainingSettings,
        path: Path | None = None,
        save_after: float = checkpoint.SAVE_AFTER,
    ) -> None:
        self.problem, self.settings, self.path = problem, settings, path
        self.log = RunLog(problem)
        self.reason = ""
        mixture = settings.mixture(problem)
        self.parameters_before = mixture.parameters_alive
        self.warm_up = WarmUp(problem, mixture, settings.sampler, settings.warm_up)
        self.selection: Selection | None = None
        self.fine_tuning: FineTuning | None = None
        if path is not None and path.exists():
            checkpoint.resume(path, self._restore)
        self._save_after, self._saved = save_after, time.monotonic()

    @property
    def phase(self) -> Phase:
        """The one under way, or the last."""
        return self.fine_tuning or self.selection or self.warm_up

    @property
    def step(self) -> int:
        """Steps done in all phases."""
        return self._steps + (self.fine_tuning.iterations if self.fine_tuning else 0)

    @property
    def mixture(self) -> Mixture:
        """As it is now."""
        return self.phase.mixture

    @property
    def outcomes(self) -> dict[int, ExpertOutcome]:
        """What became of each expert, by its index in the pool."""
        if self.selection is not None:
            return self.selection.outcomes
        # The only expert of a pool has all the weight from the start.
        importance = 1.0 if len(self.settings.pool) == 1 else None
        return {index: ExpertOutcome(importance=importance) for index in self.mixture.alive}

    def run(
        self,
        should_stop: Callable[[], bool] = lambda: False,
        watch: Callable[[Progress], None] = lambda progress: None,
    ) -> RunResult:
        """Go on until the end, a divergence, or ``should_stop()``.

        Raises
        ------
        UserError
            If a checkpoint cannot be written; the previous one is kept.
        """
        while not self._finished:
            if should_stop():
                self.save()
                return self._result("interrupted", None)
            if not self._advance(watch):
                return self._diverged()
            if self.path is not None and time.monotonic() - self._saved > self._save_after:
                self.save()
        tuning = self.fine_tuning
        assert tuning is not None
        tuning.take_best()
        self.log.add_unknown(tuning.name, self.step, self._raw)
        self.reason = tuning.ended
        if not math.isfinite(tuning.best_loss):
            self.reason = self.reason or "held-out loss is not finite at the end"
            return self._diverged()
        self.save()
        return self._result("completed", tuning.best_loss)

    def go_on_from(self, path: Path, indices: Sequence[int]) -> None:
        """Go on from the checkpoint at ``path``, of a warm-up, with some of the experts alone.

        ``indices`` are theirs in the pool.

        Raises
        ------
        UserError
            If the checkpoint is damaged, or of another version of the toolkit.
        ValueError
            If none of these experts is alive.
        """
        checkpoint.resume(path, self._restore)
        assert self.selection is not None, "the warm-up is over"
        self.log = RunLog(self.problem)
        self.selection.keep(indices)
        share = len(indices) / len(self.settings.pool)
        self.warm_up.evaluations = round(share * self.warm_up.evaluations)

    def adopt(self, warm_up: WarmUp) -> None:
        """Go on from a finished warm-up of the same pool, whatever the gate of this run is."""
        self.warm_up.adopt(warm_up)
        self._begin_selection()

    def begin_with(self, learnt: Mixture, indices: Mapping[int, int]) -> None:
        """Begin the selection with experts that have learnt elsewhere.

        ``indices`` has for each expert of this pool its index among those of ``learnt``.
        """
        warm_up = self.warm_up
        warm_up.mixture.double()
        adopt(warm_up.mixture, learnt, indices)
        warm_up.step = warm_up.settings.iterations
        self._begin_selection()

    def save(self) -> None:
        """Write the checkpoint now."""
        if self.path is not None:
            phases = {
                "warm_up": self.warm_up,
                "selection": self.selection,
                "fine_tuning": self.fine_tuning,
            }
            states = {name: phase.state() for name, phase in phases.items() if phase is not None}
            told = self.log.state() | {"reason": self.reason}
            checkpoint.save(self.path, told | states)
        self._saved = time.monotonic()

    @property
    def _finished(self) -> bool:
        """Whether all phases are over."""
        return self.fine_tuning is not None and self.fine_tuning.finished

    def _advance(self, watch: Callable[[Progress], None]) -> bool:
        """Do a step, or begin the fine-tuning; false if there is no going on."""
        if self._selected():
            self._begin_fine_tuning()
            return True
        phase, name = self.phase, self.phase.name
        loss = phase.advance()
        if self.selection is None and phase.finished:
            self._begin_selection()  # now, so that the warm-up's last row tells how the gate starts
        if not phase.due and not self._selected():
            return True
        value = float(loss)
        if not math.isfinite(value):
            reason = phase.recover(value)
            self.reason = reason or self.reason
            return reason is None
        reading = phase.report(value)
        if reading is not None:
            self._log(name, reading, watch)
        return True

    def _selected(self) -> bool:
        """Whether the fine-tuning is to begin: the selection is over, or had nothing to choose."""
        return self.selection is not None and self.selection.finished and not self.fine_tuning

    def _begin_fine_tuning(self) -> None:
        assert self.selection is not None
        self.selection.close()
        self.fine_tuning = self._fine_tuning()

    def _begin_selection(self) -> None:
        self.selection = self._selection()
        self.selection.introduce()

    def _log(self, phase: str, reading: Reading, watch: Callable[[Progress], None]) -> None:
        mixture, held_out = self.mixture, reading.held_out_loss
        if held_out is None and self.selection is not None:
            held_out = self.selection.held_out_loss()
        self.log.add(
            phase,
            self.step,
            replace(reading, held_out_loss=held_out),
            mixture,
            marked=self.selection is not None,
        )
        self.log.add_unknown(phase, self.step, self._raw)
        done = self.step / self.settings.steps
        watch(Progress(phase, done, self.step, reading.loss, len(mixture.alive)))

    @property
    def _raw(self) -> Tensor:
        """Raw values of the unknown coefficients: the mixture's, or those of the best expert."""
        warm_up = self.warm_up
        return self.mixture.raw if self.selection else warm_up.mixture.raw_of(warm_up.best)

    @property
    def _steps(self) -> int:
        """Of warm-up and selection."""
        return self.selection.step if self.selection else self.warm_up.step

    def _selection(self) -> Selection:
        settings = self.settings
        return Selection(
            self.problem,
            self.warm_up.mixture,
            settings.sampler,
            settings.selection,
            begins=settings.warm_up.iterations,
        )

    def _fine_tuning(self) -> FineTuning:
        settings = self.settings
        return FineTuning(self.problem, self.mixture, settings.sampler, settings.fine_tuning)

    def _restore(self, state: dict[str, Any]) -> None:
        self.log.restore(state)
        self.reason = state["reason"]
        self.warm_up.restore(state["warm_up"])
        if "selection" in state:
            self.selection = self._selection()
            self.selection.restore(state["selection"])
        if "fine_tuning" in state:
            self.fine_tuning = self._fine_tuning()
            self.fine_tuning.restore(state["fine_tuning"])

    def _diverged(self) -> RunResult:
        if self.selection is not None:
            self.selection.close()
        return self._result("diverged", None)

    def _result(self, status: Status, held_out_loss: float | None) -> RunResult:
        phases = (self.warm_up, self.selection, self.fine_tuning)
        return RunResult(
            status=status,
            reason=self.reason,
            mixture=self.mixture,
            outcomes=self.outcomes,
            history=self.log.history,
            trail=self.log.trail,
            held_out_loss=held_out_loss,
            steps=self._steps,
            iterations=self.fine_tuning.iterations if self.fine_tuning else 0,
            evaluations=sum(phase.evaluations for phase in phases if phase is not None),
            parameters_before=self.parameters_before,
            unknown=unknowns.estimates(self.problem, self._raw),
            unknowns=self.log.unknowns,
        )
