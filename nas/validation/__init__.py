"""Is the choice to be trusted? Every candidate by itself, and the selected subset beside others.

`baseline` trains every candidate of a campaign's space by itself. `validate` trains the subset
that a run selected again, from scratch, and beside it random subsets, the subset of the best
single networks and the whole pool. What follows from it is the reports' business.
"""

from nas.validation.validation import baseline, validate

__all__ = ["baseline", "validate"]
