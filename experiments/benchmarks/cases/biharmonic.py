"""How much do fourth derivatives save against nested autograd?

The plate's residual u_xxxx + 2 u_xxyy + u_yyyy, 36 experts, 512 points. Nested autograd forms ΔΔu,
which is the same in fewer passes.
"""

from experiments.benchmarks import settings
from experiments.benchmarks.baselines import nested
from experiments.benchmarks.comparison import against_nested
from experiments.benchmarks.ours import Ours
from experiments.harness.figures import Findings

POINTS = 512  # nested autograd four deep takes seconds and gigabytes for 2,048


def measure(findings: Findings) -> None:
    """Ours in turn with nested autograd."""
    ours = Ours(settings.PLATE, settings.standard_pool(), POINTS)
    against_nested(findings, ours, nested.plate, target=6.0)
