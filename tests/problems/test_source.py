"""How the length of a problem's file is counted."""

from tests.problems.source import lines_of_code

FILE = '''"""What it is.

More of it.
"""

import numpy as np  # 1

TABLE = [
    (1.0, 2.0),
    (3.0, 4.0),
]
step = np.pi / 2  # 2


def exact(  # 3
    x: float,  # 4
) -> float:  # 5
    """The solution."""
    # A comment.

    return x * step  # 6
'''


def test_blank_lines_comments_docstrings_and_data_do_not_count() -> None:
    assert lines_of_code(FILE) == 6


def test_a_text_over_several_lines_counts_with_each() -> None:
    assert lines_of_code("print('''one\n\nthree''')\n") == 3
