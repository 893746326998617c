"""How much do fourth derivatives save against nested autograd?"""

from experiments.benchmarks import machine, settings
from experiments.benchmarks.duel import against_nested
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours
from experiments.benchmarks.rivals import nested

POINTS = 512  # nested autograd four deep takes seconds and gigabytes for 2,048


def measure(findings: Findings) -> None:
    """Ours in turn with nested autograd."""
    machine.use_all_cores()
    ours = Ours(settings.PLATE, settings.standard_pool(), POINTS)
    against_nested(findings, ours, nested.plate, target=6.0)
    findings.note(
        f"The plate's residual u_xxxx + 2 u_xxyy + u_yyyy, {len(ours.mixture.pool)} experts, "
        f"{POINTS} points. Nested autograd forms ΔΔu, which is the same in fewer passes."
    )
