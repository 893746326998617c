"""What a race leaves: each contestant as a run of the campaign, and a row of the table ``race``."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from nas.calculus.derivatives import DerivativeSet
from nas.campaign import layout, records, run_rows
from nas.campaign.contestants import Entry
from nas.campaign.recommendation import candidates
from nas.campaign.run_record import NOT_ASSESSED, assessed, measured, tables
from nas.campaign.run_rows import Row
from nas.campaign.true_errors import UNKNOWN
from nas.mixture.mixture import Mixture
from nas.problems import Problem
from nas.search_spaces.candidates import written
from nas.training import mixture_file, unknowns
from nas.training.race import Contestant, Race
from nas.training.race.race import NAME
from nas.training.run_result import RunResult
from nas.training.selection import ExpertOutcome
from nas.training.training_settings import TrainingSettings

FIRST = 1000  # number of a first contestant among the trials: no search has as many trials


@dataclass(frozen=True)
class RaceRecord:
    """Writes the runs of a repetition's race into the folder of its campaign.

    Examples
    --------
    Of a race of one contestant, for which there was no time:

    >>> from tempfile import TemporaryDirectory
    >>> from nas.campaign.contestants import entries
    >>> from nas.training import example
    >>> from nas.training.meter import Meter
    >>> from nas.training.race import RaceSettings
    >>> (entry, *_) = entries(example.mixture(), {1: 1e-2}, teams=[])
    >>> mixtures, meter = {entry.name: entry.mixture}, Meter(0.0, counts={})
    >>> race = Race(example.PROBLEM, example.SAMPLER, mixtures, RaceSettings(), meter)
    >>> race.run()
    True
    >>> with TemporaryDirectory() as name:
    ...     record = RaceRecord(Path(name), example.PROBLEM, example.settings(), repetition=0)
    ...     rows = record.write(race, [entry])
    ...     finished = [folder.name for folder in layout.finished_runs(Path(name))]
    >>> rows[0]["members"], rows[0]["won"], finished
    ('tanh 1×4', True, ['race-0-0'])
    """

    campaign: Path
    problem: Problem
    settings: TrainingSettings  # of the repetition's pool
    repetition: int

    @cached_property
    def _parameters_before(self) -> int:
        """Of the whole pool."""
        return self.settings.mixture(self.problem).parameters_alive

    def write(self, race: Race, named: Sequence[Entry]) -> list[Row]:
        """Write all contestants' runs; return the rows of the race.

        Only those that may be recommended are assessed, which takes seconds.
        """
        winner, rows = race.leader, []
        found = [(entry, race.contestants[entry.name]) for entry in named]
        mixtures = [one.result() for _, one in found]
        scores = [
            (one.loss, float(run_rows.size(mixture)))
            for (_, one), mixture in zip(found, mixtures, strict=True)
        ]
        able = candidates(scores)
        for number, ((entry, one), mixture) in enumerate(zip(found, mixtures, strict=True)):
            self._write(entry, one, mixture, number in able)
            rows.append(
                {
                    "repetition": self.repetition,
                    "run": self._run(entry),
                    "origin": entry.origin,
                    "members": ", ".join(written(one.mixture.pool[i]) for i in one.mixture.alive),
                    "iterations": one.iterations,
                    "held_out_loss": one.loss if math.isfinite(one.loss) else None,
                    "left_in": race.left_in.get(entry.name),
                    "won": one is winner,
                }
            )
        return rows

    def _run(self, entry: Entry) -> str:
        return f"race-{self.repetition}-{entry.name}"

    def _write(self, entry: Entry, one: Contestant, mixture: Mixture, able: bool) -> None:
        run = self._run(entry)
        folder = layout.run_folder(self.campaign, run)
        folder.mkdir(parents=True, exist_ok=True)
        result = self._result(one, mixture)
        mixture_file.save(folder / mixture_file.FILE, mixture, result.held_out_loss)
        errors, note, found = UNKNOWN, "", NOT_ASSESSED
        if result.status == "completed":
            errors, note = measured(self.problem, result, folder, with_map=able)
        if result.status == "completed" and able:
            found = assessed(self.problem, self.settings, result, folder)
        keys = {
            "run": run,
            "trial": FIRST * (self.repetition + 1) + int(entry.name),
            "repetition": self.repetition,
        }
        row = self._row(keys, entry, result)
        row |= {"reason": "; ".join(filter(None, (result.reason, note)))}
        written_down = tables(keys, row, result, self._experts(keys, result), errors, found)
        for name, of_table in written_down.items():
            records.write_table(layout.table_file(folder, name), name, of_table)

    def _row(self, keys: Row, entry: Entry, result: RunResult) -> Row:
        origin = entry.trial.proposal if entry.trial is not None else None
        return {
            **dict.fromkeys(records.TABLES["runs"].names),
            **keys,
            "stage": "race",
            "status": result.status,
            "m": len(self.settings.pool) if origin is None else origin.m,
            "p": None if origin is None else origin.p,
            "threshold": None if origin is None else origin.threshold,
            **run_rows.figures(self.settings, result),
            "drops": 0,
        }

    def _experts(self, keys: Row, result: RunResult) -> list[Row]:
        """The members alone: what became of the others stands in the pool, and in the trials."""
        mixture, importance = result.mixture, self._importance(result.mixture)
        return [
            run_rows.survivor(
                keys,
                alive,
                mixture.pool[alive],
                parameters=mixture.expert_parameters(alive),
                ended=result.iterations,
            )
            | {"importance": weight}
            for alive, weight in zip(mixture.alive, importance, strict=True)
        ]

    @torch.no_grad()
    def _importance(self, mixture: Mixture) -> list[float]:
        """The mean weight of each expert alive over the held-out points inside."""
        points = self.settings.sampler.held_out(mixture.centre.device).interior
        values = DerivativeSet([], mixture.inputs)
        logits = mixture.logits(mixture.coordinates(points, values), values)
        found: list[float] = mixture.weights(logits).mean(0).tolist()
        return found

    def _result(self, one: Contestant, mixture: Mixture) -> RunResult:
        learnt = math.isfinite(one.loss)
        return RunResult(
            status="completed" if learnt else "diverged",
            reason=one.tuning.ended if learnt else "the held-out loss is not finite",
            mixture=mixture,
            outcomes={index: ExpertOutcome() for index in mixture.alive},
            history=one.log.history,
            trail=one.log.trail,
            held_out_loss=one.loss if learnt else None,
            steps=0,
            iterations=one.iterations,
            evaluations=one.tuning.evaluations,
            parameters_before=self._parameters_before,
            unknown=unknowns.estimates(self.problem, mixture.raw),
            unknowns=self._coefficients(one, mixture),
        )

    def _coefficients(self, one: Contestant, mixture: Mixture) -> list[Row]:
        """What was logged of them, and at the end what the recorded mixture has.

        It need not be the latest one that was logged: the best state is kept, a correction changes
        it, and of random waves, which do not learn on, nothing was logged.
        """
        step = max([one.iterations, *(row["step"] for row in one.log.unknowns)])
        before = [row for row in one.log.unknowns if row["step"] != step]
        return before + unknowns.rows(self.problem, mixture.raw, NAME, step)
