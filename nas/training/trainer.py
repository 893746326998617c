"""One run from pool to result: search, then fine-tuning; logged, checkpointed, resumable.

Failure is a value here: a run that diverges or is told to stop returns an `RunResult` that says
so. Continued from its checkpoint on the same number of CPU threads, a run ends bit for bit as
if it had never been stopped: points are functions of seed, step and the networks, and all else
stands in the checkpoint.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from nas.errors import UserError
from nas.mixture.gate import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.search_spaces.candidates import Candidate
from nas.training import checkpoint, fine_tuning
from nas.training.elimination import ExpertOutcome
from nas.training.fine_tuning import FineTuning
from nas.training.points import Sampler
from nas.training.search import WARM_UP, Search, SearchSettings

LOG_EVERY = 50  # steps
CHECK_EVERY = 10  # steps between two looks for a loss that is not a number
SAVE_AFTER = 2.0  # seconds between two checkpoints

Status = Literal["completed", "diverged", "interrupted"]


@dataclass(frozen=True)
class RunSettings:
    """All that a run is a function of, beside its problem."""

    pool: tuple[Candidate, ...]
    gate: GateSettings
    search: SearchSettings
    fine_tuning: int  # iterations at most
    sampler: Sampler
    seed: int  # of the initial weights
    dtype: torch.dtype  # of the search; the fine-tuning is in float64
    device: torch.device


@dataclass(frozen=True)
class Progress:
    """What a watcher is told."""

    phase: str
    done: float  # of the run, in [0, 1]
    step: int
    loss: float
    experts: int


@dataclass(frozen=True)
class RunResult:
    """How a run ended, and what it left.

    ``held_out_loss`` is None unless completed. ``evaluations`` is the number of points, times
    the experts that learnt from them.
    """

    status: Status
    reason: str
    mixture: Mixture
    outcomes: dict[int, ExpertOutcome]
    history: list[dict[str, Any]]
    held_out_loss: float | None
    steps: int
    iterations: int
    evaluations: int
    parameters_before: int


class Trainer:
    """Drives one run; `run` may be called in a new process after any kind of end.

    Parameters
    ----------
    problem, settings
        What to train.
    path
        Of the checkpoint; None keeps nothing.

    Raises
    ------
    UserError
        If the checkpoint at ``path`` is damaged, or of another version of the toolkit.
    """

    def __init__(self, problem: Problem, settings: RunSettings, path: Path | None = None) -> None:
        self.problem, self.settings, self.path = problem, settings, path
        self.history: list[dict[str, Any]] = []
        self.reason = ""
        self.fine_tuning: FineTuning | None = None
        self.search = Search(problem, self._mixture(), settings.sampler, settings.search)
        self.parameters_before = self.search.mixture.parameters_alive
        if path is not None and path.exists():
            self._restore(path, checkpoint.load(path))
        self._saved = time.monotonic()

    @property
    def step(self) -> int:
        """Steps of the search and iterations of the fine-tuning done."""
        return self.search.step + (self.fine_tuning.iterations if self.fine_tuning else 0)

    @property
    def mixture(self) -> Mixture:
        """As it is now."""
        return (self.fine_tuning or self.search).mixture

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
        while not self.search.finished:
            if should_stop():
                return self._interrupted()
            if not self._search_step(watch):
                return self._diverged()
            self._save_if_due()
        if self.fine_tuning is None:
            self.search.elimination.close()
            self.fine_tuning = self._fine_tuning()
        while not self.fine_tuning.finished:
            if should_stop():
                return self._interrupted()
            if not self._fine_tuning_chunk(self.fine_tuning, should_stop, watch):
                return self._interrupted()
            self._save_if_due()
        self.fine_tuning.take_best()
        self.reason = self.fine_tuning.ended
        if not math.isfinite(self.fine_tuning.best_loss):
            self.reason = self.reason or "held-out loss is not finite at the end"
            return self._diverged()
        self.save()
        return self._outcome("completed", self.fine_tuning.best_loss)

    def go_on_from(self, path: Path, indices: Sequence[int]) -> None:
        """Take up the checkpoint at ``path``, of a warm-up, with the experts at ``indices`` alone.

        Raises
        ------
        UserError
            If the checkpoint is damaged.
        ValueError
            If none of these experts is alive.
        """
        self.search.restore(checkpoint.load(path)["search"])
        self.search.keep(indices)

    def save(self) -> None:
        """Write the checkpoint now."""
        if self.path is not None:
            tuning = self.fine_tuning
            stage = {"search": self.search.state()} | (
                {"fine_tuning": tuning.state()} if tuning else {}
            )
            checkpoint.save(self.path, {"history": self.history, "reason": self.reason, **stage})
        self._saved = time.monotonic()

    def _search_step(self, watch: Callable[[Progress], None]) -> bool:
        search = self.search
        phase = search.phase
        rate = None if phase == WARM_UP else search.learning_rate
        loss = search.advance()
        last = search.finished
        if search.step % CHECK_EVERY and not last:
            return True
        value = float(loss)
        if not math.isfinite(value):
            if search.elimination.take_back(
                search.step, f"dropped and taken back: the loss became {value}"
            ):
                return True
            self.reason = f"loss {value} at step {search.step} ({phase})"
            return False
        # Iterations of the warm-up are few and long: each look at the loss is a row.
        if phase == WARM_UP or search.step % LOG_EVERY == 0 or last:
            term = search.selection.sparsity
            sparsity = None if term is None else float(term)
            self._log(phase, value, search.held_out_loss(), sparsity, rate, watch)
        return True

    def _fine_tuning_chunk(
        self,
        tuning: FineTuning,
        should_stop: Callable[[], bool],
        watch: Callable[[Progress], None],
    ) -> bool:
        loss = tuning.advance(should_stop)
        if loss is None:
            return False
        if math.isfinite(loss):
            self._log(fine_tuning.PHASE, float(loss), tuning.held_out, None, None, watch)
        return True

    def _log(
        self,
        phase: str,
        loss: float,
        held_out: float | None,
        sparsity: float | None,
        learning_rate: float | None,
        watch: Callable[[Progress], None],
    ) -> None:
        mixture = self.mixture
        row = {
            "phase": phase,
            "step": self.step,
            "loss": loss,
            "held_out_loss": held_out,
            "sparsity": sparsity,
            "experts": len(mixture.alive),
            "parameters": mixture.parameters_alive,
            "learning_rate": learning_rate,
        }
        self.history.append(row)
        watch(Progress(phase, self._done(), self.step, loss, len(mixture.alive)))

    def _done(self) -> float:
        return self.step / (self.settings.search.ends + self.settings.fine_tuning)

    def _mixture(self) -> Mixture:
        settings = self.settings
        mixture = Mixture(
            settings.pool,
            settings.gate,
            self.problem.domain.bounds,
            len(self.problem.fields),
            settings.seed,
            names=self.problem.coordinates,
        )
        return mixture.to(device=settings.device, dtype=settings.dtype)

    def _fine_tuning(self) -> FineTuning:
        settings = self.settings
        return FineTuning(self.problem, self.search.mixture, settings.sampler, settings.fine_tuning)

    def _restore(self, path: Path, state: dict[str, Any]) -> None:
        try:
            self.history, self.reason = state["history"], state["reason"]
            self.search.restore(state["search"])
            if "fine_tuning" in state:
                self.fine_tuning = self._fine_tuning()
                self.fine_tuning.restore(state["fine_tuning"])
        except (KeyError, TypeError) as error:
            raise UserError(
                f"{path}: expected a checkpoint of this version of the toolkit, got one of another "
                f"({error}); delete it and run the same command again: this run then starts anew, "
                "all others are kept"
            ) from error

    def _save_if_due(self) -> None:
        if self.path is not None and time.monotonic() - self._saved > SAVE_AFTER:
            self.save()

    def _interrupted(self) -> RunResult:
        self.save()
        return self._outcome("interrupted", None)

    def _diverged(self) -> RunResult:
        self.search.elimination.close()
        return self._outcome("diverged", None)

    def _outcome(self, status: Status, held_out_loss: float | None) -> RunResult:
        search, tuning = self.search, self.fine_tuning
        return RunResult(
            status,
            self.reason,
            self.mixture,
            search.outcomes,
            self.history,
            held_out_loss,
            search.step,
            tuning.iterations if tuning else 0,
            search.evaluations + (tuning.evaluations if tuning else 0),
            self.parameters_before,
        )
