"""The fine-tuning: the survivors, gate and experts together, in float64.

An optimiser is a file in this folder, named as in a campaign file
(`training.fine_tuning.method`), with a frozen dataclass ``Settings`` that fulfils `Method`.
"""

from nas.training.fine_tuning.phase import (
    FineTuning,
    FineTuningSettings,
    Method,
    Optimiser,
    method,
    names,
    title,
)

__all__ = ["FineTuning", "FineTuningSettings", "Method", "Optimiser", "method", "names", "title"]
