"""How far does one network of 3×20 tanh units get on Burgers' equation in a minute?

A pool of one expert, the network of DeepXDE's own demo: a warm-up of 200 iterations and a
fine-tuning until the time is up, on one thread. The median of 3 seeds. Imports and the compiling of
the kernel do not count.
"""

import time
from pathlib import Path
from statistics import median

import torch

from experiments.harness import process
from experiments.harness.figures import Findings
from nas import problems
from nas.calculus import compilation
from nas.campaign import config
from nas.campaign.run_settings import run_settings
from nas.campaign.true_errors import relative_l2
from nas.training.training_run import TrainingRun

FILE = Path(__file__).with_suffix(".yaml")
SECONDS = 60.0
SEEDS = (0, 1, 2)


def measure(findings: Findings) -> None:
    """The error of each seed when the time is up, in a process of its own."""
    function = "experiments.benchmarks.cases.single:error"
    errors = [
        process.fresh(function, seed, SECONDS, environment=process.ONE_THREAD) for seed in SEEDS
    ]
    findings.add(f"relative L2 after {SECONDS:g} s", median(errors), target=1e-4)
    findings.add("the same of the worst seed", max(errors))


def error(seed: int, seconds: float) -> float | None:
    """The relative L2 error of a training that ends after so many seconds."""
    torch.set_num_threads(1)
    campaign = config.load(FILE)
    problem, pool = problems.load(campaign.problem), campaign.search_space().pool(1, seed)
    compilation.library()
    ends = time.perf_counter() + seconds
    p, threshold = campaign.tune.p.low, campaign.tune.threshold.low
    settings = run_settings(problem, campaign, pool, p, threshold, seed, seed)
    run = TrainingRun(problem, settings)
    run.run(lambda: time.perf_counter() >= ends)
    if run.fine_tuning:
        run.fine_tuning.take_best()
    return relative_l2(problem, run.mixture)
