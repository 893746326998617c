"""How fast is a GPU: against nested autograd there, against this machine's CPU, and how large?

The standard step on the GPU in turn with nested autograd there and with the same step on all cores
of the CPU; a Gauss–Newton iteration of the warm-up of 200 experts on Burgers' equation, float32, in
turn with the CPU's, and where there are two GPUs with that of its experts on both; and the largest
pool, in powers of two, of which a step at 65,536 points fits into the GPU's memory. Some minutes.
"""

from collections.abc import Callable, Sequence

import torch

from experiments.benchmarks import settings
from experiments.benchmarks.baselines import nested
from experiments.benchmarks.cases.iteration import iterations
from experiments.benchmarks.comparison import against_nested, finished
from experiments.benchmarks.ours import Ours
from experiments.harness import machine, timing
from experiments.harness.figures import Findings
from nas import search_spaces
from nas.search_spaces import Candidate

GPU = "cuda"
EXPERTS = 200
POINTS = 65_536
LARGEST = 65_536  # experts: more is of no use, and the limits of a campaign are lower
GPU_STEP, CPU_STEP = "the GPU", "all cores of the CPU"


def measure(findings: Findings) -> None:
    """All of it, or a line where there is no GPU."""
    if not torch.cuda.is_available():
        findings.skipped.append("no CUDA GPU here")
        return
    findings.note(f"On {torch.cuda.get_device_name()}.")
    ours = Ours(settings.BURGERS, settings.standard_pool(), device=GPU)
    against_nested(findings, ours, nested.burgers, target=10.0)
    _against_cpu(findings, "step", lambda device: _step(device), target=5.0)
    pool = search_spaces.load("full_grid").pool(EXPERTS, seed=0)
    name = f"Gauss–Newton iteration of {EXPERTS} experts"
    _against_cpu(findings, name, lambda device: iterations("gauss_newton", pool, [device]))
    _on_two(findings, name, pool)
    findings.add("largest pool of which a step fits", largest(), "experts", "higher", EXPERTS)


def _step(device: str) -> timing.Step:
    return Ours(settings.BURGERS, settings.standard_pool(), device=device)


def _against_cpu(
    findings: Findings,
    name: str,
    made: Callable[[str], timing.Step],
    target: float | None = None,
) -> None:
    """Add the times of what is ``made`` for a device, on the GPU and the CPU, and their ratio."""
    machine.use_all_cores()
    times = timing.in_turn({GPU_STEP: finished(made(GPU), GPU), CPU_STEP: made("cpu")})
    findings.add(f"{name}: {GPU_STEP}", 1e3 * times.median(GPU_STEP), "ms")
    ratio = times.ratio(CPU_STEP, GPU_STEP)
    findings.add(f"{name}: {CPU_STEP} over {GPU_STEP}", ratio, "", "higher", target)


def _on_two(findings: Findings, name: str, pool: Sequence[Candidate]) -> None:
    """Add how many times as fast two GPUs are, if they are there."""
    if torch.cuda.device_count() < 2:
        findings.skipped.append("no second CUDA GPU here")
        return
    both = [f"{GPU}:{number}" for number in range(2)]
    made = {
        " and ".join(devices): iterations("gauss_newton", pool, devices)
        for devices in (both[:1], both)
    }
    one, two = made
    times = timing.in_turn({name: finished(step, GPU) for name, step in made.items()})
    findings.add(f"{name}: {one} over {two}", times.ratio(one, two), "", "higher", 1.5)


def largest() -> int:
    """The most experts, a power of two, of which a step fits; 0 where not even one does."""
    fits = 0
    for experts in (2**power for power in range(LARGEST.bit_length())):
        pool = search_spaces.load("full_grid").pool(experts, seed=0)
        try:
            finished(Ours(settings.BURGERS, pool, POINTS, device=GPU), GPU)()
        except torch.cuda.OutOfMemoryError:
            break
        fits = experts
    return fits
