"""How much does a GPU gain against nested autograd on the same GPU?"""

from collections.abc import Callable

import torch

from experiments.benchmarks import settings
from experiments.benchmarks.duel import against_nested
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours
from experiments.benchmarks.rivals import nested


def measure(findings: Findings) -> None:
    """The standard case there, in turn with nested autograd; a step ends when the GPU is done."""
    if not torch.cuda.is_available():
        findings.skipped.append("no CUDA GPU here")
        return
    ours = Ours(settings.BURGERS, settings.standard_pool(), device="cuda")
    against_nested(findings, ours, nested.burgers, target=10.0, whole=_waiting)
    findings.note(f"The standard case on {torch.cuda.get_device_name()}.")


def _waiting(step: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        step()
        torch.cuda.synchronize()

    return run
