"""The warm-up: every expert of the pool learns the problem by itself.

Who is chosen before having learnt is chosen by chance. A method is a file in this folder, named as
in a campaign file (`training.warm_up.method`), with a frozen dataclass ``Settings`` that fulfils
`Method`.
"""

from nas.training.warm_up.phase import (
    Learning,
    Method,
    WarmUp,
    WarmUpSettings,
    method,
    names,
    title,
)

__all__ = ["Learning", "Method", "WarmUp", "WarmUpSettings", "method", "names", "title"]
