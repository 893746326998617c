"""The selection: the gate learns, then gate and experts, and experts are dropped one by one.

- `phase`: the steps in their order, and `settings`: how many of them, and how hard;
- `gate_start`: how much weight each expert begins with;
- `competition`: a step of Adam on gate and experts, with the sparsity term;
- `pruning`: who is dropped, refused or taken back, and the record of it.
"""

from nas.training.selection.competition import CompetitionSettings
from nas.training.selection.gate_start import ByLossAndSize, GateStart
from nas.training.selection.phase import Selection
from nas.training.selection.pruning import ExpertOutcome, PenaltySchedule
from nas.training.selection.settings import FROZEN, SelectionSettings

__all__ = [
    "FROZEN",
    "ByLossAndSize",
    "CompetitionSettings",
    "ExpertOutcome",
    "GateStart",
    "PenaltySchedule",
    "Selection",
    "SelectionSettings",
]
