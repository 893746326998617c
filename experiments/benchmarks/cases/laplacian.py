"""How much does the Laplacian, carried as one derivative, save against nested autograd?

Poisson's residual in the plane, 36 experts, 2,048 points.
"""

from experiments.benchmarks import settings
from experiments.benchmarks.baselines import nested
from experiments.benchmarks.comparison import against_nested
from experiments.benchmarks.ours import Ours
from experiments.harness.figures import Findings


def measure(findings: Findings) -> None:
    """Ours in turn with nested autograd."""
    ours = Ours(settings.POISSON, settings.standard_pool())
    against_nested(findings, ours, nested.poisson, target=3.0)
