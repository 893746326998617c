"""How a selection is to be done; the numbers of its parts are theirs."""

from dataclasses import dataclass

from nas.checks import check
from nas.mixture.dropping import DropRule
from nas.mixture.mixture import Mixture
from nas.problems.problem import Problem
from nas.training.selection.competition import Competition, CompetitionSettings
from nas.training.selection.frozen import FrozenCompetition
from nas.training.selection.gate_start import BY_LOSS_AND_SIZE, GateStart
from nas.training.selection.pruning import PenaltySchedule


@dataclass(frozen=True)
class SelectionSettings:
    """How long and how hard to choose.

    Parameters
    ----------
    steps
        Of Adam (of a frozen pool within a budget: of Gauss–Newton), including those in which only
        the gate learns.
    learning_rate
        At the start of the selection, and throughout while only the gate learns.
    p
        Exponent of the sparsity term.
    rule
        Who may be dropped, and at what cost.
    floor
        Of the learning rate at the end, as a share of what it is at the start.
    gate_share
        Of the steps, in which only the gate learns: long enough to separate experts that have
        learnt from those that have not before any of them can be dropped.
    redraw
        Steps for which the same points serve: to draw them takes as long as a small step.
    check_every
        Steps from one check for a loss that is not a number to the next; each check waits for it.
    log_every
        Steps from one row of the history to the next, a multiple of ``check_every``.
    start
        The gate's first weights.
    experts_learn
        Whether the experts learn the mixture's residual beside the gate, by Adam. If not, they keep
        what they have learnt, the gate takes steps of Gauss–Newton, and the same points serve in
        all of them: what the experts say there is computed once.
    competition, penalty
        The numbers of a step, and of the sparsity term's weight.

    Examples
    --------
    >>> SelectionSettings(steps=400, learning_rate=1e-3, p=0.5, rule=DropRule(0.3)).gate_steps
    60
    """

    steps: int
    learning_rate: float
    p: float
    rule: DropRule
    floor: float = 0.02
    gate_share: float = 0.15
    redraw: int = 10
    check_every: int = 10
    log_every: int = 50
    start: GateStart = BY_LOSS_AND_SIZE
    experts_learn: bool = True
    competition: CompetitionSettings = CompetitionSettings()
    penalty: PenaltySchedule = PenaltySchedule()

    def __post_init__(self) -> None:
        check(
            self,
            floor=(0 <= self.floor <= 1, "in [0, 1]"),
            gate_share=(0 <= self.gate_share <= 1, "in [0, 1]"),
            redraw=(self.redraw >= 1, "at least 1"),
            check_every=(self.check_every >= 1, "at least 1"),
            log_every=(
                self.log_every % max(self.check_every, 1) == 0 < self.log_every,
                "a multiple of check_every",
            ),
        )

    def begin(self, problem: Problem, mixture: Mixture) -> Competition | FrozenCompetition:
        """Begin the competition in ``mixture``."""
        if self.experts_learn:
            return Competition(problem, mixture, self.p, self.competition)
        return FrozenCompetition(problem, mixture, self.p)

    @property
    def gate_steps(self) -> int:
        """In which only the gate learns."""
        return int(self.gate_share * self.steps)


# Among experts that keep what they have learnt the gate alone has to make up for a drop, which
# takes a few steps of Gauss–Newton.
FROZEN = SelectionSettings(
    steps=50,
    learning_rate=1.0,  # steps have lengths of their own
    p=0.5,
    rule=DropRule(threshold=0.3, every=2, cooldown=12),
    experts_learn=False,
    check_every=1,
    log_every=10,
)
