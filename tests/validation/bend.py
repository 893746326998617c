"""A small problem, a campaign on it, and a worker in this process."""

from collections.abc import Callable
from pathlib import Path

from nas.campaign import config
from nas.campaign.folder import CampaignFolder
from nas.problems import Problem
from nas.runner.job import Job
from nas.runner.problem_source import ProblemSource
from nas.runner.worker import Worker
from nas.validation.warm_up_job import RunName, WarmUpJob

PROBLEM = """
import numpy as np
import torch
from nas.problems import Box, Condition, Problem

problem = Problem(
    name="bend",
    domain=Box(x=(0, 1)),
    residual=lambda u, x: u.xx + torch.pi**2 * torch.sin(torch.pi * x),
    conditions=[Condition(("x_min", "x_max"), lambda u: u)],
    solution=lambda x: np.sin(np.pi * x),
)
"""
CAMPAIGN = """
problem: bend.py
space: {activations: [sine, tanh], depths: [1, 2], widths: [6]}
gate: {depth: 1, width: 6}
tune: {m: 4, p: 0.3, threshold: 0.9}
trials: 1
seeds: 2
training:
  warm_up: {iterations: 6, points: {interior: 30, boundary: 4}}
  steps: 50
  points: {interior: 100, boundary: 8}
  fine_tuning: {iterations: 10}
parallel: {engine: serial, workers: 1}
"""
BESIDE = RunName("0000-0", trial=0, repetition=0)


def never() -> bool:
    return False


def campaign_in(folder: Path, home: Path, given: Problem | None = None) -> CampaignFolder:
    """The campaign of ``home``, in another folder of which nothing is there yet."""
    campaign = config.load(home / "bend.yaml")
    source = ProblemSource.of(campaign.problem, given)
    return CampaignFolder(folder, campaign, source, study="bend-1")


def done(job: Job, abandoned: Callable[[], bool] = never) -> str:
    """How the job ends in this process."""
    return Worker(job.folder.parent, threads=1)(job, abandoned)


def warm_up(home: CampaignFolder) -> WarmUpJob:
    """That of all candidates."""
    return WarmUpJob(home, BESIDE, home.campaign.search_space().candidates)


def broken(*_: object) -> None:
    """What raises in a trainer's place."""
    raise ZeroDivisionError("division by zero")
