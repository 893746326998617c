"""How much does the Laplacian as one stream save against nested autograd?"""

from experiments.benchmarks import machine, settings
from experiments.benchmarks.duel import against_nested
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours
from experiments.benchmarks.rivals import nested


def measure(findings: Findings) -> None:
    """Ours in turn with nested autograd."""
    machine.use_all_cores()
    ours = Ours(settings.POISSON, settings.standard_pool())
    against_nested(findings, ours, nested.poisson, target=3.0)
    findings.note(
        f"Poisson's residual in the plane, {len(ours.mixture.pool)} experts, "
        f"{len(ours.points.interior):,} points."
    )
