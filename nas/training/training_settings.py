"""All that a run is a function of, beside its problem."""

from dataclasses import dataclass

import torch

from nas.mixture.gate import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.search_spaces.candidates import Candidate
from nas.training.collocation import Sampler
from nas.training.fine_tuning import FineTuningSettings
from nas.training.selection import SelectionSettings
from nas.training.warm_up import WarmUpSettings


@dataclass(frozen=True)
class TrainingSettings:
    """All that a run is a function of, beside its problem.

    Examples
    --------
    >>> from nas.training import example
    >>> settings = example.settings()
    >>> settings.steps  # of warm-up, selection and fine-tuning
    31
    >>> len(settings.mixture(example.PROBLEM).alive)
    3
    """

    pool: tuple[Candidate, ...]
    gate: GateSettings
    warm_up: WarmUpSettings
    selection: SelectionSettings
    fine_tuning: FineTuningSettings
    sampler: Sampler
    seed: int  # of the initial weights
    dtype: torch.dtype  # until the fine-tuning, which is in float64
    devices: tuple[torch.device, ...]  # the experts are on all of them, all else on the first

    @property
    def device(self) -> torch.device:
        """Where points, gate and losses are."""
        return self.devices[0]

    @property
    def steps(self) -> int:
        """Steps of all phases, at most."""
        return self.warm_up.iterations + self.selection.steps + self.fine_tuning.iterations

    def mixture(self, problem: Problem) -> Mixture:
        """The whole pool, untrained."""
        bounds, outputs = problem.domain.bounds, len(problem.fields)
        names = problem.coordinates
        first = [one.first for one in problem.unknown.values()]
        mixture = Mixture(
            self.pool,
            self.gate,
            bounds,
            outputs,
            self.seed,
            names=names,
            unknown=first,
            periodic=problem.periodic,
        )
        return mixture.to(self.dtype).place(self.devices)
