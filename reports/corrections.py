"""What is added to a mixture outside its gate, in words."""

import pandas as pd

from nas.reports.words import listed


def in_words(names: str | float | None) -> str:
    """Of an entry of the column ``corrections``; empty where there are none, or it is null.

    Examples
    --------
    >>> in_words("sine 1×800")
    'a correction: sine 1×800, random features, output layer solved'
    >>> in_words("sine 1×800, sine 1×400")
    '2 corrections: sine 1×800 and sine 1×400, random features, output layers solved'
    >>> in_words("")
    ''
    """
    each = [] if pd.isna(names) or not names else str(names).split(", ")
    if not each:
        return ""
    many = len(each) > 1
    counted = f"{len(each)} corrections" if many else "a correction"
    return f"{counted}: {listed(each)}, random features, output layer{'s' * many} solved"
