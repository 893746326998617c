from pathlib import Path

import pytest

from nas import named_problem
from nas.errors import UserError

ROD = """
from nas import Box, Condition, Problem
problem = Problem(
    "rod", Box(x=(0, 1)), lambda u: u.xx, [Condition("x_min", lambda u: u)], {word}={value!r}
)
"""


@pytest.mark.parametrize("word", ["title", "equation"])
@pytest.mark.parametrize(
    ("value", "told"),
    [(5, "expected text, got 5"), ("\ud800", r"expected a text in UTF-8, got '\\ud800'")],
)
def test_words_that_no_file_can_hold_are_told(
    word: str, value: object, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "rod.py"
    path.write_text(ROD.format(word=word, value=value))
    with pytest.raises(UserError, match=f"rod: {word}: {told}"):
        named_problem.load(str(path))


def test_a_path_that_can_be_no_file_is_told() -> None:
    for name in ("x\0.py", "~nouser/x.py", f"{'x' * 5000}.py"):
        with pytest.raises(UserError, match="expected a path that can be used, got"):
            named_problem.load(name)
