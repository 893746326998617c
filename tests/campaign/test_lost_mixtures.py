"""A trial within a budget: it is over once there is what the race needs."""

from pathlib import Path

from nas.campaign import records
from nas.campaign.folder import opened
from nas.campaign.gate_job import GateJob
from nas.campaign.tuner import Proposal
from nas.training import mixture_file
from tests.campaign.within_a_budget import PROBLEM, campaign_of


def written(out: Path, status: str) -> GateJob:
    with opened(campaign_of(), out, PROBLEM) as home:
        job = GateJob(home, Proposal(0, m=2, p=0.5, threshold=0.5), repetition=0)
    job.folder.mkdir(parents=True)
    row = dict.fromkeys(records.TABLES["runs"].names) | job.keys
    row |= {"stage": "selection", "status": status, "reason": "", "warnings": "", "m": 2}
    row |= {"p": job.proposal.p, "threshold": job.proposal.threshold}
    counts = ("steps", "iterations", "drops", "experts_before", "experts_after")
    row |= {name: 0 for name in counts if name in row}
    for name in ("fields", "unknowns", "history", "experts"):
        records.write_table(job.table(name), name, [])
    records.write_table(job.table("runs"), "runs", [row])
    return job


def test_it_is_not_over_without_the_mixture(tmp_path: Path) -> None:
    """A user may have been told to delete one that is damaged."""
    job = written(tmp_path / "out", "completed")
    assert not job.finished
    (job.folder / mixture_file.FILE).touch()
    assert job.finished


def test_one_that_diverged_has_no_mixture_and_is_over(tmp_path: Path) -> None:
    assert written(tmp_path / "out", "diverged").finished
