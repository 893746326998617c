"""Ours beside nested autograd, as several cases have it."""

import torch

from experiments.benchmarks.baselines.nested import Nested, Residual
from experiments.benchmarks.ours import Ours
from experiments.harness import machine, timing
from experiments.harness.figures import Findings
from experiments.harness.timing import Step


def against_nested(findings: Findings, ours: Ours, residual: Residual, target: float) -> None:
    """Add both times of a step and their ratio, on all cores or on ours' GPU."""
    machine.use_all_cores()
    baseline = Nested(ours.mixture, residual, ours.points.interior)
    steps: dict[str, Step] = {"ours": ours, "nested autograd": baseline}
    if ours.points.interior.is_cuda:
        steps = {name: finished(step) for name, step in steps.items()}
    times = timing.in_turn(steps)
    for name in steps:
        findings.add(name, 1e3 * times.median(name), "ms")
    ratio = times.ratio("nested autograd", "ours")
    findings.add("nested autograd over ours", ratio, "", "higher", target)


def finished(step: Step, device: str = "cuda") -> Step:
    """``step``, which ends when the GPU is done, if ``device`` is one."""

    def run() -> None:
        step()
        if torch.device(device).type == "cuda":
            torch.cuda.synchronize()

    return run
