"""How much does a GPU gain against nested autograd on the same GPU?

The standard case there.
"""

import torch

from experiments.benchmarks import settings
from experiments.benchmarks.baselines import nested
from experiments.benchmarks.comparison import against_nested
from experiments.benchmarks.ours import Ours
from experiments.harness.figures import Findings


def measure(findings: Findings) -> None:
    """The standard case there, in turn with nested autograd."""
    if not torch.cuda.is_available():
        findings.skipped.append("no CUDA GPU here")
        return
    ours = Ours(settings.BURGERS, settings.standard_pool(), device="cuda")
    against_nested(findings, ours, nested.burgers, target=10.0)
    findings.note(f"The standard case on {torch.cuda.get_device_name()}.")
