"""The job of a baseline: all candidates of the space, each alone, in one worker process."""

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from nas.campaign import records
from nas.campaign.attempts import Attempts
from nas.campaign.config import Campaign
from nas.campaign.job import alone_in, indispensable, problem_of, should_stop
from nas.campaign.maps import relative_l2_if_told
from nas.campaign.run_settings import hardware, seed_of, without_competition
from nas.problems import Problem
from nas.search_spaces import Candidate
from nas.search_spaces.candidates import levels_of
from nas.training.single_networks import SingleNetwork, SingleNetworks

OWN_SEEDS = 1  # apart from those of the search and of the subsets


@dataclass(frozen=True)
class SinglesJob:
    """A repetition of the baseline; ``problem`` as in `nas.campaign.run.RunSpec`."""

    folder: Path  # the campaign's
    campaign: Campaign
    problem: Problem | None
    fingerprint: str
    repetition: int
    threads: int
    parent: int

    @property
    def name(self) -> str:
        """What a user calls it."""
        return f"alone, repetition {self.repetition}"

    @property
    def path(self) -> Path:
        """The job's own folder."""
        return self.folder / "baseline" / f"{self.repetition:04d}"

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The different candidates of the space."""
        return tuple(dict.fromkeys(self.campaign.search_space().candidates))

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.candidates)

    @property
    def finished(self) -> bool:
        """Whether its record is complete."""
        return (self.path / "singles.parquet").exists()


def execute(job: SinglesJob) -> str:
    """Do the job, or what is left of it; return ``completed`` or ``interrupted``.

    Raises
    ------
    UserError
        If the disk refuses, a checkpoint is damaged, or training raises: without it there is
        nothing to compare with.
    """
    with alone_in(job.path), indispensable(job.path, "training every candidate alone"):
        return "completed" if job.finished else _train(job)


def _train(job: SinglesJob) -> str:
    torch.set_num_threads(job.threads)
    problem = problem_of(job)
    campaign, repetition = job.campaign, job.repetition
    seed = seed_of(campaign.seed, repetition, 0, OWN_SEEDS)
    settings = without_competition(problem, campaign, job.candidates, seed, repetition)
    path = job.path / "checkpoint.safetensors"
    training = SingleNetworks(problem, settings, partial(relative_l2_if_told, problem), path)
    attempts = Attempts(job.path / "attempts.json", {}, job.threads)
    attempts.begin(training.step, hardware(settings.device))
    singles = training.run(should_stop(job.folder, job.parent), attempts.watch)
    attempts.close("interrupted" if singles is None else "completed", training.step)
    if singles is None:
        return "interrupted"
    rows = [_row(repetition, job.candidates[single.index], single) for single in singles]
    records.write_table(job.path / "singles.parquet", "singles", rows)
    path.unlink(missing_ok=True)
    return "completed"


def _row(repetition: int, candidate: Candidate, single: SingleNetwork) -> dict[str, Any]:
    known = {"repetition": repetition, "relative_l2": single.measured}
    row = known | levels_of(candidate) | asdict(single)
    return {name: row[name] for name in records.VALIDATION["singles"].names}
