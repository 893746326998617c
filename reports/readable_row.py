"""A row of a table that a person looks at."""

import pandas as pd

from nas.reports.words import number


class Row(pd.Series):
    """A row whose small numbers are shown as such: pandas would show 1.7e-9 as 0.0.

    Examples
    --------
    >>> Row({"run": "0001-0", "held_out_loss": 1.7e-9, "steps": 300})
    run               0001-0
    held_out_loss    1.70e-9
    steps                300
    """

    def __repr__(self) -> str:
        shown = [number(one) if isinstance(one, float) else str(one) for one in self]
        return pd.Series(shown, self.index, dtype=object).to_string()
