"""The job of teaching a pool: all that a repetition's trials and race begin with."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nas.campaign import layout, records, schedule
from nas.campaign.campaign_job import CampaignJob
from nas.campaign.run_settings import hardware, points_seed, run_settings, seed_of
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.runner.job import COMPLETED, INTERRUPTED
from nas.runner.job_context import Context
from nas.search_spaces import Candidate
from nas.search_spaces.candidates import ALL, levels_of
from nas.training import checkpoint, mixture_file
from nas.training.least_squares.correction import EXACT
from nas.training.meter import Meter
from nas.training.pool import PoolLearning
from nas.training.training_settings import TrainingSettings

WAVES = "waves.safetensors"  # where random waves were found
MOST = 64  # candidates of a space that are all tried; of a larger one, as many are drawn


@dataclass(frozen=True)
class PoolJob(CampaignJob):
    """A repetition's pool, which learns for its share of ``seconds``.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> from nas.campaign.folder import CampaignFolder
    >>> from nas.runner.problem_source import ProblemSource
    >>> source = ProblemSource.of("burgers")
    >>> home = CampaignFolder(Path("out"), build(problem="burgers"), source, study="burgers-1")
    >>> job = PoolJob(home, repetition=0, seconds=60.0)
    >>> job.name, job.folder.as_posix()
    ('pool-0', 'out/pools/0')
    """

    TABLES = ("pool",)

    repetition: int
    seconds: float
    given: schedule.Counts | None = None  # instead of the seconds

    @property
    def name(self) -> str:
        """What people call it."""
        return f"pool-{self.repetition}"

    @property
    def folder(self) -> Path:
        """The job's own folder."""
        return layout.pool_folder(self.home.path, self.repetition)

    @property
    def finished(self) -> bool:
        """Whether all that trials and race need is there."""
        if not super().finished or not (self.folder / mixture_file.FILE).exists():
            return False
        losses, pool = self.losses(), self.pool
        solved = [loss for index, loss in losses.items() if pool[index].learns != ALL]
        return not any(map(math.isfinite, solved)) or (self.folder / WAVES).exists()

    @property
    def experts(self) -> int:
        """How many learn."""
        return len(self.pool)

    @property
    def pool(self) -> tuple[Candidate, ...]:
        """All candidates of the space, or as many as `MOST`; never fewer than a trial may want."""
        campaign, space = self.home.campaign, self.home.campaign.search_space()
        return space.pool(max(campaign.tune.m.high, min(len(space), MOST)), self.seed)

    @property
    def seed(self) -> int:
        """Of pool and initial weights."""
        return seed_of(self.home.campaign.seed, self.repetition)

    def settings(self, problem: Problem) -> TrainingSettings:
        """Of the pool, its points and its device; nobody is dropped."""
        campaign = self.home.campaign
        return run_settings(
            problem,
            campaign,
            self.pool,
            p=1.0,
            threshold=0.0,
            seed=self.seed,
            points_seed=points_seed(campaign, self.repetition),
        )

    def work(self, context: Context) -> str:
        """Teach the pool; see `nas.runner.job.Job.work`."""
        problem = self.home.problem.load()
        settings = self.settings(problem)
        meter = Meter(self.seconds, self.given)
        pool = PoolLearning(
            problem, settings.mixture(problem), settings.sampler, self.home.stages.pool, meter
        )
        if self.checkpoint.exists():
            checkpoint.resume(self.checkpoint, pool.restore)
        context.begin(pool.step, hardware(settings.devices))
        keeper = checkpoint.Keeper(self.checkpoint, pool.state)
        if not pool.run(keeper.asked(context.should_stop), context.report):
            keeper.save()
            context.close(INTERRUPTED, pool.step)
            return INTERRUPTED
        mixture_file.save(self.folder / mixture_file.FILE, pool.mixture)
        if pool.waves is not None:
            mixture_file.save(self.folder / WAVES, pool.waves)
        part = schedule.Part(self.seconds, pool.meter.counts, pool.meter.taken)
        schedule.write_part(self.folder, part)
        self.record({"pool": self._rows(pool)})
        context.close(COMPLETED, pool.step)
        return COMPLETED

    def learnt(self, problem: Problem) -> Mixture:
        """The pool as it has learnt, once the job is over."""
        path = self.folder / mixture_file.FILE
        return mixture_file.load(path, problem.domain.bounds, len(problem.fields))

    def waves(self, problem: Problem) -> Mixture | None:
        """Random waves as one of the pool's networks, once the job is over, if any were found."""
        path = self.folder / WAVES
        if not path.exists():
            return None
        return mixture_file.load(path, problem.domain.bounds, len(problem.fields))

    @property
    def decided(self) -> bool:
        """Whether the gate has nothing to choose from, once the job is over.

        An answer is exact, or fewer than two networks have learnt.
        """
        losses, pool = self.losses(), self.pool
        trained = [i for i in losses if pool[i].learns == ALL]
        return len(trained) < 2 or min(losses.values()) <= EXACT

    def losses(self) -> dict[int, float]:
        """The latest held-out loss of each candidate, once the job is over.

        Infinite where there is none: it diverged, or there was no time for it. Where random waves
        are exact the others have none.
        """
        rows = records.read_rows(self.table("pool"), "pool")
        losses = {row["candidate"]: row["held_out_loss"] for row in rows}
        return {index: math.inf if loss is None else loss for index, loss in losses.items()}

    def _rows(self, pool: PoolLearning) -> list[dict[str, Any]]:
        return [
            {
                "repetition": self.repetition,
                "candidate": one.index,
                **levels_of(pool.mixture.pool[one.index]),
                "parameters": pool.mixture.expert_parameters(one.index),
                "round": one.round + 1,
                "iterations": one.iterations,
                "held_out_loss": one.held_out_loss if math.isfinite(one.held_out_loss) else None,
            }
            for one in pool.learnt
        ]
